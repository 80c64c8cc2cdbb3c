// SPDX-License-Identifier: Apache-2.0
#include "neo/block.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"
#include "neo/damage.h"
#include "neo/keys.h"
#include "neo/random_transaction.h"

namespace nsl::neo {
namespace {

constexpr std::uint32_t kNetwork = 1234567890;

std::vector<Hash256> hashes_of(const std::vector<Transaction>& transactions) {
    std::vector<Hash256> out;
    out.reserve(transactions.size());
    for (const Transaction& tx : transactions) out.push_back(tx.hash());
    return out;
}

Block some_block() {
    Block out;
    out.header.previous = some_hash<32>();
    out.header.time_ms = *rc::gen::arbitrary<std::uint64_t>();
    out.header.nonce = *rc::gen::arbitrary<std::uint64_t>();
    out.header.index = *rc::gen::arbitrary<std::uint32_t>();
    out.header.primary = *rc::gen::arbitrary<std::uint8_t>();
    out.header.next_consensus = some_hash<20>();
    out.header.witness = {some_bytes(0, 70), some_bytes(0, 70)};
    for (int i = below(4); i > 0; --i) out.transactions.push_back(some_transaction());
    out.header.merkle_root = merkle_root(hashes_of(out.transactions));
    return out;
}

Transaction numbered(std::uint32_t nonce) {
    Transaction tx{.nonce = nonce};
    tx.signers.push_back({});
    tx.script = {0x40};
    tx.witnesses.push_back({});
    return tx;
}

Block with_transactions(std::vector<Transaction> transactions) {
    Block out{.header = {}, .transactions = std::move(transactions)};
    out.header.merkle_root = merkle_root(hashes_of(out.transactions));
    return out;
}

Hash256 parent(const Hash256& left, const Hash256& right) {
    Bytes both(left.raw.begin(), left.raw.end());
    both.insert(both.end(), right.raw.begin(), right.raw.end());
    return {sha256_twice(both)};
}

RC_GTEST_PROP(Block, RoundTripsInBytesAndJson, ()) {
    const Block block = some_block();
    const Bytes bytes = block.serialize();
    RC_ASSERT(Block::parse(bytes).value() == block);
    RC_ASSERT(BlockHeader::parse(block.header.serialize()).value() == block.header);

    const json::Value shown = json::parse_value(json::write_value(block.to_json())).value();
    RC_ASSERT(Block::from_json(shown).value() == block);
    RC_ASSERT(BlockHeader::from_json(shown).value() == block.header);
    RC_ASSERT(BlockHeader::from_json(block.header.to_json()).value() == block.header);
}

RC_GTEST_PROP(Block, EveryCutIsRefusedAndEveryFlippedBitIsRefusedOrKept, ()) {
    const Block block = some_block();
    const Bytes bytes = block.serialize();
    each_cut(bytes, [](const Bytes& cut) { RC_ASSERT(!Block::parse(cut)); });
    each_flipped_bit(block.header.serialize(), [](const Bytes& changed) {
        if (const auto header = BlockHeader::parse(changed))
            RC_ASSERT(header->serialize() == changed);
    });
    for (int i = 0; i < 64; ++i) {
        const auto bit = *rc::gen::inRange<std::size_t>(0, bytes.size() * 8);
        Bytes changed = bytes;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
        if (const auto other = Block::parse(changed)) RC_ASSERT(other->serialize() == changed);
    }
    Bytes longer = bytes;
    longer.push_back(0);
    RC_ASSERT(!Block::parse(longer));
}

// Bytes written down from the format, hash with Python's hashlib.
TEST(BlockHeader, HasTheseBytesAndThisHash) {
    BlockHeader header{.time_ms = 0x0102030405060708,
                       .nonce = 0x1112131415161718,
                       .index = 0x21222324,
                       .primary = 0x31};
    header.previous.raw.fill(0xaa);
    header.merkle_root.raw.fill(0xbb);
    header.next_consensus.raw.fill(0xcc);
    header.witness = {{1, 2}, {3}};
    const auto repeated = [](std::string_view pair, int times) {
        std::string out;
        for (int i = 0; i < times; ++i) out += pair;
        return out;
    };
    EXPECT_EQ(hex_encode(header.serialize_unsigned()), "00000000" + repeated("aa", 32) +
                                                           repeated("bb", 32) +
                                                           "0807060504030201"
                                                           "1817161514131211"
                                                           "24232221"
                                                           "31" +
                                                           repeated("cc", 20));
    EXPECT_EQ(header.serialize_unsigned().size(), 109u);
    EXPECT_EQ(hex_encode(header.serialize()),
              hex_encode(header.serialize_unsigned()) + "01" + "020102" + "0103");
    EXPECT_EQ(header.hash().display(),
              "0x12ee7c81ee6f0543fa0aa8787853be812d8c38276bc713337e35945db082b3d7");
    EXPECT_EQ(header.to_json().at("nonce").as_string(), "1112131415161718");
    header.nonce = 0xab;
    EXPECT_EQ(header.to_json().at("nonce").as_string(), "00000000000000AB");
}

TEST(BlockHeader, RefusesOtherVersionsAndCountsOfWitnesses) {
    const Bytes good = BlockHeader{}.serialize();
    ASSERT_TRUE(BlockHeader::parse(good));
    for (const std::size_t at : {std::size_t{0}, std::size_t{3}, std::size_t{109}}) {
        Bytes other = good;
        other[at] ^= 2;
        EXPECT_EQ(BlockHeader::parse(other).error().code, Errc::invalid_argument) << at;
    }
    EXPECT_NE(BlockHeader::parse(ByteView(good).first(50)).error().message.find("at byte"),
              std::string::npos);
}

TEST(BlockHeader, RefusesOtherJson) {
    const json::Object good = BlockHeader{}.to_json().as_object();
    ASSERT_TRUE(BlockHeader::from_json(good));
    const auto refused = [&good](std::string_view name, json::Value value) {
        json::Object out = good;
        out[name] = std::move(value);
        return BlockHeader::from_json(out).error().code;
    };
    for (const auto& [name, member] : good)
        EXPECT_EQ(refused(name, nullptr), Errc::invalid_argument) << std::string_view(name);
    EXPECT_EQ(refused("hash", good.at("merkleroot")), Errc::invalid_argument);
    EXPECT_EQ(refused("version", 1), Errc::invalid_argument);
    EXPECT_EQ(refused("time", "1"), Errc::invalid_argument);
    EXPECT_EQ(refused("index", 4294967296), Errc::invalid_argument);
    EXPECT_EQ(refused("primary", 256), Errc::invalid_argument);
    for (const char* nonce : {"", "0", "00000000000000000", "000000000000000g", "0x00000000000000",
                              "-000000000000001", " 000000000000001"})
        EXPECT_EQ(refused("nonce", nonce), Errc::invalid_argument) << nonce;
    EXPECT_EQ(refused("nextconsensus", "Nope"), Errc::invalid_argument);
    EXPECT_EQ(refused("witnesses", json::Array{}), Errc::invalid_argument);
    const json::Value& witness = good.at("witnesses").as_array()[0];
    EXPECT_EQ(refused("witnesses", json::Array{witness, witness}), Errc::limit_exceeded);
    EXPECT_EQ(refused("witnesses", json::Array{nullptr}), Errc::invalid_argument);
}

TEST(BlockHeader, SaysThatStateRootsInHeadersAreNotSupported) {
    json::Object shown = BlockHeader{}.to_json().as_object();
    shown["previousstateroot"] = json::Value(Hash256{}.display());
    shown["index"] = 1;
    EXPECT_NE(BlockHeader::from_json(shown).error().message.find("StateRootInHeader"),
              std::string::npos);
}

TEST(MerkleRoot, PairsHashesAndRepeatsAnOddLast) {
    std::vector<Hash256> h(5);
    for (std::uint8_t i = 0; i < 5; ++i) h[i].raw.fill(i);
    const auto root = [&h](std::size_t count) { return merkle_root(std::span(h).first(count)); };
    EXPECT_EQ(root(0), Hash256{});
    EXPECT_EQ(root(1), h[0]);
    EXPECT_EQ(root(2), parent(h[0], h[1]));
    EXPECT_EQ(root(3), parent(parent(h[0], h[1]), parent(h[2], h[2])));
    const Hash256 four = parent(parent(h[0], h[1]), parent(h[2], h[3]));
    EXPECT_EQ(root(4), four);
    const Hash256 last = parent(h[4], h[4]);
    EXPECT_EQ(root(5), parent(four, parent(last, last)));
}

TEST(Block, RefusesAnotherMerkleRootInBytesAndJson) {
    Block block = with_transactions({numbered(1), numbered(2)});
    EXPECT_TRUE(Block::parse(block.serialize()));
    std::swap(block.transactions[0], block.transactions[1]);
    EXPECT_EQ(Block::parse(block.serialize()).error().code, Errc::invalid_argument);
    EXPECT_EQ(Block::from_json(block.to_json()).error().code, Errc::invalid_argument);
}

// [1, 2, 3] and [1, 2, 3, 3] have the same root.
TEST(Block, RefusesATransactionTwiceAlthoughTheRootIsRight) {
    const Block block = with_transactions({numbered(1), numbered(2), numbered(3)});
    Block longer = block;
    longer.transactions.push_back(numbered(3));
    ASSERT_TRUE(Block::parse(block.serialize()));
    EXPECT_EQ(merkle_root(hashes_of(longer.transactions)), longer.header.merkle_root);
    EXPECT_NE(Block::parse(longer.serialize()).error().message.find("twice"), std::string::npos);
    EXPECT_FALSE(Block::from_json(longer.to_json()));
}

TEST(Block, RefusesCountsBeyondItsBytesAndTheLimit) {
    const Bytes header = BlockHeader{}.serialize();
    for (const char* count : {"01", "fdffff", "fe00000100", "fe00000000", "ff0000000001000000",
                              "ffffffffffffffffff", "fd0100"}) {
        Bytes bytes = header;
        std::ranges::copy(hex_decode(count).value(), std::back_inserter(bytes));
        const auto block = Block::parse(bytes);
        ASSERT_FALSE(block) << count;
    }
    Bytes bytes = header;
    std::ranges::copy(hex_decode("fe00000100").value(), std::back_inserter(bytes));
    EXPECT_EQ(Block::parse(bytes).error().code, Errc::limit_exceeded);
}

TEST(Block, ChecksTheSizeWhereItIsGiven) {
    const Block block = with_transactions({numbered(1)});
    json::Object shown = block.to_json().as_object();
    shown["size"] = block.serialize().size();
    EXPECT_TRUE(Block::from_json(shown));
    shown["size"] = block.serialize().size() + 1;
    EXPECT_EQ(Block::from_json(shown).error().code, Errc::invalid_argument);
    shown.erase("tx");
    EXPECT_EQ(Block::from_json(shown).error().code, Errc::invalid_argument);
}

// Two headers of a chain whose validator is one key.
struct Chain {
    PrivateKey key = [] {
        SeededRandom random(1);
        return PrivateKey::generate(random);
    }();
    Bytes script = multi_signature_script(1, {key.public_key()}).value();
    BlockHeader previous{.time_ms = 1000, .index = 7, .next_consensus = hash160(script)};
    BlockHeader header{.previous = previous.hash(), .time_ms = 1001, .index = 8};

