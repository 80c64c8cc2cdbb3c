// SPDX-License-Identifier: Apache-2.0
// Signing contexts as neo-go and neo-cli exchange them. Source: neo-go pkg/smartcontract/context
// context.go, item.go.
#include "base/encoding.h"
#include "neo/reading.h"
#include "neo/signing_context.h"

namespace nsl::neo {
namespace {

constexpr std::string_view kType = "Neo.Network.P2P.Payloads.Transaction";
// What neo-go also takes, as written by wallets of the former network.
constexpr std::string_view kFormerType = "Neo.Core.ContractTransaction";
constexpr std::size_t kItemsMax = 16;
constexpr std::size_t kKeysMax = 1024;

Result<Signature> read_signature(const json::Value& value) {
    const auto* text = value.if_string();
    if (!text) return fail(Errc::invalid_argument, "a signature should be a string");
    TRY(const Bytes bytes, base64_decode(std::string_view(*text)));
    Signature out;
    if (bytes.size() != out.size()) return fail(Errc::invalid_argument, "a signature has 64 bytes");
    std::ranges::copy(bytes, out.begin());
    return out;
}

Result<Transaction> read_signed_part(const json::Object& in) {
    TRY(const std::string_view type, text_member(in, "type"));
    if (type != kType && type != kFormerType)
        return fail(Errc::invalid_argument, "type should be " + std::string(kType));
    TRY(const Bytes data, base64_member(in, "data"));
    auto tx = Transaction::parse_unsigned(data);
    if (!tx) return in_part("data", std::move(tx).error());
    if (find_member(in, "hash")) {
        TRY(const Hash256 hash, parsed_member<Hash256>(in, "hash"));
        if (hash != tx->hash())
            return fail(Errc::invalid_argument,
                        "hash is not that of the transaction, which is " + tx->hash().display());
    }
    return tx;
}

}  // namespace

// The map of a multi-signature account: key in hex to signature.
Status SigningContext::read_signatures(Item& item, const json::Object& in) const {
    if (in.size() > kKeysMax) return fail(Errc::limit_exceeded, "at most 1,024 signatures");
    std::map<PublicKey, Signature> found;
    for (const auto& [name, value] : in) {
        TRY(const PublicKey key, PublicKey::parse(std::string_view(name)));
        TRY(const Signature signature, read_signature(value));
        if (!item.names(key))
            return fail(Errc::invalid_argument, "the script does not name the key " + key.hex());
        if (!verify(key, sign_data_, signature))
            return fail(Errc::unauthenticated, "the signature of " + key.hex() + " does not hold");
        if (!found.emplace(key, signature).second)
            return fail(Errc::invalid_argument, "the key " + key.hex() + " signs twice");
    }
    for (const auto& [key, signature] : found) item.add(key, signature);
    return {};
}

// One for each signature that is needed. Its value does not say whose it is.
Status SigningContext::read_parameters(Item& item, const json::Array& in) const {
    for (const json::Value& value : in) {
        TRY(const json::Object* parameter, as_object(value, "a parameter"));
        TRY(const std::string_view type, text_member(*parameter, "type"));
        if (type != "Signature")
            return fail(Errc::invalid_argument, "only parameters of type Signature are known");
        const json::Value* given = find_member(*parameter, "value");
        if (!given) continue;
        TRY(const Signature signature, read_signature(*given));
        const auto known = std::ranges::find_if(
            item.signatures, [&signature](const auto& one) { return one.second == signature; });
        if (known != item.signatures.end()) continue;
        const auto key = std::ranges::find_if(item.asks.keys, [&](const PublicKey& one) {
            return verify(one, sign_data_, signature);
        });
        if (key == item.asks.keys.end())
            return fail(Errc::unauthenticated,
                        "a parameter is a signature by no key of the script");
        item.add(*key, signature);
    }
    return {};
}

Status SigningContext::read_item(const Hash160& account, const json::Value& value) {
    TRY(const json::Object* object, as_object(value, "an item"));
    Bytes script;
    if (find_member(*object, "script")) {
        TRY(script, base64_member(*object, "script"));
    }
    if (!has_signer(account))
        return fail(Errc::invalid_argument, "the account does not sign this transaction");
    if (script.empty()) {
        TRY_OK(add_contract(account));
    } else {
        if (hash160(script) != account)
            return fail(Errc::invalid_argument, "the script is not that of the account");
        TRY_OK(add_script(script));
    }
    Item& item = items_.at(account);
    TRY(const json::Array* parameters, array_member(*object, "parameters", kKeysMax));
    if (parameters->size() != static_cast<std::size_t>(item.asks.m))
        return fail(Errc::invalid_argument, script.empty()
                                                ? "contracts that take arguments are not supported"
                                                : "there must be one parameter for each signature");
    if (const json::Value* found = find_member(*object, "signatures")) {
        TRY(const json::Object* signatures, as_object(*found, "signatures"));
        TRY_OK(read_signatures(item, *signatures));
    }
    return read_parameters(item, *parameters);
}

Result<SigningContext> SigningContext::parse(std::string_view json) {
    TRY(const json::Value value, json::parse_value(json));
    TRY(const json::Object* object, as_object(value, "a signing context"));
    TRY(const std::uint32_t network, u32_member(*object, "network"));
    TRY(Transaction tx, read_signed_part(*object));
    SigningContext out(std::move(tx), network);
    const json::Value* items = find_member(*object, "items");
    if (!items) return out;
    TRY(const json::Object* list, as_object(*items, "items"));
    if (list->size() > kItemsMax) return fail(Errc::limit_exceeded, "at most 16 items");
    for (const auto& [name, item] : *list) {
        TRY(const Hash160 account, Hash160::parse(std::string_view(name)));
        if (out.items_.contains(account))
            return fail(Errc::invalid_argument, "an account has two items");
        const Status read = out.read_item(account, item);
        if (!read) return in_part("items/" + account.display(), read.error());
    }
    return out;
}

json::Value SigningContext::Item::to_json() const {
    json::Object out;
    out["script"] = script.empty() ? json::Value(nullptr) : json::Value(base64_encode(script));
    json::Array parameters;
    for (int i = 0; i < asks.m; ++i) parameters.push_back(json::Object{{"type", "Signature"}});
    // The last key's signature comes first, as the script takes them from the stack.
    if (missing() == 0) {
        std::size_t place = parameters.size();
        for (const auto& [key, signature] : signatures)
            parameters[--place].as_object()["value"] = base64_encode(signature);
    }
    out["parameters"] = std::move(parameters);
    std::map<std::string, std::string> by_name;
    if (asks.multi_signature)
        for (const auto& [key, signature] : signatures)
            by_name.emplace(key.hex(), base64_encode(signature));
    json::Object shown;
    for (const auto& [name, signature] : by_name) shown[name] = signature;
    out["signatures"] = std::move(shown);
    return out;
}

json::Value SigningContext::to_json() const {
    std::map<std::string, json::Value> by_name;
    for (const auto& [account, item] : items_) by_name.emplace(account.display(), item.to_json());
    json::Object items;
    for (auto& [name, item] : by_name) items[name] = std::move(item);
    json::Object out;
    out["type"] = kType;
    out["network"] = network_;
    out["hash"] = tx_.hash().display();
    out["data"] = base64_encode(tx_.serialize_unsigned());
    out["items"] = std::move(items);
    return out;
}

}  // namespace nsl::neo
