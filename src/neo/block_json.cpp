// SPDX-License-Identifier: Apache-2.0
// Blocks and headers as JSON-RPC shows them. Source: neo-go pkg/core/block header.go, block.go.
#include <charconv>

#include "neo/block.h"
#include "neo/reading.h"
#include "neo/transaction_json.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kNonceDigits = 16;

std::string nonce_text(std::uint64_t nonce) {
    std::string out(kNonceDigits, '0');
    for (std::size_t at = kNonceDigits; at > 0 && nonce != 0; nonce >>= 4)
        out[--at] = "0123456789ABCDEF"[nonce & 0xf];
    return out;
}

Result<std::uint64_t> read_nonce(const json::Object& in) {
    TRY(const std::string_view text, text_member(in, "nonce"));
    std::uint64_t out = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out, 16);
    if (text.size() != kNonceDigits || read.ec != std::errc() ||
        read.ptr != text.data() + text.size())
        return fail(Errc::invalid_argument, "nonce should be 16 hexadecimal digits");
    return out;
}

Result<BlockHeader> read_header(const json::Object& in) {
    TRY_OK(number_member(in, "version", 0));
    BlockHeader out;
    TRY(out.previous, parsed_member<Hash256>(in, "previousblockhash"));
    TRY(out.merkle_root, parsed_member<Hash256>(in, "merkleroot"));
    TRY(out.time_ms, number_member(in, "time", ~std::uint64_t{0}));
    TRY(out.nonce, read_nonce(in));
    TRY(out.index, u32_member(in, "index"));
    TRY(const std::uint64_t primary, number_member(in, "primary", 0xff));
    out.primary = static_cast<std::uint8_t>(primary);
    TRY(const std::string_view consensus, text_member(in, "nextconsensus"));
    TRY(out.next_consensus, parse_account(consensus));
    TRY(const json::Array* witnesses, array_member(in, "witnesses", 1));
    if (witnesses->size() != 1)
        return fail(Errc::invalid_argument, "a header has exactly one witness");
    auto witness = witness_from_json((*witnesses)[0]);
    if (!witness) return in_part("witnesses[0]", std::move(witness).error());
    out.witness = std::move(*witness);
    TRY(const Hash256 hash, parsed_member<Hash256>(in, "hash"));
    if (hash == out.hash()) return out;
    if (find_member(in, "previousstateroot"))
        return fail(Errc::invalid_argument,
                    "headers that contain a state root (StateRootInHeader) are not supported");
    return fail(Errc::invalid_argument,
                "hash is not that of the header, which is " + out.hash().display());
}

json::Object header_to_json(const BlockHeader& header) {
    json::Object out;
    out["hash"] = header.hash().display();
    out["version"] = header.version;
    out["previousblockhash"] = header.previous.display();
    out["merkleroot"] = header.merkle_root.display();
    out["time"] = header.time_ms;
    out["nonce"] = nonce_text(header.nonce);
    out["index"] = header.index;
    out["nextconsensus"] = to_address(header.next_consensus);
    out["primary"] = header.primary;
    out["witnesses"] = json::Array{witness_to_json(header.witness)};
    return out;
}

Status check_size(const json::Object& in, std::size_t size) {
    if (!find_member(in, "size")) return {};
    TRY(const std::uint64_t shown, number_member(in, "size", ~std::uint64_t{0}));
    if (shown != size)
        return fail(Errc::invalid_argument,
                    "size is not the computed one, " + std::to_string(size));
    return {};
}

}  // namespace

json::Value BlockHeader::to_json() const {
    return header_to_json(*this);
}

// The size is not looked at: getblock shows that of the block.
Result<BlockHeader> BlockHeader::from_json(const json::Value& value) {
    TRY(const json::Object* object, as_object(value, "a block header"));
    return read_header(*object);
}

json::Value Block::to_json() const {
    json::Object out = header_to_json(header);
    json::Array list;
    list.reserve(transactions.size());
    for (const Transaction& tx : transactions) list.push_back(transaction_to_json(tx));
    out["tx"] = std::move(list);
    return out;
}

Result<Block> Block::from_json(const json::Value& value) {
    TRY(const json::Object* object, as_object(value, "a block"));
    Block out;
    TRY(out.header, read_header(*object));
    TRY(const json::Array* list, array_member(*object, "tx", kBlockTransactionsMax));
    out.transactions.reserve(list->size());
    for (const json::Value& item : *list) {
        auto tx = transaction_from_json(item);
        if (!tx)
            return in_part("tx[" + std::to_string(out.transactions.size()) + "]",
                           std::move(tx).error());
        out.transactions.push_back(std::move(*tx));
    }
    TRY_OK(out.check());
    TRY_OK(check_size(*object, out.serialize().size()));
    return out;
}

}  // namespace nsl::neo
