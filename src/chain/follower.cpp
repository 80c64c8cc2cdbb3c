// SPDX-License-Identifier: Apache-2.0
#include "chain/follower.h"

namespace nsl::chain {
namespace {

// Blocks between two looks at the node's height.
constexpr std::uint32_t kBlocksPerLook = 256;

// What the node said is not true; all other errors are that it, or a handler, does not help.
bool is_lie(Errc code) {
    return code == Errc::conflict || code == Errc::unauthenticated;
}

}  // namespace

Follower::Follower(RpcClient& rpc, Clock& clock, Logger log, std::uint32_t network,
                   std::optional<BlockHeader> resume, milliseconds poll_every,
                   std::optional<Anchor> anchor)
    : rpc_(rpc),
      reader_(rpc, network),
      clock_(clock),
      log_(std::move(log)),
      poll_every_(poll_every),
      place_(anchor) {
    status_.last = resume;
    if (resume) place_ = Anchor{.index = resume->index, .hash = resume->hash};
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
    find_place_ = true;
    if (status_.fault == why.message) return;
    status_.fault = why.message;
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

Task<Result<bool>> Follower::step() {
    CO_TRY(std::uint32_t count, co_await rpc_.block_count());
    status_.node_height = count - 1;
    status_.last_success_ms = clock_.unix_ms();
    if (find_place_) CO_TRY_OK(co_await find_place());
    find_place_ = false;
    // Each block is waited for, so checking signatures never keeps the loop for more than one.
    for (std::uint32_t read = 0; read < kBlocksPerLook; ++read) {
        if (verified_->index >= status_.node_height) co_return false;
        CO_TRY(neo::Block block, co_await reader_.after(*verified_));
        status_.last_success_ms = clock_.unix_ms();
        CO_TRY_OK(co_await hand_out(std::move(block)));
    }
    co_return true;
}

Task<Status> Follower::find_place() {
    if (!place_) {
        CO_TRY(neo::Block tip, co_await rpc_.full_block(status_.node_height));
        place_ = Anchor{.index = tip.header.index, .hash = tip.header.hash()};
        log_.info("first start: the node's newest block is believed",
                  {{"height", place_->index}, {"hash", place_->hash.display()}});
    }
    if (status_.node_height < place_->index)
        co_return fail(Errc::unavailable, "the node is at block " +
                                              std::to_string(status_.node_height) +
                                              ", behind ours, " + std::to_string(place_->index));
    CO_TRY(neo::Block block, co_await reader_.known(*place_));
    if (!status_.last) co_return co_await hand_out(std::move(block));
    verified_ = std::move(block.header);
    co_return Status{};
}

Task<Status> Follower::hand_out(neo::Block block) {
    const Block shown = summary_of(block);
    for (const BlockHandler& handler : handlers_) {
        Status handled = co_await handler(shown);
        if (!handled)
            co_return fail(is_lie(handled.error().code) ? Errc::internal : handled.error().code,
                           "block " + std::to_string(shown.index) +
                               " was not handled: " + handled.error().message);
    }
    status_.last = shown;
    place_ = Anchor{.index = shown.index, .hash = shown.hash};
    verified_ = std::move(block.header);
    co_return Status{};
}

}  // namespace nsl::chain
