// SPDX-License-Identifier: Apache-2.0
#include "neo/transaction.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"
#include "neo/random_transaction.h"

namespace nsl::neo {
namespace {

// One signer, no attributes: positions in the bytes are fixed.
Transaction plain() {
    Transaction out{
        .nonce = 0x01020304, .system_fee = 10, .network_fee = 20, .valid_until_block = 30};
    out.signers.push_back({});
    for (std::size_t i = 0; i < 20; ++i)
        out.signers[0].account.raw[i] = static_cast<std::uint8_t>(i);
    out.script = {0x11, 0x12, 0x9e};
    out.witnesses.push_back({});
    return out;
}
constexpr std::size_t kSignerCountAt = 25, kScopesAt = 46, kAttributeCountAt = 47;

void expect_refused(const Bytes& bytes, std::string_view reason) {
    const auto tx = Transaction::parse(bytes);
    ASSERT_FALSE(tx) << reason;
    EXPECT_EQ(tx.error().code, Errc::invalid_argument);
    EXPECT_NE(tx.error().message.find(reason), std::string::npos) << tx.error().message;
}

// Bytes and hash written down from the format, hash with Python's hashlib.
TEST(Transaction, HasTheseBytesAndThisHash) {
    EXPECT_EQ(hex_encode(plain().serialize_unsigned()),
              "00"
              "04030201"
              "0a00000000000000"
              "1400000000000000"
              "1e000000"
              "01000102030405060708090a0b0c0d0e0f10111213"
              "01"
              "00"
              "0311129e");
    EXPECT_EQ(plain().hash().display(),
              "0xa27ca5e77e03bc7cd5da4677f648ec1fdb3f6aae3cabcb45843e4b938b5283c4");
    EXPECT_EQ(hex_encode(plain().sign_data(0x4f454e)),
              "4e454f00c483528b934b3e8445cbab3cae6a3fdb1fec48f67746dad57cbc037ee7a57ca2");
}

TEST(Transaction, HashIgnoresWitnesses) {
    Transaction tx = plain();
    const Hash256 before = tx.hash();
    tx.witnesses[0].invocation = {1, 2, 3};
    EXPECT_EQ(tx.hash(), before);
    tx.nonce += 1;
    EXPECT_NE(tx.hash(), before);
}

RC_GTEST_PROP(Transaction, RoundTrips, ()) {
    const Transaction tx = some_transaction();
    const Bytes bytes = tx.serialize();
    const auto back = Transaction::parse(bytes);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == tx);
    RC_ASSERT(back->serialize() == bytes);

    Transaction without = tx;
    without.witnesses.clear();
    RC_ASSERT(Transaction::parse_unsigned(tx.serialize_unsigned()).value() == without);
}

RC_GTEST_PROP(Transaction, EveryCutAndEveryExtraByteIsRefused, ()) {
    const Bytes bytes = some_transaction().serialize();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto cut = Transaction::parse(ByteView(bytes).first(size));
        RC_ASSERT(!cut);
        RC_ASSERT(cut.error().code == Errc::invalid_argument);
    }
    Bytes longer = bytes;
    longer.push_back(*rc::gen::arbitrary<std::uint8_t>());
    RC_ASSERT(!Transaction::parse(longer));
}

RC_GTEST_PROP(Transaction, OneFlippedBitIsRefusedOrKept, ()) {
    const Transaction tx = some_transaction();
    Bytes bytes = tx.serialize();
    for (int i = 0; i < 64; ++i) {
        const auto bit = *rc::gen::inRange<std::size_t>(0, bytes.size() * 8);
        Bytes flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
        const auto other = Transaction::parse(flipped);
        if (!other) continue;
        RC_ASSERT(other->serialize() == flipped);
        RC_ASSERT(!(*other == tx));
    }
}

