// SPDX-License-Identifier: Apache-2.0
#include "chain/block_reader.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace nsl::chain {
namespace {

using Row = std::vector<std::shared_ptr<const ReadBlock>>;

std::string name_of(std::uint32_t index) {
    return "block " + std::to_string(index) + ": ";
}

std::unexpected<Error> not_after(const neo::BlockHeader& header, const Error& why) {
    const bool unsigned_one = why.code == Errc::unauthenticated;
    return fail(unsigned_one ? Errc::unauthenticated : Errc::conflict,
                name_of(header.index) + why.message);
}

}  // namespace

Task<Result<neo::Block>> read_known(RpcClient& node, Anchor anchor) {
    Result<neo::Block> block = co_await node.full_block(anchor.index);
    if (!block) co_return fail(block.error().code, name_of(anchor.index) + block.error().message);
    const neo::Hash256 hash = block->header.hash();
    if (hash != anchor.hash)
        co_return fail(Errc::conflict, name_of(anchor.index) + "the node's is " + hash.display() +
                                           ", ours is " + anchor.hash.display());
    co_return block;
}

Task<Result<neo::Block>> read_after(RpcClient& node, neo::BlockHeader previous,
                                    std::uint32_t network) {
    CO_TRY(neo::Block block, co_await node.full_block(previous.index + 1));
    const Status held = neo::check_header(block.header, previous, network);
    if (!held) co_return not_after(block.header, held.error());
    co_return block;
}

Block summary_of(const neo::Block& block) {
    Block out;
    out.index = block.header.index;
    out.hash = block.header.hash();
    out.previous = block.header.previous;
    out.time_ms = static_cast<std::int64_t>(block.header.time_ms);
    out.transactions.reserve(block.transactions.size());
    for (const neo::Transaction& tx : block.transactions) out.transactions.push_back(tx.hash());
    return out;
}

struct BlockChecks::State {
    std::uint32_t network;
    neo::WitnessChecker checker{};  // whoever checks: never two at once
    asio::thread_pool thread{1};

    // How many of the row are each linked to the one before, and why the next one is not.
    static CheckedBlocks linked(const neo::BlockHeader& previous, const Row& row) {
        CheckedBlocks out;
        const neo::BlockHeader* before = &previous;
        for (const auto& block : row) {
            const neo::BlockHeader& header = block->whole.header;
            if (const Status held = neo::check_link(header, *before); !held) {
                out.end = not_after(header, held.error());
                break;
            }
            before = &header;
            ++out.good;
        }
        return out;
    }
    Status signed_by(const neo::BlockHeader& header, const neo::Hash160& account) {
        const Status held = neo::check_signers(header, account, network, checker);
        if (!held) return not_after(header, held.error());
        return {};
    }
    // Who signs a header signs, through its hash, all before it: so one signature is proof of a run
    // of headers that name the same account, of which the last is signed by it. Where that does not
    // hold, each is looked at on its own, to find the first that is wrong.
    CheckedBlocks check(const neo::BlockHeader& previous, const Row& row) {
        const CheckedBlocks links = linked(previous, row);
        const auto header = [&](std::size_t i) -> const neo::BlockHeader& {
            return row[i]->whole.header;
        };
        CheckedBlocks out;
        neo::Hash160 account = previous.next_consensus;
        bool one_by_one = false;
        while (out.good < links.good) {
            std::size_t last = out.good;
            while (!one_by_one && last + 1 < links.good && header(last).next_consensus == account)
                ++last;
            const Status held = signed_by(header(last), account);
            if (!held && last == out.good) {
                out.end = held;
                return out;
            }
            one_by_one = one_by_one || !held;
            if (!held) continue;
            out.good = last + 1;
            account = header(last).next_consensus;
        }
        out.end = links.end;
        return out;
    }
    Task<CheckedBlocks> check_there(const neo::BlockHeader& previous, const Row& row) {
        co_return check(previous, row);
    }
};

BlockChecks::BlockChecks(std::uint32_t network) : state_(new State{network}) {}
BlockChecks::~BlockChecks() = default;

Task<CheckedBlocks> BlockChecks::check(neo::BlockHeader previous, Row row) {
    if (row.size() < 2) co_return state_->check(previous, row);
    // Waited for to its end, so it may refer to what is ours.
    co_return co_await asio::co_spawn(state_->thread, state_->check_there(previous, row),
                                      asio::use_awaitable);
}

}  // namespace nsl::chain
