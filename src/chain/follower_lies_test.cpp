// SPDX-License-Identifier: Apache-2.0
// What a follower does with a node that does not tell the truth.
#include <gtest/gtest.h>

#include "follower_world.h"

namespace nsl::chain {
namespace {

using testing_support::BlockLie;
using testing_support::FakeValidators;

constexpr const char* kNotSigned = "not signed by the validators";
constexpr const char* kOtherChain = "not the one that was followed";

class FollowerOfALiar : public testing_support::FollowerTest {
 protected:
    // Blocks 1 to 6, of which 5 holds two transactions; all up to 3 are handled.
    void start_at_three() {
        node.mine(4);
        pool({1, 2});
        node.mine(2);
        start(header(3));
    }
    std::size_t logged(std::string_view words) const {
        std::size_t found = 0;
        for (const std::string& line : world.lines->lines()) found += line.contains(words) ? 1 : 0;
        return found;
    }
};

struct LieCase {
    const char* name;
    BlockLie lie;
    const char* fault;
    const char* headline;  // of the log, at level error; null: a warning
};

class FollowerRefuses : public FollowerOfALiar, public ::testing::WithParamInterface<LieCase> {};

TEST_P(FollowerRefuses, TheLieAndGoesOnWithTheTruth) {
    start_at_three();
    node.lies[5] = GetParam().lie;
    // An honest signature of a later one would be proof of this one too.
    if (GetParam().lie <= BlockLie::signature_missing) node.lies[6] = GetParam().lie;
    run();
    for (int i = 0; i < 3; ++i) next_poll();
    expect_contiguous(4, 4);
    EXPECT_EQ(last(), 4U);
    EXPECT_TRUE(fault_says("block 5: ")) << follower->status().fault;
    EXPECT_TRUE(fault_says(GetParam().fault)) << follower->status().fault;
    ASSERT_FALSE(nodes.reproaches.empty());
    EXPECT_TRUE(nodes.reproaches[0].message.contains("block 5: "));
    EXPECT_EQ(logged("\"level\":\"error\""), GetParam().headline ? 1U : 0U);
    if (GetParam().headline) EXPECT_EQ(logged(GetParam().headline), 1U);

    node.lies.clear();
    next_poll();
    expect_contiguous(4, 6);
    EXPECT_EQ(reader.seen[1]->summary.transactions.size(), 2U);
    EXPECT_TRUE(follower->status().fault.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Lies, FollowerRefuses,
    ::testing::Values(
        LieCase{"StrangersSigned", BlockLie::strangers_signed, "by no key of", kNotSigned},
        LieCase{"StrangersElected", BlockLie::strangers_elected, "not that of", kNotSigned},
        LieCase{"OtherNetwork", BlockLie::other_network, "by no key of", kNotSigned},
        LieCase{"SignatureMissing", BlockLie::signature_missing, "exactly 1 signatures",
                kNotSigned},
        LieCase{"HeaderChanged", BlockLie::header_changed, "by no key of", kNotSigned},
        LieCase{"Unlinked", BlockLie::unlinked, "not linked", kOtherChain},
        LieCase{"NotLater", BlockLie::not_later, "not later", kOtherChain},
        LieCase{"TransactionChanged", BlockLie::transaction_changed, "merkle root", nullptr},
        LieCase{"TransactionMissing", BlockLie::transaction_missing, "merkle root", nullptr},
        LieCase{"OtherHeight", BlockLie::other_height, "asked for block 5, got 4", nullptr}),
    [](const auto& info) { return info.param.name; });

TEST_F(FollowerOfALiar, DoesNotResumeOnAnotherBlockThanTheStored) {
    start_at_three();
    BlockHeader stored = header(3);
    stored.hash.raw[0] ^= 1;
    start(stored);
    run();
    next_poll();
    EXPECT_TRUE(reader.seen.empty());
    EXPECT_TRUE(fault_says("block 3: ")) << follower->status().fault;
    EXPECT_TRUE(fault_says("ours is " + stored.hash.display())) << follower->status().fault;
    EXPECT_EQ(logged(kOtherChain), 1U);
}

// The stored hash may not vouch for a header that is not its own: that one could name strangers.
TEST_F(FollowerOfALiar, DoesNotTakeTheStoredBlockWithAnotherHeader) {
    start_at_three();
    node.lies[3] = BlockLie::header_changed;
    run();
    next_poll();
    EXPECT_TRUE(reader.seen.empty());
    EXPECT_TRUE(fault_says("block 3: ")) << follower->status().fault;
    EXPECT_EQ(logged(kOtherChain), 1U);
    node.lies.clear();
    next_poll();
    expect_contiguous(4, 6);
}

TEST_F(FollowerOfALiar, DoesNotFollowAnotherNetworkThanTheConfigured) {
    network = node.network + 1;
    start_at_three();
    run();
    next_poll();
    EXPECT_TRUE(reader.seen.empty());
    EXPECT_TRUE(fault_says("block 4: ")) << follower->status().fault;
    EXPECT_EQ(logged(kNotSigned), 1U);
}

TEST_F(FollowerOfALiar, DoesNotBeginWithAnotherBlockThanTheAnchor) {
    node.mine(5);
    start({}, Anchor{.index = 2, .hash = node.block(3).hash});
    run();
    next_poll();
    EXPECT_TRUE(reader.seen.empty());
    EXPECT_TRUE(fault_says("block 2: ")) << follower->status().fault;
    EXPECT_EQ(logged(kOtherChain), 1U);
}

TEST_F(FollowerOfALiar, DistrustsAHeightWithoutItsBlock) {
    start_at_three();
    node.height_claimed_more = 2;
    run();
    next_poll();
    expect_contiguous(4, 6);
    EXPECT_TRUE(fault_says("block 7: ")) << follower->status().fault;
    ASSERT_FALSE(nodes.reproaches.empty());
    EXPECT_EQ(nodes.reproaches[0].code, Errc::not_found);
    node.mine(3);
    next_poll();
    expect_contiguous(4, 9);
}

TEST_F(FollowerOfALiar, FollowsValidatorsWhoHandOverToMore) {
    node.mine(2);
    start(header(1));
    node.validators = std::make_shared<FakeValidators>(3, 4, 9);
    node.mine(3);
    node.lies[5] = BlockLie::signature_missing;
    run();
    next_poll();
    expect_contiguous(2, 4);
    EXPECT_TRUE(fault_says("exactly 3 signatures")) << follower->status().fault;
    node.lies[5] = BlockLie::strangers_elected;
    next_poll();
    expect_contiguous(2, 4);
    node.lies.clear();
    next_poll();
    expect_contiguous(2, 5);
}

}  // namespace
}  // namespace nsl::chain
