// SPDX-License-Identifier: Apache-2.0
// Hears of new blocks sooner than by polling, over a node's WebSocket (neo-go has one).
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "net/websocket.h"

namespace nsl::chain {

// What a message of a subscription to blocks means. Pure.
enum class BlockNews {
    look,    // a block was added, or events were lost: there may be one
    none,    // the answer to our subscription, or something else
    refused  // the node does not take the subscription
};
// Errors: internal (no JSON object).
Result<BlockNews> read_block_news(std::string_view message);

// Calls `wake` whenever there may be a new block: on each event, when the node has lost some, and
// on each connect, since the time before is unknown. Nothing else of what it hears is used, so a
// node that lies costs a look at its height. Polling must go on: this may be silent.
class BlockWakeup {
 public:
    // A node without WebSocket, as the C# node is, is asked again this often.
    static constexpr milliseconds kAskAgain{60'000};

    // `rpc`: the node's http or https URL; the WebSocket is at /ws of the same host and port. The
    // clock serves the pauses; clock and random outlive run().
    BlockWakeup(asio::any_io_executor executor, Clock& clock, Random& random, Logger log,
                std::string rpc, std::function<void()> wake, net::TlsOptions tls = {});

    // Connects again with full jitter, until cancelled.
    Task<void> run();

 private:
    // One connection to its end; why it ended.
    Task<Error> listen();

    asio::any_io_executor executor_;
    Clock& clock_;
    Random& random_;
    Logger log_;
    std::string rpc_;
    std::function<void()> wake_;
    net::TlsOptions tls_;
    bool heard_ = false;  // the present connection has delivered
};

}  // namespace nsl::chain
