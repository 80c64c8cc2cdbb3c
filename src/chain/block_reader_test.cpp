// SPDX-License-Identifier: Apache-2.0
// Which of a row of blocks are of the chain.
#include "chain/block_reader.h"

#include <gtest/gtest.h>

#include "base/spawn.h"
#include "fake_validators.h"

namespace nsl::chain {
namespace {

using testing_support::FakeValidators;

constexpr std::uint32_t kNetwork = 56'753;

class RowOfBlocks : public ::testing::Test {
 protected:
    const FakeValidators ours{2, 3}, others{1, 1, 77};
    neo::BlockHeader trusted{.time_ms = 1'000, .index = 7, .next_consensus = ours.account()};
    std::vector<neo::BlockHeader> row;
    asio::io_context loop;

    // One more, linked to the last: it names `next`, and `by` sign it.
    neo::BlockHeader& add(const FakeValidators& by, const FakeValidators& next) {
        const neo::BlockHeader& before = row.empty() ? trusted : row.back();
        neo::BlockHeader header{.previous = before.hash(),
                                .time_ms = before.time_ms + 1'000,
                                .index = before.index + 1,
                                .next_consensus = next.account()};
        header.witness = by.sign(header, kNetwork);
        row.push_back(header);
        return row.back();
    }
    CheckedBlocks check() {
        BlockChecks checks(kNetwork);
        std::vector<std::shared_ptr<const ReadBlock>> blocks;
        for (const neo::BlockHeader& header : row) {
            auto block = std::make_shared<ReadBlock>();
            block->whole.header = header;
            blocks.push_back(block);
        }
        return run_blocking(loop, checks.check(trusted, blocks));
    }
    void expect_bad_after(std::size_t good, Errc code, const std::string& block) {
        const CheckedBlocks checked = check();
        EXPECT_EQ(checked.good, good);
        ASSERT_FALSE(checked.end.has_value());
        EXPECT_EQ(checked.end.error().code, code);
        EXPECT_TRUE(checked.end.error().message.contains(block)) << checked.end.error().message;
    }
};

TEST_F(RowOfBlocks, OfTheChainIsGood) {
    for (int i = 0; i < 5; ++i) add(ours, ours);
    EXPECT_EQ(check().good, 5U);
    EXPECT_TRUE(check().end.has_value());
}

TEST_F(RowOfBlocks, WhoSignsTheLastSignsAllBeforeIt) {
    add(ours, ours);
    add(ours, ours).witness = {};
    add(ours, ours);
    EXPECT_EQ(check().good, 3U);
    EXPECT_TRUE(check().end.has_value());
}

TEST_F(RowOfBlocks, WithoutASignatureOfTheLastItIsGoodAsFarAsEachIsSigned) {
    for (int i = 0; i < 4; ++i) add(ours, ours);
    row[2].witness = others.sign(row[2], kNetwork);
    row[3].witness = {};
    expect_bad_after(2, Errc::unauthenticated, "block 10");
}

TEST_F(RowOfBlocks, AnAccountThatANodeMadeUpIsNeverAsked) {
    add(ours, ours);
    add(others, others);  // theirs from here on, and well signed among themselves
    add(others, others);
    add(others, others);
    expect_bad_after(1, Errc::unauthenticated, "block 9");
    // Nor when a block of theirs names ours again.
    row.resize(1);
    add(others, others);
    add(others, ours);
    add(others, ours);
    expect_bad_after(1, Errc::unauthenticated, "block 9");
}

TEST_F(RowOfBlocks, AnAccountHandsOverToTheNext) {
    add(ours, ours);
    add(ours, others);
    add(others, others);
    add(others, ours);
    add(ours, ours);
    EXPECT_EQ(check().good, 5U);
    // Who has handed over signs no more.
    row.pop_back();
    add(others, ours);
    expect_bad_after(4, Errc::unauthenticated, "block 12");
}

TEST_F(RowOfBlocks, WhatIsNotLinkedEndsIt) {
    for (int i = 0; i < 4; ++i) add(ours, ours);
    row[2].previous.raw[0] ^= 1;
    row[2].witness = ours.sign(row[2], kNetwork);
    expect_bad_after(2, Errc::conflict, "block 10");
}

}  // namespace
}  // namespace nsl::chain
