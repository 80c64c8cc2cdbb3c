// SPDX-License-Identifier: Apache-2.0
#include "neo/notary_request.h"

#include <gtest/gtest.h>

#include "neo/damage.h"
#include "neo/keys.h"

namespace nsl::neo {
namespace {

constexpr std::uint32_t kNetwork = 42;

Hash160 notary() {
    return Hash160::parse("c1e14f19c3e60d0b9244d06dd7ba9b113135ec3b").value();
}

PrivateKey requester() {
    SeededRandom random(1);
    return PrivateKey::generate(random);
}

NotaryRequest signed_again(NotaryRequest request) {
    const PrivateKey key = requester();
    const Signature signature = key.sign(sign_data(kNetwork, request.hash()));
    request.witness = {invocation_script(std::vector{signature}),
                       single_signature_script(key.public_key())};
    return request;
}

NotaryRequest some_request() {
    const Hash160 account = account_of(requester().public_key());
    NotaryRequest out;
    out.main.valid_until_block = out.fallback.valid_until_block = 500;
    out.main.script = out.fallback.script = {0x40};
    out.main.signers = {{.account = account}, {.account = notary(), .scopes = 0}};
    out.main.attributes = {NotaryAssisted{.keys = 1}};
    out.main.witnesses.resize(2);
    out.fallback.signers = {{.account = notary(), .scopes = 0}, {.account = account, .scopes = 0}};
    out.fallback.attributes = {NotValidBefore{100}, Conflicts{out.main.hash()}, NotaryAssisted{}};
    Bytes dummy(66);
    dummy[0] = 0x0c;
    dummy[1] = 0x40;
    out.fallback.witnesses = {{dummy, {}}, {}};
    return signed_again(out);
}

TEST(NotaryRequest, RoundTripsAndIsSignedByWhoPaysTheFallback) {
    const NotaryRequest request = some_request();
    const auto read = NotaryRequest::parse(request.serialize());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(*read, request);
    EXPECT_EQ(read->serialize(), request.serialize());
    EXPECT_TRUE(request.check(kNetwork));
    EXPECT_EQ(request.check(kNetwork + 1).error().code, Errc::unauthenticated);
    NotaryRequest other = request;
    other.main.witnesses[0].invocation = {1};
    EXPECT_EQ(other.check(kNetwork).error().code, Errc::unauthenticated);
    EXPECT_NE(other.hash(), request.hash());
}

// One change at a time; the rest is right, conflict and signature included.
TEST(NotaryRequest, RefusesPairsThatTheProtocolDoesNotTake) {
    const auto expect_refused = [](auto change, std::string_view reason) {
        NotaryRequest request = some_request();
        change(request);
        request = signed_again(request);
        const auto read = NotaryRequest::parse(request.serialize());
        ASSERT_FALSE(read) << reason;
        EXPECT_EQ(read.error().code, Errc::invalid_argument);
        EXPECT_NE(read.error().message.find(reason), std::string::npos) << read.error().message;
        EXPECT_EQ(request.check(kNetwork).error().message, read.error().message);
    };
    using R = NotaryRequest;
    const auto relink = [](R& r) { r.fallback.attributes[1] = Conflicts{r.main.hash()}; };
    expect_refused(
        [&](R& r) {
            r.main.attributes.clear();
            relink(r);
        },
        "main transaction lacks the attribute NotaryAssisted");
    expect_refused(
        [&](R& r) {
            r.main.attributes = {NotaryAssisted{}};
            relink(r);
        },
        "asks for no key");
    expect_refused(
        [&](R& r) {
            r.main.valid_until_block = 501;
            relink(r);
        },
        "valid until the same block");
    expect_refused([](R& r) { r.main.nonce = 1; }, "must conflict with the main");
    expect_refused([](R& r) { r.fallback.attributes.erase(r.fallback.attributes.begin()); },
                   "NotValidBefore");
    expect_refused([](R& r) { r.fallback.attributes.erase(r.fallback.attributes.begin() + 1); },
                   "one attribute Conflicts");
    expect_refused([](R& r) { r.fallback.attributes.push_back(Conflicts{}); },
                   "one attribute Conflicts");
    expect_refused([](R& r) { r.fallback.attributes.pop_back(); }, "with no keys");
    expect_refused([](R& r) { r.fallback.attributes[2] = NotaryAssisted{1}; }, "with no keys");
    expect_refused([](R& r) { std::swap(r.fallback.signers[0], r.fallback.signers[1]); },
                   "first signer must be the Notary");
    expect_refused(
        [](R& r) {
            r.fallback.signers.push_back({});
            r.fallback.witnesses.push_back({});
        },
        "two signers");
    expect_refused(
        [](R& r) {
            r.fallback.signers.pop_back();
            r.fallback.witnesses.pop_back();
        },
        "two signers");
    for (const std::size_t at : {0u, 1u})
        expect_refused([at](R& r) { r.fallback.witnesses[0].invocation[at] ^= 1; },
                       "first witness must be");
    expect_refused([](R& r) { r.fallback.witnesses[0].invocation.push_back(0); },
                   "first witness must be");
    expect_refused([](R& r) { r.fallback.witnesses[0].verification = {0x11}; },
                   "first witness must be");
}

TEST(NotaryRequest, EveryCutIsRefusedAndEveryFlippedBitIsRefusedOrKept) {
    const Bytes bytes = some_request().serialize();
    each_cut(bytes, [](const Bytes& cut) { EXPECT_FALSE(NotaryRequest::parse(cut)); });
    each_flipped_bit(bytes, [](const Bytes& changed) {
        const auto request = NotaryRequest::parse(changed);
        if (!request) return;
        EXPECT_EQ(request->serialize(), changed);
        EXPECT_FALSE(request->check(kNetwork));
    });
    Bytes longer = bytes;
    longer.push_back(0);
    EXPECT_NE(NotaryRequest::parse(longer).error().message.find("at byte"), std::string::npos);
}

TEST(NotaryRequest, SaysWhichTransactionIsDamaged) {
    Bytes bytes = some_request().serialize();
    bytes[some_request().main.serialize().size()] = 1;
    EXPECT_NE(NotaryRequest::parse(bytes).error().message.find("fallback transaction: the version"),
              std::string::npos);
}

}  // namespace
}  // namespace nsl::neo
