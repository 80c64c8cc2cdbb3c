// SPDX-License-Identifier: Apache-2.0
// Whatever fails in whatever order, each subscriber commits each block once, in order.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "follower_world.h"

namespace nsl::chain {
namespace {

using testing_support::BlockLie;
using testing_support::FakeSubscriber;

constexpr std::array<BlockLie, 8> kLies = {BlockLie::strangers_signed, BlockLie::strangers_elected,
                                           BlockLie::other_network,    BlockLie::signature_missing,
                                           BlockLie::header_changed,   BlockLie::unlinked,
                                           BlockLie::not_later,        BlockLie::other_height};

struct FollowerInTrouble : testing_support::FollowerTest {
    FakeSubscriber second{"second"}, third{"third"};
    std::uint32_t nonce = 0;

    int upto(int end) { return *rc::gen::inRange(0, end); }
    FakeSubscriber& any() {
        const std::array<FakeSubscriber*, 3> all = {&reader, &second, &third};
        return *all.at(static_cast<std::size_t>(upto(3)));
    }
    void mine_some() {
        for (int blocks = upto(8); blocks >= 0; --blocks) {
            for (int count = upto(3); count > 0; --count) pool({++nonce});
            node.mine();
        }
    }
    // The next commit of one subscriber goes wrong.
    void fail_a_commit() {
        FakeSubscriber& one = any();
        const Commit fate = upto(2) == 0 ? Commit::failed : Commit::in_doubt;
        one.commit = [fate, left = 1](std::uint32_t) mutable {
            return left-- > 0 ? fate : Commit::done;
        };
    }
    void trouble() {
        switch (upto(10)) {
            case 0:
                return fail_a_commit();
            case 1:
                any().away = true;
                return;
            case 2:
                node.down = true;
                return;
            case 3:
                node.hide_logs(true);
                return;
            case 4:
                node.raw_replies.assign(static_cast<std::size_t>(upto(4)), "garbage");
                return;
            case 5:
                node.lies[node.height() - static_cast<std::uint32_t>(upto(3))] =
                    kLies.at(static_cast<std::size_t>(upto(8)));
                return;
            case 6:
                node.takes_batches = false;
                return;
            case 7:
                node.height_claimed_more = 2;
                return;
            case 8:
                restart();
                return run();
            default:
                if (!node.block(node.height()).transactions.empty())
                    node.odd_logs.insert(node.block(node.height()).transactions[0]);
        }
    }
    void heal() {
        for (FakeSubscriber* one : {&reader, &second, &third}) one->away = false;
        node.down = false;
        node.hide_logs(false);
        node.raw_replies.clear();
        node.lies.clear();
        node.takes_batches = true;
        node.height_claimed_more = 0;
    }
};

RC_GTEST_FIXTURE_PROP(FollowerInTrouble, HandsEachBlockToEachOnceInOrder, ()) {
    node.mine(10);
    second.stored = header(static_cast<std::uint32_t>(upto(11)));
    if (upto(2) == 0) third.stored = header(static_cast<std::uint32_t>(upto(11)));
    const std::uint32_t first = third.stored ? third.stored->index + 1 : 0;
    others = {&second, &third};
    start(header(static_cast<std::uint32_t>(upto(11))));
    const std::uint32_t reader_first = reader.stored.value_or(BlockHeader{}).index + 1;
    const std::uint32_t second_first = second.stored.value_or(BlockHeader{}).index + 1;
    run();
    for (int step = upto(12); step > 0; --step) {
        mine_some();
        trouble();
        next_poll();
        if (upto(3) == 0) heal();
    }
    heal();
    mine_some();
    for (int polls = 0; last() < node.height() && polls < 20; ++polls) next_poll();
    RC_ASSERT(last() == node.height());
    const auto whole = [&](const FakeSubscriber& of, std::uint32_t from) {
        RC_ASSERT(of.seen.size() == node.height() + 1 - from);
        for (const auto& block : of.seen) {
            RC_ASSERT(block->summary.index == from);
            // Of a witness that nobody needed to check nothing is said.
            const neo::Block& truth = node.block(from++).whole;
            RC_ASSERT(block->whole.header.hash() == truth.header.hash());
            RC_ASSERT(block->whole.transactions == truth.transactions);
        }
    };
    whole(reader, reader_first);
    whole(second, second_first);
    whole(third, first > 0 || third.seen.empty() ? first : third.seen.front()->summary.index);
    RC_ASSERT(!HasFailure());
}

}  // namespace
}  // namespace nsl::chain
