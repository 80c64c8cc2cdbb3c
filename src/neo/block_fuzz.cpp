// SPDX-License-Identifier: Apache-2.0
// What parse() accepts must serialize to the same bytes, and read back from its JSON. The fuzzer
// will not guess a merkle root: a block that only lacks the right one gets it.
#include "neo/block.h"

namespace {

void check_whole(const nsl::neo::Block& block) {
    const auto shown = nsl::neo::Block::from_json(block.to_json());
    NSL_ASSERT(shown && *shown == block);
    const auto read = nsl::neo::Block::parse(block.serialize());
    NSL_ASSERT(read && *read == block);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nsl::neo;
    const nsl::ByteView input(data, size);
    if (const auto header = BlockHeader::parse(input)) {
        NSL_ASSERT(std::ranges::equal(header->serialize(), input));
        NSL_ASSERT(BlockHeader::from_json(header->to_json()) == *header);
        Block block{.header = *header, .transactions = {}};
        block.header.merkle_root = {};
        check_whole(block);
    }
    if (const auto block = Block::parse(input)) {
        NSL_ASSERT(std::ranges::equal(block->serialize(), input));
        check_whole(*block);
    }
    // As the only one of a block.
    if (const auto tx = Transaction::parse(input)) {
        Block block{.header = {}, .transactions = {*tx}};
        block.header.merkle_root = tx->hash();
        check_whole(block);
    }
    return 0;
}
