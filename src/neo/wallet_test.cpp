// SPDX-License-Identifier: Apache-2.0
#include "neo/wallet.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

constexpr ScryptParams kFast{.n = 2, .r = 1, .p = 1};
constexpr std::string_view kPassword = "one two";

PrivateKey key_from(std::uint64_t seed) {
    SeededRandom random(seed);
    return PrivateKey::generate(random);
}

Wallet wallet_of(std::uint64_t seed, bool with_multi_signature) {
    Wallet out{.scrypt = kFast};
    EXPECT_TRUE(out.add(key_from(seed), kPassword, "main", with_multi_signature));
    return out;
}

void expect_refused(const std::string& json, std::string_view reason) {
    const auto wallet = Wallet::parse(json);
    ASSERT_FALSE(wallet) << json;
    EXPECT_EQ(wallet.error().code, Errc::invalid_argument);
    EXPECT_NE(wallet.error().message.find(reason), std::string::npos) << wallet.error().message;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
}

TEST(Wallet, UnlocksWhatWasAddedAfterARoundTrip) {
    const PrivateKey key = key_from(1);
    const auto wallet = Wallet::parse(wallet_of(1, true).to_json());
    ASSERT_TRUE(wallet) << wallet.error().message;
    EXPECT_EQ(wallet->scrypt, kFast);
    ASSERT_EQ(wallet->accounts.size(), 2u);
    EXPECT_TRUE(wallet->accounts[0].is_default);
    EXPECT_FALSE(wallet->accounts[1].is_default);
    EXPECT_EQ(wallet->accounts[0].label, "main");
    EXPECT_EQ(wallet->accounts[0].account, account_of(key.public_key()));
    EXPECT_EQ(wallet->accounts[1].account,
              hash160(multi_signature_script(1, {key.public_key()}).value()));
    for (const WalletAccount& account : wallet->accounts) {
        const auto unlocked = wallet->unlock(account.account, kPassword);
        ASSERT_TRUE(unlocked);
        EXPECT_EQ(unlocked->public_key(), key.public_key());
        EXPECT_EQ(wallet->unlock(account.account, "two").error().code, Errc::unauthenticated);
    }
    EXPECT_EQ(Wallet::parse(wallet->to_json())->to_json(), wallet->to_json());
}

TEST(Wallet, NeverHoldsAPlaintextKey) {
    const std::string json = wallet_of(1, true).to_json();
    EXPECT_EQ(json.find(hex_encode(key_from(1).secret().reveal())), std::string::npos);
    EXPECT_EQ(json.find(as_text(key_from(1).to_wif().reveal())), std::string::npos);
}

TEST(Wallet, AddsNothingWhenItRefuses) {
    Wallet wallet = wallet_of(1, false);
    EXPECT_EQ(wallet.add(key_from(1), kPassword, "again").error().code, Errc::conflict);
    EXPECT_EQ(wallet.add(key_from(2), "pässword", "").error().code, Errc::invalid_argument);
    EXPECT_EQ(wallet.accounts.size(), 1u);
    wallet.accounts.resize(1024);
    EXPECT_EQ(wallet.add(key_from(3), kPassword, "").error().code, Errc::limit_exceeded);
    EXPECT_EQ(wallet.accounts.size(), 1024u);
}

TEST(Wallet, SaysWhichAccountsItCannotUnlock) {
    Wallet wallet = wallet_of(1, false);
    EXPECT_EQ(wallet.unlock({}, kPassword).error().code, Errc::not_found);
    wallet.accounts[0].nep2.clear();
    const auto watched = Wallet::parse(wallet.to_json());
    ASSERT_TRUE(watched);
    EXPECT_EQ(watched->unlock(wallet.accounts[0].account, kPassword).error().code, Errc::not_found);
}

TEST(Wallet, RefusesAKeyThatIsNotTheAccounts) {
    Wallet wallet = wallet_of(1, false);
    wallet.accounts[0].nep2 = nep2_encrypt(key_from(2), kPassword, kFast).value();
    EXPECT_EQ(wallet.unlock(wallet.accounts[0].account, kPassword).error().code,
              Errc::invalid_argument);
}

TEST(Wallet, RefusesAScriptOfAnotherAddress) {
    Wallet wallet = wallet_of(1, false);
    wallet.accounts[0].verification_script = single_signature_script(key_from(2).public_key());
    expect_refused(wallet.to_json(), "has another address");
}

TEST(Wallet, SaysWhatIsWrong) {
    const std::string good = wallet_of(1, false).to_json();
    ASSERT_TRUE(Wallet::parse(good));
    expect_refused("", "the wallet");
    expect_refused("[]", "must be a JSON object");
    expect_refused("{}", "version");
    expect_refused(replaced(good, "\"1.0\"", "\"2.0\""), "version");
    expect_refused(replaced(good, "\"n\":2", "\"n\":3"), "power of two");
    expect_refused(replaced(good, "\"n\":2", "\"n\":1073741824"), "256 MiB");
    expect_refused(replaced(good, "\"n\":2", "\"n\":-2"), "scrypt n");
    expect_refused(replaced(good, "\"r\":1", "\"r\":4294967296"), "scrypt r");
    expect_refused(replaced(good, "\"scrypt\"", "\"script\""), "scrypt");
    expect_refused(replaced(good, "\"accounts\"", "\"account\""), "accounts");
    expect_refused(replaced(good, "\"address\":\"N", "\"address\":\"M"), "address");
    expect_refused(replaced(good, "\"key\":\"6P", "\"key\":\"6Q"), "NEP-2");
    expect_refused(replaced(good, "\"label\":\"main\"", "\"label\":5"), "label");
    expect_refused(replaced(good, "\"deployed\":false", "\"deployed\":true"), "deployed");
    expect_refused(replaced(good, "\"isDefault\":true", "\"isDefault\":1"), "isDefault");
    Wallet twice = wallet_of(1, false);
    twice.accounts.push_back(twice.accounts[0]);
    expect_refused(twice.to_json(), "twice");
}

TEST(Wallet, CutJsonIsRefused) {
    const std::string good = wallet_of(1, true).to_json();
    for (std::size_t size = 0; size < good.size(); ++size)
        ASSERT_FALSE(Wallet::parse(std::string_view(good).substr(0, size))) << size;
}

}  // namespace
}  // namespace nsl::neo
