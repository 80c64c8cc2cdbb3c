// SPDX-License-Identifier: Apache-2.0
// The configuration file of nsl-enclave. Environment variables start with NSL_ENCLAVE_.
#pragma once
#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "base/config.h"
#include "base/json.h"
#include "base/log.h"
#include "base/result.h"
#include "services/pricefeed/types.h"

namespace nsl::enclave {

// A venue and where it is reached. TLS to it ends in this process.
struct VenueSpec {
    std::string name;     // of venue_names()
    std::string url;      // empty: the venue's own public endpoint
    std::string ca_file;  // PEM; empty: the system's roots
};
BOOST_DESCRIBE_STRUCT(VenueSpec, (), (name, url, ca_file))
std::vector<json::Rule> json_rules(std::type_identity<VenueSpec>);

enum class ProviderKind { simulated };
BOOST_DESCRIBE_ENUM(ProviderKind, simulated)

// base's own are not described.
enum class FormatName { json, human, automatic };
BOOST_DESCRIBE_ENUM(FormatName, json, human, automatic)
enum class LevelName { debug, info, warn, error };
BOOST_DESCRIBE_ENUM(LevelName, debug, info, warn, error)

struct LogSpec {
    FormatName format = FormatName::automatic;
    LevelName level = LevelName::info;
};
BOOST_DESCRIBE_STRUCT(LogSpec, (), (format, level))
std::vector<json::Rule> json_rules(std::type_identity<LogSpec>);
LogFormat log_format(const LogSpec& spec);
LogLevel log_level(const LogSpec& spec);

struct EnclaveConfig {
    std::string socket;    // path of the Unix socket the host asks at
    std::string data_dir;  // exists and is ours alone; holds the sealed key
    ProviderKind provider = ProviderKind::simulated;
    std::vector<pricefeed::FeedSpec> feeds;
    std::vector<VenueSpec> venues;  // exactly those that the feeds name
    std::int32_t evaluate_every_ms = 100;
    LogSpec log;
};
BOOST_DESCRIBE_STRUCT(EnclaveConfig, (),
                      (socket, data_dir, provider, feeds, venues, evaluate_every_ms, log))
std::vector<json::Rule> json_rules(std::type_identity<EnclaveConfig>);

// Errors: not_found (no file), invalid_argument with every fault.
Result<EnclaveConfig> load_config(const std::string& path, const config::Environment& env);
// The same from text; `name` stands for the file in messages.
Result<EnclaveConfig> load_config_text(std::string_view yaml, std::string_view name,
                                       const config::Environment& env = {});

}  // namespace nsl::enclave
