// SPDX-License-Identifier: Apache-2.0
// Several nodes of one network, used as they are well.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/nodes.h"
#include "chain/rpc_client.h"

namespace nsl::chain {

struct PoolOptions {
    milliseconds probe_every{1'000};     // each endpoint is asked for its network and height
    milliseconds probe_deadline{3'000};  // of real time
    milliseconds hedge_after{300};       // of silence, a hedged read asks one more endpoint
    milliseconds read_deadline{10'000};  // of a hedged read, with all its endpoints; real time
    std::uint32_t lag_max = 2;           // blocks behind the others, and still used
};

// The names that nodes have in logs and metrics: host and port, since paths and queries carry keys;
// a further one of the same host and port gets "#2" and so on. Errors: invalid_argument (not 1 to
// 16, no http or https URLs, one that is there twice), with a fault for each such URL whose `where`
// is its place in the list ("/0").
Result<std::vector<std::string>> node_names(std::span<const std::string> urls);

// What is known of an endpoint. It is usable when its network is ours, it answered last, and it is
// not too far behind what two others know; endpoint_rank.h has the rules.
struct EndpointHealth {
    std::string name;  // of node_names
    bool usable = false;
    bool trusted = true;         // no lies of it were shown lately
    bool other_network = false;  // it will never be ours
    std::uint32_t height = 0;    // the newest block it told of
    double latency_ms = 0;       // smoothed
    double error_rate = 0;       // smoothed, 0..1
    std::string trouble;         // why it is not used, or only after others; empty when it is well
};

// Used from one executor. A client of a node that has not answered last asks for its network
// first, so that no call ever reaches a node that is known to be of another, nor one that may have
// become another while it was away. Each HTTP exchange has the HTTP client's deadlines.
class RpcPool final : public Nodes {
 public:
    // The URLs as node_names wants them. Errors: invalid_argument.
    static Result<std::unique_ptr<RpcPool>> make(asio::any_io_executor executor,
                                                 net::HttpClient& http,
                                                 std::vector<std::string> urls,
                                                 std::uint32_t network, Clock& clock, Logger log,
                                                 PoolOptions options = {});
    // After run() and all calls have ended, and stop() has returned true.
    ~RpcPool() override;

    // Probes all of them until cancelled. What is asked before that probes on its own.
    Task<void> run();
    // Ends what goes on behind the calls: probes, and sends of which nobody awaits the answer.
    // False when that took longer than the deadline.
    Task<bool> stop(milliseconds deadline);
    // One node, for answers that must come from one (a height, then a block): the usable one that
    // is best by height, errors and latency, kept while it is well. While none is usable, the least
    // bad: its calls fail with what the trouble of each node is, or ask one that is only behind.
    // The pool outlives it.
    RpcClient& best() override;
    // An answer that any node may give: from the best, and each time that nobody has answered for
    // `hedge_after`, or one could not be reached or answered nonsense, from the next best too,
    // three at the most. One that is distrusted is asked only when all the others have failed. The
    // first answer counts, the others are cancelled and have ended on return. Answers of a node
    // that is not usable never count. Errors: as the call's by the best of those asked; unavailable
    // when none is usable (with the trouble of each); timeout.
    template <class T>
    Task<Result<T>> hedged(std::function<Task<Result<T>>(RpcClient&)> ask) {
        Result<Erased> got = co_await first_answer(
            [ask = std::move(ask)](RpcClient& node) { return erased<T>(ask, node); });
        if (!got) co_return std::unexpected(std::move(got).error());
        co_return std::move(*static_cast<T*>(got->get()));
    }
    // To all usable nodes at once: one that lies about having taken it must not be able to keep it
    // back. The best outcome of any (accepted, already_known, retry_later, refused), and as soon as
    // one has it; the others finish on their own. At most 64 at once. Errors: unavailable (no
    // node is usable, or none answered), limit_exceeded.
    Task<Result<SendReply>> send(Bytes transaction) override;
    std::vector<EndpointHealth> health() const;
    // The newest block of those nodes that answer, are ours and are trusted (distrusted ones count
    // while there are no others); with three or more of them, the newest that two know.
    std::uint32_t height() const override;
    // The node is asked only where there is no other, until it has been well for a while
    // (endpoint_rank.h). A client that is none of this pool's is ignored.
    void distrust(const RpcClient& node, const Error& why) override;

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
