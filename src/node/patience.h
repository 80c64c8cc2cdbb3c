// SPDX-License-Identifier: Apache-2.0
// Waiting for those that start together with this node.
#pragma once
#include <functional>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/rpc_pool.h"

namespace nsl::node {

// Repeats `ask` while it is unavailable or timed out, up to `patience`. Errors: the last of `ask`.
template <class T>
Task<Result<T>> patiently(Clock& clock, milliseconds patience,
                          std::function<Task<Result<T>>()> ask) {
    auto until = clock.monotonic() + patience;
    for (;;) {
        Result<T> answer = co_await ask();
        bool may_come = !answer && (answer.error().code == Errc::unavailable ||
                                    answer.error().code == Errc::timeout);
        if (!may_come || clock.monotonic() >= until) co_return answer;
        co_await clock.sleep_for(milliseconds(100));
    }
}

// What the chain says of itself, by a node of the pool's network. Errors: conflict at once when all
// nodes are of other networks, else unavailable or timeout after `patience`; each with the trouble
// of every node.
Task<Result<chain::NodeVersion>> meet_chain(chain::RpcPool& nodes, Clock& clock,
                                            milliseconds patience);

}  // namespace nsl::node
