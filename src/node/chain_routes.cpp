// SPDX-License-Identifier: Apache-2.0
#include "node/chain_routes.h"

#include "base/encoding.h"

namespace nsl::node {

struct NoParams {};
BOOST_DESCRIBE_STRUCT(NoParams, (), ())

struct EnclaveBody {
    std::string provider;
    std::string public_key;
    std::string config_id;
    std::string version;
};
BOOST_DESCRIBE_STRUCT(EnclaveBody, (), (provider, public_key, config_id, version))

struct VenueBody {
    std::string venue;
    bool connected = false;
    std::uint64_t frames = 0;
    std::uint64_t rejected = 0;
    std::int64_t last_frame_ms = 0;
    std::uint64_t reconnects = 0;
    std::vector<std::string> frozen;
};
BOOST_DESCRIBE_STRUCT(VenueBody, (),
                      (venue, connected, frames, rejected, last_frame_ms, reconnects, frozen))

struct PublisherBody {
    std::optional<std::string> in_flight;
    std::string last_failure;
    std::uint64_t batches_stored = 0;
};
BOOST_DESCRIBE_STRUCT(PublisherBody, (), (in_flight, last_failure, batches_stored))

struct NodeBody {
    std::string name;
    bool usable = false;
    std::uint32_t height = 0;
    double latency_ms = 0;
    double error_rate = 0;
    std::string trouble;
};
BOOST_DESCRIBE_STRUCT(NodeBody, (), (name, usable, height, latency_ms, error_rate, trouble))

struct SenderBody {
    std::uint64_t open = 0;
    std::uint32_t height = 0;
    std::uint64_t foreign_spends = 0;
    std::string trouble;
};
BOOST_DESCRIBE_STRUCT(SenderBody, (), (open, height, foreign_spends, trouble))

struct ChainBody {
    std::uint32_t network = 0;
    std::string node;
    std::uint32_t ms_per_block = 0;
    std::uint32_t node_height = 0;
    std::uint32_t height = 0;
    std::string block_hash;
    std::int64_t block_time_ms = 0;
    std::int64_t last_answer_ms = 0;
    std::string fault;
    std::vector<NodeBody> nodes;
    std::string contract;
    std::string payer;
    std::optional<EnclaveBody> enclave;
    std::vector<VenueBody> venues;
    PublisherBody publisher;
    SenderBody sender;
};
BOOST_DESCRIBE_STRUCT(ChainBody, (),
                      (network, node, ms_per_block, node_height, height, block_hash, block_time_ms,
                       last_answer_ms, fault, nodes, contract, payer, enclave, venues, publisher,
                       sender))

namespace {

ChainBody body_of(const chain::FollowerStatus& chain,
                  const std::vector<chain::EndpointHealth>& nodes, const pricefeed::Service& prices,
                  const chain::SenderStatus& sender, const ChainFacts& facts) {
    ChainBody body;
    body.network = facts.version.network;
    body.node = facts.version.user_agent;
    body.ms_per_block = facts.version.ms_per_block;
    body.node_height = chain.node_height;
    body.last_answer_ms = chain.last_success_ms;
    body.fault = chain.fault;
    if (chain.last) {
        body.height = chain.last->index;
        body.block_hash = chain.last->hash.display();
        body.block_time_ms = chain.last->time_ms;
    }
    for (const chain::EndpointHealth& node : nodes)
        body.nodes.push_back(
            {node.name, node.usable, node.height, node.latency_ms, node.error_rate, node.trouble});
    body.contract = facts.contract.display();
    body.payer = neo::to_address(facts.payer);
    if (const auto& enclave = prices.identity())
        body.enclave = EnclaveBody{enclave->provider, enclave->public_key.hex(),
                                   hex_encode(enclave->config_id), enclave->version};
    for (const tee::VenueHealth& venue : prices.venues())
        body.venues.push_back({venue.venue, venue.connected, venue.frames, venue.rejected,
                               venue.last_frame_ms, venue.reconnects, venue.frozen});
    const pricefeed::PublisherStatus& publisher = prices.publisher();
    body.publisher.in_flight = publisher.in_flight;
    body.publisher.last_failure = publisher.last_failure;
    body.publisher.batches_stored = publisher.batches_stored;
    body.sender = {.open = sender.open,
                   .height = sender.checkpoint ? sender.checkpoint->index : 0,
                   .foreign_spends = sender.foreign_spends,
                   .trouble = sender.trouble};
    return body;
}

}  // namespace

void add_chain_routes(api::Router& router, const chain::Follower& follower,
                      const chain::RpcPool& nodes, const chain::Sender& sender,
                      const pricefeed::Service& prices, ChainFacts facts) {
    router.get<NoParams, ChainBody>(
        "/v1/chain",
        {.summary =
             "The chain as followed, the Neo nodes, the contract, the enclave and its venues",
         .tag = "chain"},
        [&follower, &nodes, &sender, &prices, facts](api::Context,
                                                     NoParams) -> Task<Result<ChainBody>> {
            co_return body_of(follower.status(), nodes.health(), prices, sender.status(), facts);
        });
}

}  // namespace nsl::node
