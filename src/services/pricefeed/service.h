// SPDX-License-Identifier: Apache-2.0
// What the API asks of the price feed, and the state it shares with the publisher. One executor.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/async_event.h"
#include "base/clock.h"
#include "services/pricefeed/ports.h"

namespace nsl::pricefeed {

// A feed as the host sees it now: the enclave's estimate beside what the chain holds.
struct FeedView {
    FeedSpec spec;
    std::uint16_t number = 0;
    Estimate estimate;
    StoredRound stored;
    std::optional<neo::Hash256> tx;  // that stored the round, when seen
};

// What the publisher is doing, for /v1/chain and for operators.
struct PublisherStatus {
    std::optional<std::string> in_flight;  // a batch
    std::string last_failure;              // empty when the last batch was stored
    std::uint64_t batches_stored = 0;
};

inline constexpr int kRoundReadsMax = 8;  // round histories read from the chain at once

class Service {
 public:
    Service(FeedTable table, FeedContract& contract, FeedStore& store);

    std::vector<FeedView> list() const;
    // Errors: not_found, listing the known feeds.
    Result<FeedView> find(const std::string& id) const;
    // From the chain, newest first, with the transactions as far as seen. `before`: rounds below
    // it; 0: from the newest. Errors: not_found, unavailable.
    Task<Result<std::vector<RoundEvent>>> rounds(std::string id, std::uint64_t before,
                                                 std::size_t count);
    // The newest signed report that holds the feed. Errors: not_found.
    Task<Result<tee::SignedReport>> report(std::string id);

    // Reads what the store remembers of the newest rounds; once, before serving.
    Task<Status> restore();

    // Empty when ready; else why not: what an operator should look at.
    std::string why_not_ready() const;
    const std::vector<tee::VenueHealth>& venues() const { return venues_; }
    const std::optional<tee::EnclaveIdentity>& identity() const { return identity_; }
    const PublisherStatus& publisher() const { return publisher_; }

    // Told by the worker.
    // False, and the enclave counts as lost, when it runs another configuration than this table.
    bool on_identity(tee::EnclaveIdentity identity);
    void on_snapshot(tee::PriceSnapshot snapshot);
    void on_enclave_lost(std::string why);
    // What the indexer read beside its block: taken unless something newer is known.
    void on_state(ContractState state);
    // What the publisher read after something failed: taken as it is. A development chain that was
    // killed may have lost its last blocks, and the contract's word counts, not our memory.
    void replace_state(ContractState state);
    void on_rounds(const std::vector<RoundEvent>& rounds);
    void on_publisher(PublisherStatus status) { publisher_ = std::move(status); }

    // Returns after the next change of an estimate or a round, or after `limit`.
    Task<void> changed(milliseconds limit);

    const FeedTable& table() const { return table_; }
    const std::vector<FeedSpec>& published() const { return published_; }
    const std::vector<Estimate>& estimates() const { return estimates_; }
    const std::optional<ContractState>& state() const { return state_; }

 private:
    // A round's transaction: shown beside that round only. The chain's state and its blocks are
    // read by two readers, and either may be ahead.
    struct SeenRound {
        std::uint64_t round = 0;
        neo::Hash256 tx;
    };

    FeedTable table_;
    ByteArray<32> config_id_;
    FeedContract& contract_;
    FeedStore& store_;
    std::vector<FeedSpec> published_;  // by feed number
    std::vector<Estimate> estimates_;  // by feed number
    std::vector<SeenRound> seen_;      // by feed number; the newest
    std::optional<ContractState> state_;
    std::optional<tee::EnclaveIdentity> identity_;
    std::vector<tee::VenueHealth> venues_;
    std::string enclave_lost_ = "the enclave has not answered yet";
    PublisherStatus publisher_;
    int reading_ = 0;  // rounds() under way
    AsyncEvent changed_;
};

}  // namespace nsl::pricefeed
