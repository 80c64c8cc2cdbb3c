// SPDX-License-Identifier: Apache-2.0
#include "chain/follower.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "base/crash_point.h"
#include "base/one_exception.h"
#include "chain/error_kinds.h"

namespace nsl::chain {
namespace {

using namespace asio::experimental::awaitable_operators;

constexpr milliseconds kBetweenLooks{20};    // at least, for a follower that is woken
constexpr milliseconds kFaultEvery{10'000};  // between two lines of the log

// Blocks between two looks at the node's height.
constexpr std::uint64_t kBlocksPerLook = 2'000;

// What a node said is not true.
bool is_lie(Errc code) {
    return code == Errc::conflict || code == Errc::unauthenticated;
}

// An error that is no node's must not look like a node's lie.
std::unexpected<Error> our_own(const Error& error, std::string what) {
    return fail(is_lie(error.code) ? Errc::internal : error.code, what + ": " + error.message);
}

}  // namespace

Follower::Follower(Nodes& nodes, Clock& clock, Logger log, FollowerOptions options)
    : nodes_(nodes),
      clock_(clock),
      log_(std::move(log)),
      options_(options),
      checks_(options.network) {}

Task<void> Follower::run() {
    for (Reader& reader : readers_) reader.ask = true;
    const bool fields = std::ranges::any_of(
        readers_, [](const Reader& reader) { return reader.subscriber->reads_fields(); });
    fetcher_ = std::make_unique<BlockFetcher>(nodes_, log_, options_.blocks_max, fields);
    find_place_ = true;
    for (;;) {
        woken_ = false;
        looked_at_ = clock_.monotonic();
        Result<bool> more = co_await step();
        if (!more) {
            stumble(more.error());
            co_await clock_.sleep_for(options_.poll_every);
            continue;
        }
        if (!status_.fault.empty()) {
            log_.info("following the chain again", {{"height", status_.node_height}});
            status_.fault.clear();
        }
        if (!*more) co_await pause();
    }
}

Task<void> Follower::pause() {
    if (!woken_) co_await one_exception(clock_.sleep_for(options_.poll_every) || wake_.wait());
    // However often it is woken: who calls has no say in how often the nodes are asked.
    const auto since = clock_.monotonic() - looked_at_;
    if (since >= kBetweenLooks) co_return;
    const auto rest = std::chrono::ceil<milliseconds>(kBetweenLooks - since);
    co_await clock_.sleep_for(rest);
}

void Follower::wake() {
    woken_ = true;
    wake_.notify_all();
}

// The same fault again and again is one line of the log, and so is one whose words a node varies.
void Follower::stumble(const Error& why) {
    find_place_ = true;
    if (status_.fault == why.message) return;
    status_.fault = why.message;
    const auto now = clock_.monotonic();
    if (told_ && told_->code == why.code && now - told_->at < kFaultEvery) return;
    told_ = {.code = why.code, .at = now};
    const std::uint32_t at = status_.last ? status_.last->index : 0;
    if (why.code == Errc::conflict)
        log_.error("the node's chain is not the one that was followed",
                   {{"last_block", at}, {"error", why.message}});
    else if (why.code == Errc::unauthenticated)
        log_.error("the node's block is not signed by the validators of the chain",
                   {{"last_block", at}, {"error", why.message}});
    else
        log_.warn("following the chain stands still", {{"last_block", at}, {"error", why.message}});
}

std::unexpected<Error> Follower::liar(RpcClient& node, Error why) {
    if (!is_away(why.code)) nodes_.distrust(node, why);
    return std::unexpected(std::move(why));
}

Task<Status> Follower::ask_checkpoints() {
    for (Reader& reader : readers_) {
        if (!reader.ask) continue;
        auto found = co_await reader.subscriber->checkpoint();
        if (!found)
            co_return our_own(found.error(), "the checkpoint of " + reader.subscriber->name());
        reader.checkpoint = *std::move(found);
        reader.ask = false;
    }
    const BlockHeader* lowest = nullptr;
    for (const Reader& reader : readers_)
        if (reader.checkpoint && (!lowest || reader.checkpoint->index < lowest->index))
            lowest = &*reader.checkpoint;
    // Later it only ever goes back, when a subscriber has lost blocks that it had: what is between
    // here and the lowest checkpoint may still be owed to one that has none.
    const bool first_time = !std::exchange(begun_, true);
    const bool back = lowest && placed_ &&
                      (first_ ? lowest->index + 1 < place_.index : lowest->index < place_.index);
    if (first_time && !lowest) {
        placed_ = options_.anchor.has_value();
        place_ = options_.anchor.value_or(Anchor{});
        first_ = true;
    } else if (first_time || back) {
        placed_ = true;
        place_ = {.index = lowest->index, .hash = lowest->hash};
        first_ = false;
        status_.last = *lowest;
        find_place_ = true;
    }
    co_return Status{};
}

Task<Result<bool>> Follower::step() {
    CO_TRY_OK(co_await ask_checkpoints());
    RpcClient& node = nodes_.best();
    CO_TRY(std::uint32_t count, co_await node.block_count());
    status_.node_height = count - 1;
    status_.last_success_ms = clock_.unix_ms();
    if (find_place_) CO_TRY_OK(co_await find_place(node));
    find_place_ = false;
    const auto target = static_cast<std::uint32_t>(
        std::min(std::uint64_t{status_.node_height}, verified_.index + kBlocksPerLook));
    if (verified_.index >= target) co_return false;
    std::uint32_t next = verified_.index + 1;
    Fetched now = co_await fetcher_->fetch(node, next, target);
    for (;;) {
        status_.last_success_ms = clock_.unix_ms();
        next += static_cast<std::uint32_t>(now.blocks.size());
        if (!now.goes_on() || next > target) break;
        // The next are on their way while these are verified and handed out.
        auto [taken, then] =
            co_await one_exception(take(node, now) && fetcher_->fetch(node, next, target));
        CO_TRY_OK(std::move(taken));
        now = std::move(then);
    }
    CO_TRY_OK(co_await take(node, now));
    co_return target < status_.node_height;
}

Task<Status> Follower::find_place(RpcClient& node) {
    if (first_) co_return co_await begin(node);
    if (status_.node_height < place_.index)
        co_return fail(Errc::unavailable, "the node is at block " +
                                              std::to_string(status_.node_height) +
                                              ", behind ours, " + std::to_string(place_.index));
    auto block = co_await read_known(node, place_);
    if (!block) co_return liar(node, std::move(block).error());
    CO_TRY_OK(agree(summary_of(*block)));
    verified_ = std::move(block->header);
    co_return Status{};
}

Task<Status> Follower::begin(RpcClient& node) {
    const std::uint32_t index = placed_ ? place_.index : status_.node_height;
    if (status_.node_height < index)
        co_return fail(Errc::unavailable, "the node is at block " +
                                              std::to_string(status_.node_height) +
                                              ", behind the anchor, " + std::to_string(index));
    const Fetched fetched = co_await fetcher_->fetch(node, index, index);
    if (fetched.end) co_return liar(node, *fetched.end);
    const ToldBlock& told = fetched.blocks.front();
    const Block& block = told.block->summary;
    if (!placed_) {
        placed_ = true;
        place_ = {.index = block.index, .hash = block.hash};
        log_.info("first start: the node's newest block is believed",
                  {{"height", place_.index}, {"hash", place_.hash.display()}});
    }
    if (block.hash != place_.hash)
        co_return liar(node, {Errc::conflict, "block " + std::to_string(index) +
                                                  ": the node's is " + block.hash.display() +
                                                  ", ours is " + place_.hash.display()});
    CO_TRY_OK(agree(block));
    CO_TRY_OK(told.outcomes);
    co_return co_await hand_out(told.block);
}

Task<Status> Follower::take(RpcClient& node, const Fetched& fetched) {
    // First whether they are blocks of the chain: of one that is not there are no logs either.
    std::vector<std::shared_ptr<const ReadBlock>> row;
    row.reserve(fetched.blocks.size());
    for (const ToldBlock& told : fetched.blocks) row.push_back(told.block);
    const CheckedBlocks checked = co_await checks_.check(verified_, row);
    const auto executor = co_await asio::this_coro::executor;
    for (std::size_t i = 0; i < checked.good; ++i) {
        const Status& outcomes = fetched.blocks[i].outcomes;
        CO_TRY_OK(agree(row[i]->summary));
        if (!outcomes) {
            // At the tip the logs may come a moment after the block.
            const bool owed = row[i]->summary.index < status_.node_height;
            if (owed) co_return liar(node, outcomes.error());
            co_return outcomes;
        }
        CO_TRY_OK(co_await hand_out(row[i]));
        // Others have their turn, however quick the subscribers are.
        co_await asio::post(executor, asio::use_awaitable);
    }
    if (!checked.end) co_return liar(node, checked.end.error());
    // Behind one address there may be several nodes: the newest block need not be with all of them.
    const bool newest = verified_.index + 1 >= status_.node_height;
    if (fetched.end && fetched.end->code == Errc::not_found && newest) co_return Status{};
    if (fetched.end) co_return liar(node, *fetched.end);
    co_return Status{};
}

Status Follower::agree(const BlockHeader& block) const {
    for (const Reader& reader : readers_) {
        if (!reader.checkpoint || reader.checkpoint->index != block.index) continue;
        if (reader.checkpoint->hash == block.hash) continue;
        return fail(Errc::conflict, "block " + std::to_string(block.index) + ": the chain's is " +
                                        block.hash.display() + ", the checkpoint of " +
                                        reader.subscriber->name() + " is " +
                                        reader.checkpoint->hash.display());
    }
    return {};
}

Task<Status> Follower::hand_out(std::shared_ptr<const ReadBlock> block) {
    const BlockHeader& shown = block->summary;
    std::optional<Error> failed;
    crash_point("follower.verified");
    for (Reader& reader : readers_) {
        if (reader.checkpoint && shown.index <= reader.checkpoint->index) continue;
        // Whatever comes, an exception too: only its checkpoint tells what has been done.
        reader.ask = true;
        const Status taken = co_await reader.subscriber->on_block(block);
        crash_point("follower.handed_out");
        if (taken) {
            reader.ask = false;
            reader.checkpoint = shown;
        } else if (!failed) {
            failed = our_own(taken.error(), "block " + std::to_string(shown.index) +
                                                " was not handled by " + reader.subscriber->name())
                         .error();
        }
    }
    if (failed) co_return std::unexpected(*std::move(failed));
    status_.last = shown;
    place_ = {.index = shown.index, .hash = shown.hash};
    first_ = false;
    verified_ = block->whole.header;
    co_return Status{};
}

}  // namespace nsl::chain