TEST(Transaction, RefusesLengthsInALongerForm) {
    const Bytes bytes = plain().serialize();
    for (const std::size_t at : {kSignerCountAt, kAttributeCountAt, std::size_t{48}}) {
        Bytes longer = bytes;
        const std::uint8_t count = longer[at];
        longer[at] = 0xfd;
        longer.insert(longer.begin() + static_cast<std::ptrdiff_t>(at) + 1, {count, 0});
        expect_refused(longer, "shortest form");
    }
}

TEST(Transaction, RefusesHugeLengthsWithoutMakingRoomForThem) {
    const Bytes bytes = plain().serialize();
    const std::size_t script_at = kAttributeCountAt + 1, witnesses_at = script_at + 4;
    for (const std::size_t at : {kSignerCountAt, kAttributeCountAt, script_at, witnesses_at,
                                 witnesses_at + 1, witnesses_at + 2}) {
        for (const char* length : {"feffffffff", "ff0000000001000000", "ffffffffffffffffff"}) {
            Bytes huge = bytes;
            const auto place = huge.begin() + static_cast<std::ptrdiff_t>(at);
            const Bytes longer = hex_decode(length).value();
            huge.insert(huge.erase(place), longer.begin(), longer.end());
            const auto tx = Transaction::parse(huge);
            ASSERT_FALSE(tx) << at;
            EXPECT_NE(tx.error().message.find("a length of"), std::string::npos)
                << tx.error().message;
        }
    }
}

