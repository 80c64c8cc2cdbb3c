// SPDX-License-Identifier: Apache-2.0
#include "neo/block.h"

#include "base/encoding.h"
#include "neo/reading.h"
#include "neo/varint.h"

namespace nsl::neo {
namespace {

void write_hashed(ByteWriter& out, const BlockHeader& header) {
    out.u32(header.version);
    out.bytes(header.previous.raw);
    out.bytes(header.merkle_root.raw);
    out.u64(header.time_ms);
    out.u64(header.nonce);
    out.u32(header.index);
    out.u8(header.primary);
    out.bytes(header.next_consensus.raw);
}

void write_header(ByteWriter& out, const BlockHeader& header) {
    write_hashed(out, header);
    write_varint(out, 1);
    write_witness(out, header.witness);
}

Result<BlockHeader> read_header(ByteReader& in) {
    TRY(const std::uint32_t version, in.u32());
    if (version != 0) return fail(Errc::invalid_argument, "the version is not 0");
    BlockHeader out;
    TRY(out.previous.raw, in.array<32>());
    TRY(out.merkle_root.raw, in.array<32>());
    TRY(out.time_ms, in.u64());
    TRY(out.nonce, in.u64());
    TRY(out.index, in.u32());
    TRY(out.primary, in.u8());
    TRY(out.next_consensus.raw, in.array<20>());
    TRY(const std::uint8_t witnesses, in.u8());
    if (witnesses != 1) return fail(Errc::invalid_argument, "a header has exactly one witness");
    auto witness = read_witness(in);
    if (!witness) return in_part("witness", std::move(witness).error());
    out.witness = std::move(*witness);
    return out;
}

Result<Block> read_block(ByteReader& in) {
    Block out;
    TRY(out.header, read_header(in));
    auto count = read_varint(in, kBlockTransactionsMax);
    if (!count) return in_part("number of transactions", std::move(count).error());
    for (std::uint64_t i = 0; i < *count; ++i) {
        auto tx = read_transaction(in);
        if (!tx) return in_part("transaction " + std::to_string(i), std::move(tx).error());
        out.transactions.push_back(std::move(*tx));
    }
    TRY_OK(out.check());
    return out;
}

// Reads all of the data. Errors name the byte.
template <class T, class Read>
Result<T> read_whole(ByteView data, const char* what, Read read) {
    ByteReader in(data);
    Result<T> out = read(in);
    const Status rest = out ? in.finish() : Status();
    if (out && rest) return out;
    Error error = out ? rest.error() : std::move(out).error();
    return in_part("not a " + std::string(what) + ", at byte " + std::to_string(in.position()),
                   std::move(error));
}

}  // namespace

Bytes BlockHeader::serialize_unsigned() const {
    ByteWriter out;
    write_hashed(out, *this);
    return out.take();
}

Bytes BlockHeader::serialize() const {
    ByteWriter out;
    write_header(out, *this);
    return out.take();
}

Hash256 BlockHeader::hash() const {
    return {sha256(serialize_unsigned())};
}

Result<BlockHeader> BlockHeader::parse(ByteView data) {
    return read_whole<BlockHeader>(data, "block header", read_header);
}

Bytes Block::serialize() const {
    ByteWriter out;
    write_header(out, header);
    write_varint(out, transactions.size());
    for (const Transaction& tx : transactions) out.bytes(tx.serialize());
    return out.take();
}

Result<Block> Block::parse(ByteView data) {
    return read_whole<Block>(data, "block", read_block);
}

Status Block::check() const {
    std::vector<Hash256> hashes;
    hashes.reserve(transactions.size());
    for (const Transaction& tx : transactions) hashes.push_back(tx.hash());
    if (merkle_root(hashes) != header.merkle_root)
        return fail(Errc::invalid_argument, "the merkle root is not that of the transactions");
    // An odd level repeats its last hash, so a block that repeats its last transactions has the
    // same root.
    std::ranges::sort(hashes);
    if (std::ranges::adjacent_find(hashes) != hashes.end())
        return fail(Errc::invalid_argument, "a transaction is in the block twice");
    return {};
}

Hash256 merkle_root(std::span<const Hash256> hashes) {
    if (hashes.empty()) return {};
    std::vector<Hash256> level(hashes.begin(), hashes.end());
    while (level.size() > 1) {
        const std::size_t parents = (level.size() + 1) / 2;
        for (std::size_t i = 0; i < parents; ++i) {
            const Hash256& left = level[2 * i];
            const Hash256& right = level[std::min(2 * i + 1, level.size() - 1)];
            ByteArray<64> both;
            std::ranges::copy(right.raw, std::ranges::copy(left.raw, both.begin()).out);
            level[i].raw = sha256_twice(both);
        }
        level.resize(parents);
    }
    return level.front();
}

Status check_header(const BlockHeader& header, const BlockHeader& previous, std::uint32_t network) {
    TRY_OK(check_link(header, previous));
    WitnessChecker checker;
    return check_signers(header, previous.next_consensus, network, checker);
}

Status check_link(const BlockHeader& header, const BlockHeader& previous) {
    if (header.previous != previous.hash())
        return fail(Errc::invalid_argument,
                    "the header is not linked to the one before: it names " +
                        header.previous.display() + ", which is not " + previous.hash().display());
    if (header.index != std::uint64_t{previous.index} + 1)
        return fail(Errc::invalid_argument, "the header's index is " +
                                                std::to_string(header.index) + " after " +
                                                std::to_string(previous.index));
    if (header.time_ms <= previous.time_ms)
        return fail(Errc::invalid_argument, "the header is not later than the one before");
    return {};
}

Status check_signers(const BlockHeader& header, const Hash160& account, std::uint32_t network,
                     WitnessChecker& checker) {
    const Status signed_by =
        checker.check(header.witness, account, sign_data(network, header.hash()));
    if (!signed_by) return fail(Errc::unauthenticated, "header: " + signed_by.error().message);
    return {};
}

}  // namespace nsl::neo
