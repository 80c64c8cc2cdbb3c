// SPDX-License-Identifier: Apache-2.0
// The calls of RpcPool that ask more than one node.
#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "base/deadline.h"
#include "base/one_exception.h"
#include "chain/rpc_pool_state.h"

namespace nsl::chain {
namespace {

using namespace asio::experimental::awaitable_operators;

constexpr std::size_t kAskedMax = 3;   // nodes, by one hedged read
constexpr std::size_t kSendsMax = 64;  // transactions that not all nodes have answered yet

// What another node may do better.
bool says_nothing(const Error& error) {
    return error.code == Errc::unavailable || error.code == Errc::timeout ||
           error.code == Errc::internal;
}

// Ends when one has ended and the other has been cancelled. Cancelled itself, it throws as any
// coroutine does.
Task<void> either(Task<void> one, Task<void> other) {
    co_await one_exception(std::move(one) || std::move(other));
}

// One transaction on its way to several nodes. Outlives who awaits the first answer.
struct Broadcast {
    std::size_t outstanding = 0;
    std::optional<SendReply> best;
    std::string errors;
    AsyncEvent changed;

    void took(SendReply reply) {
        if (!best || reply.outcome < best->outcome) best = std::move(reply);
    }
    bool decided() const {
        return outstanding == 0 || (best && best->outcome <= SendOutcome::already_known);
    }
};
// took() compares them.
static_assert(SendOutcome::accepted < SendOutcome::already_known &&
              SendOutcome::already_known < SendOutcome::retry_later &&
              SendOutcome::retry_later < SendOutcome::refused);

Task<void> send_to_one(RpcClient& node, std::string name, Bytes transaction,
                       std::shared_ptr<Broadcast> all, std::shared_ptr<void> turn) {
    Result<SendReply> reply = co_await node.send(std::move(transaction));
    if (reply)
        all->took(*std::move(reply));
    else
        all->errors += (all->errors.empty() ? "" : "; ") + name + ": " + reply.error().message;
    turn.reset();
}

}  // namespace

// One hedged read. Its coroutines are each other's children and have ended before it goes.
struct RpcPool::Race {
    State& pool;
    Ask ask;
    std::vector<std::size_t> order;
    std::vector<std::optional<Error>> failed{};  // of the same places as `order`
    std::optional<Erased> answer{};
    std::optional<Error> refusal{};  // an answer too: "not found"
    AsyncEvent changed{};

    bool won() const { return answer || refusal; }

    // Returns with the answer; otherwise waits to be cancelled.
    Task<void> ask_one(std::size_t at) {
        const std::size_t i = order[at];
        Result<Erased> got = co_await ask(*pool.endpoints[i].client);
        const bool counts = pool.usable(i) && (got || !says_nothing(got.error()));
        if (counts && !won()) {
            if (got)
                answer = *std::move(got);
            else
                refusal = std::move(got).error();
            co_return;
        }
        if (won()) co_return;
        // An answer of one that has become unusable meanwhile is none.
        failed[at] = got ? Error{Errc::unavailable, pool.trouble(i)} : std::move(got).error();
        changed.notify_all();
        for (;;) co_await changed.wait();
    }

    Task<void> failure_of(std::size_t at) {
        while (!failed[at]) co_await changed.wait();
    }

    Task<void> failures_up_to(std::size_t at) {
        for (std::size_t i = 0; i <= at; ++i) co_await failure_of(i);
    }

    // A silent node brings in the next, but the trusted ones no distrusted one, whose answer would
    // count as soon as it is the first.
    Task<void> turn_of_next(std::size_t at) {
        if (pool.known[order[at + 1]].distrusted && !pool.known[order[0]].distrusted)
            return failures_up_to(at);
        return either(pool.clock.sleep_for(pool.options.hedge_after), failure_of(at));
    }

    // Brings in the next node when it is its turn; returns when one of those has won or all have
    // failed.
    Task<void> others_after(std::size_t at) {
        if (at + 1 < order.size()) {
            co_await turn_of_next(at);
            co_await from(at + 1);
            if (won()) co_return;
        }
        co_await failure_of(at);
    }

    Task<void> from(std::size_t at) { return either(ask_one(at), others_after(at)); }

    static Task<Result<Erased>> run(State& pool, Ask ask) {
        if (pool.usable_nodes().empty()) co_await pool.find_usable();
        Race race{.pool = pool, .ask = std::move(ask), .order = pool.usable_nodes()};
        if (race.order.empty()) co_return std::unexpected(pool.none_usable());
        race.order.resize(std::min(race.order.size(), kAskedMax));
        race.failed.resize(race.order.size());
        co_await race.from(0);
        if (race.answer) co_return *std::move(race.answer);
        co_return std::unexpected(race.refusal ? *race.refusal : race.failed.front().value());
    }
};

Task<Result<RpcPool::Erased>> RpcPool::first_answer(Ask ask) {
    return with_deadline(Race::run(*state_, std::move(ask)), state_->options.read_deadline,
                         "the read");
}

Task<Result<SendReply>> RpcPool::send(Bytes transaction) {
    State& pool = *state_;
    if (pool.usable_nodes().empty()) co_await pool.find_usable();
    const std::vector<std::size_t> nodes = pool.usable_nodes();
    if (nodes.empty()) co_return std::unexpected(pool.none_usable());
    if (pool.sends >= kSendsMax)
        co_return fail(Errc::limit_exceeded,
                       std::to_string(kSendsMax) + " transactions wait for nodes: send it later");
    ++pool.sends;
    const std::shared_ptr<Broadcast> all(new Broadcast, [&pool](Broadcast* done) {
        --pool.sends;
        delete done;
    });
    for (std::size_t i : nodes) {
        ++all->outstanding;
        // With the frame, also when the group has been stopped and drops it.
        std::shared_ptr<void> turn(nullptr, [all](void*) {
            --all->outstanding;
            all->changed.notify_all();
        });
        const State::Endpoint& node = pool.endpoints[i];
        pool.tasks.spawn("send to " + node.name,
                         send_to_one(*node.client, node.name, transaction, all, std::move(turn)));
    }
    while (!all->decided()) co_await all->changed.wait();
    if (all->best) co_return *all->best;
    if (all->errors.empty())
        co_return fail(Errc::unavailable, "the pool of nodes has been stopped");
    co_return fail(Errc::unavailable, "no node answered: " + all->errors);
}

}  // namespace nsl::chain
