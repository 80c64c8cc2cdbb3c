// SPDX-License-Identifier: Apache-2.0
// A reader of blocks that keeps them, loses its connection, and says so when it gets what it must
// not.
#pragma once
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "chain/read_block.h"

namespace nsl::testing_support {

class FakeSubscriber final : public chain::BlockSubscriber {
 public:
    enum class Commit { done, failed, in_doubt };  // in doubt: done, but an error says otherwise

    explicit FakeSubscriber(std::string name) : name_(std::move(name)) {}

    // What becomes of a block's commit.
    std::function<Commit(std::uint32_t index)> commit = [](std::uint32_t) { return Commit::done; };
    bool away = false;  // its checkpoint cannot be read
    bool decodes = false;
    std::optional<chain::BlockHeader> stored{};
    // Everything whose effects were committed, through all its lives.
    std::vector<std::shared_ptr<const chain::ReadBlock>> seen{};

    std::string name() const override { return name_; }
    bool reads_fields() const override { return decodes; }
    Task<Result<std::optional<chain::BlockHeader>>> checkpoint() override {
        if (away) co_return fail(Errc::unavailable, "no database");
        co_return stored;
    }
    Task<Status> on_block(std::shared_ptr<const chain::ReadBlock> block) override {
        const chain::Block& shown = block->summary;
        if (stored) {
            EXPECT_EQ(shown.index, stored->index + 1) << name_;
            EXPECT_EQ(shown.previous, stored->hash) << name_;
        }
        EXPECT_EQ(block->outcomes.size(), shown.transactions.size());
        const Commit fate = commit(shown.index);
        if (fate == Commit::failed) co_return fail(Errc::unavailable, "no database");
        stored = shown;
        seen.push_back(block);
        if (fate == Commit::in_doubt) co_return fail(Errc::unavailable, "the connection broke");
        co_return Status{};
    }

    std::vector<std::uint32_t> indexes() const {
        std::vector<std::uint32_t> out;
        for (const auto& block : seen) out.push_back(block->summary.index);
        return out;
    }

 private:
    std::string name_;
};

}  // namespace nsl::testing_support
