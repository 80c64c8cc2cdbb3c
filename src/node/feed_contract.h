// SPDX-License-Identifier: Apache-2.0
// The price feed's ports on the real chain.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/log.h"
#include "chain/nodes.h"
#include "chain/sender.h"
#include "services/pricefeed/ports.h"

namespace nsl::node {

// Reads at the best node, and what belongs together at one.
class ChainFeedContract final : public pricefeed::FeedContract {
 public:
    ChainFeedContract(chain::Nodes& nodes, chain::Sender& sender, std::uint32_t network,
                      neo::Hash160 contract, std::vector<std::string> feeds)
        : nodes_(nodes),
          sender_(sender),
          network_(network),
          contract_(contract),
          feeds_(std::move(feeds)) {}

    std::uint32_t network() const override { return network_; }
    neo::Hash160 contract() const override { return contract_; }
    Task<Result<pricefeed::ContractState>> state() override;
    Task<Result<std::vector<pricefeed::StoredRound>>> rounds(std::string feed, std::uint64_t newest,
                                                             std::size_t count) override;
    Task<Result<std::string>> send(tee::SignedReport report) override;
    Task<Result<std::optional<std::string>>> in_flight() override;
    Task<Result<pricefeed::BatchOutcome>> wait(std::string batch) override;

    // The contract as the node must find it before it starts. Errors: not_found (no such contract),
    // conflict (it was deployed for another configuration, feed table, or another signer: says
    // which).
    Task<Status> check(tee::EnclaveIdentity identity);

    // The rounds of a BatchStored event; nullopt when the notification is another one.
    Result<std::optional<std::vector<pricefeed::RoundEvent>>> rounds_of(
        const chain::Notification& event, neo::Hash256 tx, std::uint32_t block) const;

 private:
    // Runs a script of reads in one block's state; its stack, bottom first.
    static Task<Result<std::vector<neo::StackItem>>> read(chain::RpcClient& node, Bytes script,
                                                          std::size_t results);

    chain::Nodes& nodes_;
    chain::Sender& sender_;
    std::uint32_t network_;
    neo::Hash160 contract_;
    std::vector<std::string> feeds_;    // published ids in chain order
    std::uint8_t signer_position_ = 0;  // of our enclave in the contract's signer table
};

}  // namespace nsl::node
