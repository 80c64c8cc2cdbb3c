// SPDX-License-Identifier: Apache-2.0
// The API's bodies as a client reads them. Prices are decimal text: no digit is lost.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace nsl::client {

struct Round {
    std::uint64_t round = 0;
    std::string price;
    std::string confidence;
    std::int64_t observed_ms = 0;
    std::uint32_t sources = 0;
    std::string status;  // trading, closed
    std::optional<std::string> tx;
    std::optional<std::uint32_t> block;
};
BOOST_DESCRIBE_STRUCT(Round, (),
                      (round, price, confidence, observed_ms, sources, status, tx, block))

struct Estimate {
    std::string quality;  // ok, hold, suspect, unknown
    std::string price;
    std::string confidence;
    std::int64_t observed_ms = 0;
    std::uint32_t sources = 0;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(Estimate, (), (quality, price, confidence, observed_ms, sources, reason))

struct Feed {
    std::string id;
    std::uint32_t number = 0;
    std::int32_t decimals = 8;
    std::int32_t deviation_bp = 0;
    std::int32_t heartbeat_s = 0;
    std::int32_t quorum = 0;
    std::optional<Round> latest_round;
    Estimate estimate;
};
BOOST_DESCRIBE_STRUCT(Feed, (),
                      (id, number, decimals, deviation_bp, heartbeat_s, quorum, latest_round,
                       estimate))

struct Feeds {
    std::vector<Feed> feeds;
};
BOOST_DESCRIBE_STRUCT(Feeds, (), (feeds))

struct Rounds {
    std::string feed;
    std::vector<Round> rounds;
};
BOOST_DESCRIBE_STRUCT(Rounds, (), (feed, rounds))

struct Report {
    std::string report;      // hex; layout: tee/report.h and docs/price-report.md
    std::string signature;   // hex, 64 bytes
    std::string public_key;  // hex, compressed
};
BOOST_DESCRIBE_STRUCT(Report, (), (report, signature, public_key))

struct Enclave {
    std::string provider;
    std::string public_key;
    std::string config_id;
    std::string version;
};
BOOST_DESCRIBE_STRUCT(Enclave, (), (provider, public_key, config_id, version))

struct Venue {
    std::string venue;
    bool connected = false;
    std::uint64_t frames = 0;
    std::uint64_t rejected = 0;
    std::int64_t last_frame_ms = 0;
    std::uint64_t reconnects = 0;
    std::vector<std::string> frozen;
};
BOOST_DESCRIBE_STRUCT(Venue, (),
                      (venue, connected, frames, rejected, last_frame_ms, reconnects, frozen))

struct Publisher {
    std::optional<std::string> in_flight;
    std::string last_failure;
    std::uint64_t batches_stored = 0;
};
BOOST_DESCRIBE_STRUCT(Publisher, (), (in_flight, last_failure, batches_stored))

// A Neo node that the service asks.
struct ChainNode {
    std::string name;  // host:port
    bool usable = false;
    std::uint32_t height = 0;  // as it says
    double latency_ms = 0;
    double error_rate = 0;  // 0..1
    std::string trouble;    // why it is not used, or only after others; empty when it is well
};
BOOST_DESCRIBE_STRUCT(ChainNode, (), (name, usable, height, latency_ms, error_rate, trouble))

// What is on its way to the chain.
struct Sender {
    std::uint64_t open = 0;    // intents that have not ended
    std::uint32_t height = 0;  // last block whose outcome is committed
    std::uint64_t foreign_spends =
        0;                // transactions that the account paid and the node did not make
    std::string trouble;  // of the last step that failed
};
BOOST_DESCRIBE_STRUCT(Sender, (), (open, height, foreign_spends, trouble))

struct Chain {
    std::uint32_t network = 0;
    std::string node;
    std::uint32_t ms_per_block = 0;
    std::uint32_t node_height = 0;
    std::uint32_t height = 0;
    std::string block_hash;
    std::int64_t block_time_ms = 0;
    std::int64_t last_answer_ms = 0;
    std::string fault;
    std::vector<ChainNode> nodes;
    std::string contract;
    std::string payer;
    std::optional<Enclave> enclave;
    std::vector<Venue> venues;
    Publisher publisher;
    Sender sender;
};
BOOST_DESCRIBE_STRUCT(Chain, (),
                      (network, node, ms_per_block, node_height, height, block_hash, block_time_ms,
                       last_answer_ms, fault, nodes, contract, payer, enclave, venues, publisher,
                       sender))

}  // namespace nsl::client
