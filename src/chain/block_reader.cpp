// SPDX-License-Identifier: Apache-2.0
#include "chain/block_reader.h"

#include <utility>

namespace nsl::chain {
namespace {

std::string name_of(std::uint32_t index) {
    return "block " + std::to_string(index) + ": ";
}

}  // namespace

Task<Result<neo::Block>> BlockReader::read(std::uint32_t index) {
    Result<neo::Block> block = co_await rpc_.full_block(index);
    if (!block) {
        Error error = std::move(block).error();
        error.message = name_of(index) + error.message;
        co_return std::unexpected(std::move(error));
    }
    co_return block;
}

Task<Result<neo::Block>> BlockReader::known(Anchor anchor) {
    CO_TRY(neo::Block block, co_await read(anchor.index));
    const neo::Hash256 hash = block.header.hash();
    if (hash != anchor.hash)
        co_return fail(Errc::conflict, name_of(anchor.index) + "the node's is " + hash.display() +
                                           ", ours is " + anchor.hash.display());
    co_return block;
}

Task<Result<neo::Block>> BlockReader::after(neo::BlockHeader previous) {
    CO_TRY(neo::Block block, co_await read(previous.index + 1));
    CO_TRY_OK(check_after(block, previous, network_));
    co_return block;
}

Status check_after(const neo::Block& block, const neo::BlockHeader& previous,
                   std::uint32_t network) {
    const Status checked = neo::check_header(block.header, previous, network);
    if (checked) return {};
    return fail(
        checked.error().code == Errc::unauthenticated ? Errc::unauthenticated : Errc::conflict,
        name_of(block.header.index) + checked.error().message);
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

}  // namespace nsl::chain
