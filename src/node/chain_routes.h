// SPDX-License-Identifier: Apache-2.0
// GET /v1/chain: what the node knows of the chain, its Neo nodes, its enclave and its venues.
#pragma once
#include "api/router.h"
#include "chain/follower.h"
#include "chain/rpc_pool.h"
#include "chain/sender.h"
#include "services/pricefeed/service.h"

namespace nsl::node {

struct ChainFacts {
    chain::NodeVersion version;
    neo::Hash160 contract;
    neo::Hash160 payer;
};

void add_chain_routes(api::Router& router, const chain::Follower& follower,
                      const chain::RpcPool& nodes, const chain::Sender& sender,
                      const pricefeed::Service& prices, ChainFacts facts);

}  // namespace nsl::node
