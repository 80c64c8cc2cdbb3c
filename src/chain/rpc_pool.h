// SPDX-License-Identifier: Apache-2.0
// Several nodes of one network, used as they are well.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/rpc_client.h"

namespace nsl::chain {

struct PoolOptions {
    milliseconds probe_every{1'000};     // each endpoint is asked for its network and height
    milliseconds probe_deadline{3'000};  // of real time
    milliseconds hedge_after{300};       // of silence, a hedged read asks one more endpoint
    milliseconds read_deadline{10'000};  // of a hedged read, with all its endpoints; real time
    std::uint32_t lag_max = 2;           // blocks behind the others, and still used
};

// What is known of an endpoint. It is usable when its network is ours, it answered last, and it is
// not too far behind; endpoint_rank.h has the rules.
struct EndpointHealth {
    std::string name;  // host and port: paths and queries carry keys
    bool usable = false;
    std::uint32_t height = 0;  // the newest block it told of
    double latency_ms = 0;     // smoothed
    double error_rate = 0;     // smoothed, 0..1
    std::string trouble;       // why it is not usable; empty when it is
};

// Used from one executor. A client of a node that has not answered last asks for its network
// first, so that no call ever reaches a node that is known to be of another, nor one that may have
// become another while it was away. Each HTTP exchange has the HTTP client's deadlines.
class RpcPool {
 public:
    // One to 16 http or https URLs, no endpoint twice. Errors: invalid_argument.
    static Result<std::unique_ptr<RpcPool>> make(asio::any_io_executor executor,
                                                 net::HttpClient& http,
                                                 std::vector<std::string> urls,
                                                 std::uint32_t network, Clock& clock, Logger log,
                                                 PoolOptions options = {});
    // After run() and all calls have ended, and stop() has returned true.
    ~RpcPool();

    // Probes all of them until cancelled. What is asked before that probes on its own.
    Task<void> run();
    // Ends what goes on behind the calls: probes, and sends of which nobody awaits the answer.
    // False when that took longer than the deadline.
    Task<bool> stop(milliseconds deadline);
    // One node, for answers that must come from one (a height, then a block): the usable one that
    // is best by height, errors and latency, kept while it is well. While none is usable, the least
    // bad: its calls fail with what the trouble of each node is, or ask one that is only behind.
    // The pool outlives it.
    RpcClient& best();
    // An answer that any node may give: from the best, and each time that nobody has answered for
    // `hedge_after`, or one could not be reached or answered nonsense, from the next best too,
    // three at the most. The first answer counts, the others are cancelled and have ended on
    // return. Answers of a node that is not usable never count. Errors: as the call's by the best
    // of those asked; unavailable when none is usable (with the trouble of each); timeout.
    template <class T>
    Task<Result<T>> hedged(std::function<Task<Result<T>>(RpcClient&)> ask) {
        Result<Erased> got = co_await first_answer(
            [ask = std::move(ask)](RpcClient& node) { return erased<T>(ask, node); });
        if (!got) co_return std::unexpected(std::move(got).error());
        co_return std::move(*static_cast<T*>(got->get()));
    }
    // To all usable nodes at once: one that lies about having taken it must not be able to keep it
    // back. The best outcome of any (accepted, already_known, retry_later, refused), and as soon as
    // one has accepted; the others finish on their own. At most 64 at once. Errors: unavailable (no
    // node is usable, or none answered), limit_exceeded.
    Task<Result<SendReply>> send(Bytes transaction);
    std::vector<EndpointHealth> health() const;
    // The newest block of those nodes that answer and are ours; with three or more of them, the
    // newest that two know.
    std::uint32_t height() const;

 private:
    using Erased = std::shared_ptr<void>;
    using Ask = std::function<Task<Result<Erased>>(RpcClient&)>;
    struct State;
    struct Race;

    explicit RpcPool(std::unique_ptr<State> state);
    template <class T>
    static Task<Result<Erased>> erased(std::function<Task<Result<T>>(RpcClient&)> ask,
                                       RpcClient& node) {
        Result<T> got = co_await ask(node);
        if (!got) co_return std::unexpected(std::move(got).error());
        co_return std::make_shared<T>(*std::move(got));
    }
    Task<Result<Erased>> first_answer(Ask ask);

    std::unique_ptr<State> state_;
};

}  // namespace nsl::chain
