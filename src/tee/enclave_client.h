// SPDX-License-Identifier: Apache-2.0
// The host's side of the enclave protocol, in plain types. The enclave is asked over a Unix socket;
// the connection is made again when the enclave was restarted.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/spawn.h"
#include "base/task.h"
#include "tee/report.h"

namespace nsl::tee {

struct EnclaveIdentity {
    std::string provider;  // "simulated": says so wherever it is shown
    neo::PublicKey public_key;
    ByteArray<32> config_id{};
    std::string version;
    std::vector<std::string> feeds;
};

enum class EstimateStatus { unknown, ok, hold, suspect };
const char* estimate_status_name(EstimateStatus status);

struct FeedEstimate {
    std::uint16_t feed = 0;
    EstimateStatus status = EstimateStatus::unknown;
    std::int64_t price = 0;       // 1e-8
    std::int64_t confidence = 0;  // 1e-8
    std::int64_t observed_ms = 0;
    std::uint32_t sources = 0;
    std::string reason;
};

struct VenueHealth {
    std::string venue;
    bool connected = false;
    std::uint64_t frames = 0;
    std::uint64_t rejected = 0;
    std::int64_t last_frame_ms = 0;
    std::vector<std::string> frozen;
    std::uint64_t reconnects = 0;
};

struct PriceSnapshot {
    std::uint64_t version = 0;
    std::vector<FeedEstimate> feeds;
    std::vector<VenueHealth> venues;
};

struct ReportEntry {
    std::uint16_t feed = 0;
    std::uint64_t round = 0;
};

struct ReportRequest {
    std::uint32_t network = 0;
    neo::Hash160 contract;
    std::uint64_t sequence = 0;
    std::vector<ReportEntry> entries;
};

// Every reply is checked before it is believed as far as it can be: sizes, ranges, and of a signed
// report its signature under the identity's key and that it is the report that was asked for.
// Errors of all: unavailable (no connection, or it broke), timeout, internal (a malformed reply;
// the connection is then dropped, and every call on it fails), limit_exceeded (64 calls are open),
// and what the enclave itself refuses with: of sign_report invalid_argument (its form), not_found
// (no such published feed), conflict (a feed that is not ok, or older than what was signed),
// limit_exceeded.
class EnclaveClient {
 public:
    EnclaveClient(TaskGroup& tasks, Logger log, std::string socket_path,
                  milliseconds timeout = milliseconds(2'000));
    ~EnclaveClient();
    EnclaveClient(const EnclaveClient&) = delete;

    Task<Result<EnclaveIdentity>> identity();
    // Answered as soon as the version is another than `after_version`, or after `wait`, of which at
    // most 30 seconds count.
    Task<Result<PriceSnapshot>> prices(std::uint64_t after_version, milliseconds wait);
    Task<Result<SignedReport>> sign_report(ReportRequest request);

 private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace nsl::tee
