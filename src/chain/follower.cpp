// SPDX-License-Identifier: Apache-2.0
#include "chain/follower.h"

namespace nsl::chain {
namespace {

// Blocks between two looks at the node's height.
constexpr std::uint32_t kBatchMax = 256;

}  // namespace

Follower::Follower(RpcClient& rpc, Clock& clock, Logger log, std::optional<BlockHeader> resume,
                   milliseconds poll_every)
    : rpc_(rpc), clock_(clock), log_(std::move(log)), poll_every_(poll_every) {
    status_.last = resume;
}

Task<void> Follower::run() {
    for (;;) {
        Result<bool> more = co_await step();
        if (!more) {
            stumble(more.error());
        } else if (!status_.fault.empty()) {
            log_.info("following the chain again", {{"height", status_.node_height}});
            status_.fault.clear();
        }
        if (!more || !*more) co_await clock_.sleep_for(poll_every_);
    }
}

// The same fault again and again is one line of the log.
void Follower::stumble(const Error& why) {
    check_last_ = true;
    if (status_.fault == why.message) return;
    status_.fault = why.message;
    const std::uint32_t at = status_.last ? status_.last->index : 0;
    if (why.code == Errc::conflict)
        log_.error("the node's chain is not the one that was followed",
                   {{"last_block", at}, {"error", why.message}});
    else
        log_.warn("following the chain stands still", {{"last_block", at}, {"error", why.message}});
}

Task<Result<bool>> Follower::step() {
    CO_TRY(std::uint32_t count, co_await rpc_.block_count());
    status_.node_height = count - 1;
    status_.last_success_ms = clock_.unix_ms();
    if (check_last_) CO_TRY_OK(co_await check_last());
    check_last_ = false;
    for (std::uint32_t read = 0; read < kBatchMax; ++read) {
        const std::uint32_t next = status_.last ? status_.last->index + 1 : status_.node_height;
        if (next > status_.node_height) co_return false;
        CO_TRY(Block block, co_await rpc_.block(next));
        status_.last_success_ms = clock_.unix_ms();
        if (status_.last && block.previous != status_.last->hash)
            co_return fail(Errc::conflict, "block " + std::to_string(next) + " follows " +
                                               block.previous.display() + ", but ours was " +
                                               status_.last->hash.display());
        CO_TRY_OK(co_await hand_out(std::move(block)));
    }
    co_return true;
}

Task<Status> Follower::check_last() {
    if (!status_.last) co_return Status{};
    const std::uint32_t index = status_.last->index;
    if (status_.node_height < index)
        co_return fail(Errc::unavailable, "the node is at block " +
                                              std::to_string(status_.node_height) +
                                              ", behind ours, " + std::to_string(index));
    CO_TRY(Block block, co_await rpc_.block(index));
    if (block.hash != status_.last->hash)
        co_return fail(Errc::conflict, "the node's block " + std::to_string(index) + " is " +
                                           block.hash.display() + ", ours was " +
                                           status_.last->hash.display());
    co_return Status{};
}

Task<Status> Follower::hand_out(Block block) {
    for (const BlockHandler& handler : handlers_) {
        Status handled = co_await handler(block);
        if (!handled)
            co_return fail(
                handled.error().code == Errc::conflict ? Errc::internal : handled.error().code,
                "block " + std::to_string(block.index) +
                    " was not handled: " + handled.error().message);
    }
    status_.last = block;
    co_return Status{};
}

}  // namespace nsl::chain