    Status check(BlockHeader changed) const {
        const Signature signature = key.sign(sign_data(kNetwork, changed.hash()));
        changed.witness = {invocation_script(std::vector{signature}), script};
        return check_header(changed, previous, kNetwork);
    }
};

TEST(CheckHeader, HoldsForTheNextSignedHeader) {
    const Chain chain;
    EXPECT_TRUE(chain.check(chain.header));
    BlockHeader later = chain.header;
    later.time_ms = 5000;
    EXPECT_TRUE(chain.check(later));
}

TEST(CheckHeader, RefusesOtherLinksHeightsAndTimes) {
    const Chain chain;
    BlockHeader other = chain.header;
    other.previous.raw[0] ^= 1;
    EXPECT_NE(chain.check(other).error().message.find("not linked"), std::string::npos);
    for (const std::uint32_t index : {0u, 7u, 9u}) {
        other = chain.header;
        other.index = index;
        EXPECT_EQ(chain.check(other).error().code, Errc::invalid_argument);
        EXPECT_NE(chain.check(other).error().message.find("index"), std::string::npos);
    }
    for (const std::uint64_t time : {999u, 1000u}) {
        other = chain.header;
        other.time_ms = time;
        EXPECT_EQ(chain.check(other).error().code, Errc::invalid_argument);
        EXPECT_NE(chain.check(other).error().message.find("later"), std::string::npos);
    }
}

TEST(CheckHeader, DoesNotWrapTheHeight) {
    Chain chain;
    chain.previous.index = 0xffffffff;
    chain.header.previous = chain.previous.hash();
    chain.header.index = 0;
    EXPECT_EQ(chain.check(chain.header).error().code, Errc::invalid_argument);
}

TEST(CheckHeader, RefusesWitnessesOfOthers) {
    Chain chain;
    EXPECT_EQ(check_header(chain.header, chain.previous, kNetwork).error().code,
              Errc::unauthenticated);
    BlockHeader wrong = chain.header;
    wrong.witness = {invocation_script(
                         std::vector{chain.key.sign(sign_data(kNetwork + 1, chain.header.hash()))}),
                     chain.script};
    EXPECT_EQ(check_header(wrong, chain.previous, kNetwork).error().code, Errc::unauthenticated);
    EXPECT_TRUE(check_header(wrong, chain.previous, kNetwork + 1));
    chain.previous.next_consensus.raw[0] ^= 1;
    chain.header.previous = chain.previous.hash();
    EXPECT_EQ(chain.check(chain.header).error().code, Errc::unauthenticated);
}

}  // namespace
}  // namespace nsl::neo
