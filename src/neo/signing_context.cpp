// SPDX-License-Identifier: Apache-2.0
#include "neo/signing_context.h"

#include "neo/reading.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kSignaturePushBytes = 66;

}  // namespace

bool SigningContext::Item::names(const PublicKey& key) const {
    return std::ranges::find(asks.keys, key) != asks.keys.end();
}

int SigningContext::Item::missing() const {
    return asks.m - static_cast<int>(signatures.size());
}

void SigningContext::Item::add(const PublicKey& key, const Signature& signature) {
    if (missing() > 0) signatures.emplace(key, signature);
}

SigningContext::SigningContext(Transaction tx, std::uint32_t network)
    : tx_(std::move(tx)), network_(network), sign_data_(tx_.sign_data(network)) {}

Result<SigningContext> SigningContext::create(Transaction tx, std::uint32_t network) {
    // What others could not read back must not be handed to them for signing.
    TRY(Transaction read, Transaction::parse_unsigned(tx.serialize_unsigned()));
    return SigningContext(std::move(read), network);
}

bool SigningContext::has_signer(const Hash160& account) const {
    return std::ranges::find(tx_.signers, account, &Signer::account) != tx_.signers.end();
}

Status SigningContext::add_script(ByteView verification_script) {
    const Hash160 account = hash160(verification_script);
    if (!has_signer(account))
        return fail(Errc::not_found, "the script is that of " + to_address(account) +
                                         ", which does not sign this transaction");
    TRY(SignatureCheck asks, parse_verification_script(verification_script));
    if (verification_script.size() > kWitnessBytesMax ||
        static_cast<std::size_t>(asks.m) * kSignaturePushBytes > kWitnessBytesMax)
        return fail(Errc::invalid_argument,
                    "the account asks for a witness above 1,024 bytes, which no transaction holds");
    // That the account is this script's hash proves that it is no contract, whatever was read.
    if (const auto known = items_.find(account);
        known != items_.end() && known->second.script.empty())
        items_.erase(known);
    items_.try_emplace(account,
                       Item{.script = Bytes(verification_script.begin(), verification_script.end()),
                            .asks = std::move(asks),
                            .signatures = {}});
    return {};
}

Status SigningContext::add_contract(const Hash160& account) {
    if (!has_signer(account))
        return fail(Errc::not_found, to_address(account) + " does not sign this transaction");
    items_.try_emplace(account, Item{.script = {}, .asks = {.m = 0}, .signatures = {}});
    return {};
}

Status SigningContext::add_signature(const PublicKey& key, const Signature& signature) {
    if (std::ranges::none_of(items_, [&key](const auto& one) { return one.second.names(key); }))
        return fail(Errc::not_found,
                    "no script of a signer names the key " + key.hex() + ": add its script first");
    if (!verify(key, sign_data_, signature))
        return fail(Errc::unauthenticated, "the signature is not that of " + key.hex() +
                                               " over this transaction on network " +
                                               std::to_string(network_));
    for (auto& [account, item] : items_)
        if (item.names(key)) item.add(key, signature);
    return {};
}

Result<int> SigningContext::sign(const PrivateKey& key) {
    const auto count = std::ranges::count_if(
        items_, [&key](const auto& one) { return one.second.names(key.public_key()); });
    if (count > 0) TRY_OK(add_signature(key.public_key(), key.sign(sign_data_)));
    return static_cast<int>(count);
}

std::vector<SigningContext::Missing> SigningContext::missing() const {
    std::vector<Missing> out;
    for (const Signer& signer : tx_.signers) {
        const auto item = items_.find(signer.account);
        if (item == items_.end())
            out.push_back({.account = signer.account, .signatures = 0});
        else if (item->second.missing() > 0)
            out.push_back({.account = signer.account, .signatures = item->second.missing()});
    }
    return out;
}

Result<Transaction> SigningContext::finish() const {
    std::string wanting;
    for (const Missing& one : missing()) {
        if (!wanting.empty()) wanting += ", ";
        wanting += to_address(one.account);
        wanting += one.signatures == 0 ? " (its script)"
                                       : " (" + std::to_string(one.signatures) + " more)";
    }
    if (!wanting.empty())
        return fail(Errc::conflict, "the transaction is not signed by everybody yet: " + wanting);
    Transaction out = tx_;
    for (const Signer& signer : tx_.signers) {
        const Item& item = items_.at(signer.account);
        // The map's order is that of the keys in the script.
        std::vector<Signature> signatures;
        for (const auto& [key, signature] : item.signatures) signatures.push_back(signature);
        out.witnesses.push_back({invocation_script(signatures), item.script});
    }
    TRY_OK(out.check());
    return out;
}

}  // namespace nsl::neo
