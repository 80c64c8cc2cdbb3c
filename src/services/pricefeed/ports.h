// SPDX-License-Identifier: Apache-2.0
// What the price feed needs from the world, in its own words.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "neo/hash.h"
#include "services/pricefeed/rules_publish.h"
#include "services/pricefeed/types.h"
#include "tee/enclave_client.h"
#include "tee/report.h"

namespace nsl::pricefeed {

// The trusted side. It may be restarted at any time; it may not be believed beyond its signature.
class PriceEnclave {
 public:
    virtual ~PriceEnclave() = default;
    virtual Task<Result<tee::EnclaveIdentity>> identity() = 0;
    virtual Task<Result<tee::PriceSnapshot>> prices(std::uint64_t after_version,
                                                    milliseconds wait) = 0;
    virtual Task<Result<tee::SignedReport>> sign(tee::ReportRequest request) = 0;
};

// What the contract holds, read in one call.
struct ContractState {
    std::uint64_t sequence = 0;       // of the last batch
    std::vector<StoredRound> latest;  // by feed number
};

// How a batch that was sent has ended.
enum class BatchEnd {
    stored,   // HALT
    faulted,  // on chain, without effect
    expired,  // never on chain, and it cannot get there any more
    refused   // never sent: the contract did not take it in a simulation
};
const char* batch_end_name(BatchEnd end);

struct BatchOutcome {
    BatchEnd end = BatchEnd::stored;
    std::uint32_t block = 0;  // that holds it
    std::string reason{};     // when not stored
};

// The contract on chain.
class FeedContract {
 public:
    virtual ~FeedContract() = default;
    virtual std::uint32_t network() const = 0;
    virtual neo::Hash160 contract() const = 0;
    virtual Task<Result<ContractState>> state() = 0;
    // The kept rounds from `newest` downwards. Errors: not_found.
    virtual Task<Result<std::vector<StoredRound>>> rounds(std::string feed, std::uint64_t newest,
                                                          std::size_t count) = 0;
    // Journals it and returns when a node has its transaction: its name, the SHA-256 of the report
    // in hex. Errors: conflict (the contract refuses it, with its words; or one is in flight),
    // unavailable.
    virtual Task<Result<std::string>> send(tee::SignedReport report) = 0;
    // The batch in flight, left by a former life too.
    virtual Task<Result<std::optional<std::string>>> in_flight() = 0;
    virtual Task<Result<BatchOutcome>> wait(std::string batch) = 0;
};

// A round as the chain's events told it.
struct RoundEvent {
    std::uint16_t feed = 0;
    StoredRound stored;
    neo::Hash256 tx;
    std::uint32_t block = 0;
};

// The part that must survive us.
class FeedStore {
 public:
    virtual ~FeedStore() = default;
    // A signed report before it is sent; kept as the latest of each feed in it.
    virtual Task<Status> save_report(tee::SignedReport report) = 0;
    // Errors: not_found.
    virtual Task<Result<tee::SignedReport>> latest_report(std::uint16_t feed) = 0;
    // The transaction that stored each round, newest first.
    virtual Task<Result<std::vector<RoundEvent>>> events(std::uint16_t feed, std::uint64_t newest,
                                                         std::size_t count) = 0;
};

}  // namespace nsl::pricefeed
