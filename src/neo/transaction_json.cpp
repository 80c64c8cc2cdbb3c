// SPDX-License-Identifier: Apache-2.0
// Whole transactions; signers and attributes have files of their own.
#include "neo/transaction_json.h"

#include "base/encoding.h"
#include "neo/reading.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kItemsMax = 16;

template <class T, class Read>
Status read_items(const json::Object& in, std::string_view name, Read read, std::vector<T>& out) {
    TRY(const json::Array* items, array_member(in, name, kItemsMax));
    out.reserve(items->size());
    for (const json::Value& item : *items) {
        auto one = read(item);
        if (!one)
            return in_part(std::string(name) + "[" + std::to_string(out.size()) + "]",
                           std::move(one).error());
        out.push_back(std::move(*one));
    }
    return {};
}

// What the sender of the JSON computed must be what we compute.
Status check_computed(const json::Object& in, const Transaction& tx) {
    if (find_member(in, "hash")) {
        TRY(const Hash256 hash, parsed_member<Hash256>(in, "hash"));
        if (hash != tx.hash())
            return fail(Errc::invalid_argument,
                        "hash is not that of the transaction, which is " + tx.hash().display());
    }
    if (find_member(in, "size")) {
        TRY(const std::uint64_t size, number_member(in, "size", kTransactionBytesMax));
        if (size != tx.serialize().size())
            return fail(Errc::invalid_argument, "size is not that of the transaction, which is " +
                                                    std::to_string(tx.serialize().size()));
    }
    if (find_member(in, "sender")) {
        TRY(const std::string_view sender, text_member(in, "sender"));
        TRY(const Hash160 account, parse_account(sender));
        if (account != tx.signers[0].account)
            return fail(Errc::invalid_argument, "sender is not the first signer");
    }
    return {};
}

}  // namespace

json::Value transaction_to_json(const Transaction& tx) {
    json::Object out;
    out["hash"] = tx.hash().display();
    out["size"] = tx.serialize().size();
    out["version"] = 0;
    out["nonce"] = tx.nonce;
    if (!tx.signers.empty()) out["sender"] = to_address(tx.signers[0].account);
    out["sysfee"] = std::to_string(tx.system_fee);
    out["netfee"] = std::to_string(tx.network_fee);
    out["validuntilblock"] = tx.valid_until_block;
    json::Array attributes, signers, witnesses;
    for (const Attribute& attribute : tx.attributes)
        attributes.push_back(attribute_to_json(attribute));
    for (const Signer& signer : tx.signers) signers.push_back(signer_to_json(signer));
    for (const Witness& witness : tx.witnesses) witnesses.push_back(witness_to_json(witness));
    out["attributes"] = std::move(attributes);
    out["signers"] = std::move(signers);
    out["script"] = base64_encode(tx.script);
    out["witnesses"] = std::move(witnesses);
    return out;
}

Result<Transaction> transaction_from_json(const json::Value& value) {
    TRY(const json::Object* object, as_object(value, "a transaction"));
    TRY_OK(number_member(*object, "version", 0));
    Transaction out;
    TRY(out.nonce, u32_member(*object, "nonce"));
    TRY(out.system_fee, amount_member(*object, "sysfee"));
    TRY(out.network_fee, amount_member(*object, "netfee"));
    TRY(out.valid_until_block, u32_member(*object, "validuntilblock"));
    TRY_OK(read_items(*object, "signers", signer_from_json, out.signers));
    TRY_OK(read_items(*object, "attributes", attribute_from_json, out.attributes));
    TRY(out.script, base64_member(*object, "script"));
    TRY_OK(read_items(*object, "witnesses", witness_from_json, out.witnesses));
    TRY_OK(out.check());
    TRY_OK(check_computed(*object, out));
    return out;
}

}  // namespace nsl::neo
