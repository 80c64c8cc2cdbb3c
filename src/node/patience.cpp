// SPDX-License-Identifier: Apache-2.0
#include "node/patience.h"

#include <algorithm>

namespace nsl::node {
namespace {

Task<Result<chain::NodeVersion>> ask_version(chain::RpcPool& nodes) {
    Result<chain::NodeVersion> version = co_await nodes.hedged<chain::NodeVersion>(
        [](chain::RpcClient& node) { return node.version(); });
    // No waiting changes that.
    if (!version && std::ranges::all_of(nodes.health(), &chain::EndpointHealth::other_network))
        co_return fail(Errc::conflict, version.error().message);
    co_return version;
}

}  // namespace

Task<Result<chain::NodeVersion>> meet_chain(chain::RpcPool& nodes, Clock& clock,
                                            milliseconds patience) {
    return patiently<chain::NodeVersion>(clock, patience, [&nodes] { return ask_version(nodes); });
}

}  // namespace nsl::node
