// SPDX-License-Identifier: Apache-2.0
#include "chain/block_fetcher.h"

#include <memory>
#include <utility>

#include "chain/block_reader.h"
#include "chain/error_kinds.h"

namespace nsl::chain {

Task<BlockFetcher::Blocks> BlockFetcher::ask(RpcClient& node, std::uint32_t first,
                                             std::size_t count) {
    const bool alone = count == 1;
    while (count > 1) {
        Result<Blocks> blocks = co_await node.full_blocks(first, count);
        if (blocks) {
            size_.went_well(count);
            co_return *std::move(blocks);
        }
        // Too long an answer is internal; one bad block makes that of the whole, too.
        if (!is_nonsense(blocks.error().code)) break;
        size_.was_too_much(count);
        count /= 2;
    }
    Blocks out;
    out.push_back(co_await node.full_block(first));
    if (!out.front()) co_return out;
    if (alone)
        size_.went_well(1);
    else
        size_.only_one();
    co_return out;
}

Task<Fetched> BlockFetcher::fetch(RpcClient& node, std::uint32_t first, std::uint32_t last) {
    Fetched out;
    std::size_t transactions = 0;
    const std::size_t count = size_.of(std::size_t{last} - first + 1);
    for (Result<neo::Block>& block : co_await ask(node, first, count)) {
        if (!block) {
            const auto index = first + static_cast<std::uint32_t>(out.blocks.size());
            out.end = Error{block.error().code,
                            "block " + std::to_string(index) + ": " + block.error().message};
            break;
        }
        transactions += block->transactions.size();
        if (!out.blocks.empty() && transactions > kTransactionsMax) {
            size_.was_too_much(count);
            break;
        }
        Block summary = summary_of(*block);
        out.blocks.push_back({.block = std::make_shared<ReadBlock>(
                                  ReadBlock{std::move(summary), *std::move(block), {}})});
    }
    const std::size_t told = out.blocks.size();
    co_await outcomes_.read(node, out.blocks);
    if (out.blocks.size() < told) out.end.reset();
    for (std::size_t i = 0; i < out.blocks.size() && fields_; ++i) {
        ToldBlock& one = out.blocks[i];
        if (!one.outcomes) break;
        one.outcomes = co_await contracts_.decode(node, one.block->outcomes);
        if (one.outcomes) continue;
        out.blocks.resize(i + 1);
        out.end.reset();
    }
    co_return out;
}

}  // namespace nsl::chain