TEST(Transaction, ChecksWhatWasBuiltByHandAsItChecksBytes) {
    Transaction tx = plain();
    EXPECT_TRUE(tx.check());
    const auto refused = [](auto change) {
        Transaction other = plain();
        change(other);
        EXPECT_FALSE(Transaction::parse(other.serialize()));
        return other.check().error().code;
    };
    using T = Transaction;
    EXPECT_EQ(refused([](T& t) { t.system_fee = -1; }), Errc::invalid_argument);
    EXPECT_EQ(refused([](T& t) { t.network_fee = -1; }), Errc::invalid_argument);
    EXPECT_EQ(
        refused([](T& t) { t.system_fee = t.network_fee = std::numeric_limits<Datoshi>::max(); }),
        Errc::invalid_argument);
    EXPECT_EQ(refused([](T& t) { t.signers.clear(); }), Errc::invalid_argument);
    EXPECT_EQ(refused([](T& t) { t.attributes = {NotValidBefore{1}, NotValidBefore{2}}; }),
              Errc::invalid_argument);
    EXPECT_EQ(refused([](T& t) { t.attributes.assign(16, Conflicts{}); }), Errc::invalid_argument);
    EXPECT_EQ(refused([](T& t) { t.script.clear(); }), Errc::invalid_argument);
    EXPECT_EQ(refused([](T& t) { t.script.resize(65'536); }), Errc::invalid_argument);
    EXPECT_EQ(refused([](T& t) { t.witnesses.push_back({}); }), Errc::invalid_argument);
    EXPECT_EQ(refused([](T& t) { t.witnesses[0].verification.resize(1025); }),
              Errc::invalid_argument);
}

TEST(Transaction, ReadsOutOfALongerInput) {
    Bytes bytes = plain().serialize();
    const std::size_t size = bytes.size();
    bytes.insert(bytes.end(), {1, 2, 3});
    ByteReader in(bytes);
    EXPECT_EQ(read_transaction(in).value(), plain());
    EXPECT_EQ(in.position(), size);
    EXPECT_FALSE(read_transaction(in));
}

TEST(Transaction, SaysWhatIsWrongAndWhere) {
    const Bytes good = plain().serialize();
    ASSERT_TRUE(Transaction::parse(good));
    const auto with = [&good](std::size_t at, std::uint8_t value) {
        Bytes out = good;
        out[at] = value;
        return out;
    };
    expect_refused(with(0, 1), "version");
    expect_refused(with(12, 0x80), "system fee is negative");
    expect_refused(with(20, 0xff), "network fee is negative");
    expect_refused(with(kSignerCountAt, 0), "no signers");
    expect_refused(with(kSignerCountAt, 17), "number of signers");
    expect_refused(with(kScopesAt, 0x02), "unknown bit");
    expect_refused(with(kScopesAt, 0x81), "global");
    expect_refused(with(kAttributeCountAt, 16), "number of attributes");
    expect_refused(with(48, 0), "script is empty");
    expect_refused(with(52, 0), "as many witnesses");
    expect_refused(with(kScopesAt, 0x02), "byte 47");
    Bytes fees = good;
    for (const std::size_t at : {5u, 13u}) std::fill_n(fees.begin() + at, 7, 0xff);
    fees[12] = fees[20] = 0x7f;
    expect_refused(fees, "overflow");
}

TEST(Transaction, RefusesAnAccountTwice) {
    Transaction tx = plain();
    tx.signers.push_back(tx.signers[0]);
    tx.witnesses.push_back({});
    expect_refused(tx.serialize(), "signs twice");
}

TEST(Transaction, LimitsEveryList) {
    Transaction tx = plain();
    tx.script = Bytes(65'535, 0x40);
    EXPECT_TRUE(Transaction::parse(tx.serialize()));
    tx.script.push_back(0x40);
    expect_refused(tx.serialize(), "script");

    tx = plain();
    tx.witnesses[0] = {Bytes(1024, 1), Bytes(1024, 2)};
    EXPECT_TRUE(Transaction::parse(tx.serialize()));
    tx.witnesses[0].invocation.push_back(1);
    expect_refused(tx.serialize(), "witness 0: invocation script");

    tx = plain();
    tx.signers[0].scopes = static_cast<std::uint8_t>(Scope::custom_contracts);
    tx.signers[0].contracts.resize(16);
    EXPECT_TRUE(Transaction::parse(tx.serialize()));
    tx.signers[0].contracts.resize(17);
    expect_refused(tx.serialize(), "signer 0");

    tx = plain();
    tx.attributes.assign(15, Conflicts{});
    EXPECT_TRUE(Transaction::parse(tx.serialize()));
    tx.attributes.push_back(Conflicts{});
    expect_refused(tx.serialize(), "attributes");

    expect_refused(Bytes(102'401, 0), "102,400");
}

TEST(Transaction, RefusesRepeatedAndUnknownAttributes) {
    Transaction tx = plain();
    tx.attributes = {HighPriority{}, HighPriority{}};
    expect_refused(tx.serialize(), "attribute type 0x01 is repeated");
    tx.attributes = {OracleResponse{.id = 1, .code = 0x11}};
    expect_refused(tx.serialize(), "oracle response code 0x11");
    tx.attributes = {OracleResponse{.id = 1, .code = 0x10, .result = {1}}};
    expect_refused(tx.serialize(), "has a result");
    tx.attributes = {HighPriority{}};
    Bytes unknown = tx.serialize();
    unknown[kAttributeCountAt + 1] = 0xe0;
    expect_refused(unknown, "attribute type 0xe0 is not known");
}

TEST(Transaction, LimitsTheNestingOfWitnessRules) {
    const WitnessCondition leaf{.type = ConditionType::called_by_entry};
    const WitnessCondition two{.type = ConditionType::negation, .parts = {leaf}};
    const WitnessCondition three{.type = ConditionType::all_of, .parts = {two}};
    const WitnessCondition four{.type = ConditionType::any_of, .parts = {three}};
    Transaction tx = plain();
    tx.signers[0].scopes = static_cast<std::uint8_t>(Scope::witness_rules);
    tx.signers[0].rules = {{true, three}};
    EXPECT_TRUE(Transaction::parse(tx.serialize()));
    tx.signers[0].rules = {{true, four}};
    expect_refused(tx.serialize(), "deeper than 3");
    tx.signers[0].rules = {{true, {.type = ConditionType::all_of}}};
    expect_refused(tx.serialize(), "no conditions");
    tx.signers[0].rules = {{true, {.type = static_cast<ConditionType>(0x55)}}};
    expect_refused(tx.serialize(), "condition type 0x55");
}

}  // namespace
}  // namespace nsl::neo
