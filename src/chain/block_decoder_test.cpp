// SPDX-License-Identifier: Apache-2.0
#include "chain/block_decoder.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/json.h"
#include "neo/script.h"
#include "neo/transaction_json.h"

namespace nsl::chain {
namespace {

neo::PrivateKey key_of(std::uint8_t digit) {
    return neo::PrivateKey::from_bytes(Bytes(32, digit)).value();
}

// A block with a plain transaction and one with rules and attributes.
neo::Block block() {
    neo::Transaction plain;
    plain.nonce = 7;
    plain.system_fee = 997'7780;
    plain.valid_until_block = 9;
    plain.signers = {{.account = neo::account_of(key_of(1).public_key())}};
    plain.script = {0x11, 0x40};
    plain.witnesses = {{.invocation = {0x0c, 0x01, 0x02}, .verification = {0x11}}};
    neo::Transaction rich = plain;
    rich.nonce = 8;
    rich.signers[0].scopes = static_cast<std::uint8_t>(neo::Scope::witness_rules);
    rich.signers[0].rules = {
        {.allow = true, .condition = {.type = neo::ConditionType::called_by_entry}}};
    rich.attributes = {neo::NotValidBefore{.height = 3}, neo::Conflicts{.hash = plain.hash()}};
    neo::Block out{.transactions = {plain, rich}};
    out.header.index = 5;
    out.header.time_ms = 1'700'000'000'123;
    out.header.nonce = 0xfedcba9876543210;
    out.header.primary = 2;
    out.header.next_consensus = neo::account_of(key_of(2).public_key());
    out.header.previous.raw[0] = 1;
    out.header.witness = {.invocation = {0x0c}, .verification = {0x41}};
    const std::vector<neo::Hash256> hashes{plain.hash(), rich.hash()};
    out.header.merkle_root = neo::merkle_root(hashes);
    return out;
}

json::Value shown(const neo::Block& block) {
    json::Value out = block.header.to_json();
    json::Array transactions;
    for (const neo::Transaction& tx : block.transactions)
        transactions.push_back(neo::transaction_to_json(tx));
    out.as_object()["tx"] = std::move(transactions);
    out.as_object()["confirmations"] = 3;
    return out;
}

std::string reply(const json::Value& result) {
    return json::write_value(json::Object{{"id", 1}, {"jsonrpc", "2.0"}, {"result", result}});
}

Error refusal(const json::Value& result) {
    BlockDecoder decoder;
    const auto decoded = decoder.decode(reply(result), 1);
    return decoded ? Error{.message = "accepted"} : decoded.error();
}

TEST(BlockDecoder, GivesTheBlockThatWasShown) {
    BlockDecoder decoder;
    const neo::Block want = block();
    for (int again = 0; again < 2; ++again) {
        const auto decoded = decoder.decode(reply(shown(want)), 1);
        ASSERT_TRUE(decoded) << decoded.error().message;
        EXPECT_EQ(*decoded, want);
    }
    neo::Block empty = want;
    empty.transactions.clear();
    empty.header.merkle_root = {};
    EXPECT_EQ(decoder.decode(reply(shown(empty)), 1).value(), empty);
}

TEST(BlockDecoder, RefusesAnythingThatTheHashesDoNotCover) {
    const json::Value good = shown(block());
    auto with = [&](const char* name, json::Value value) {
        json::Value changed = good;
        changed.as_object()[name] = std::move(value);
        return refusal(changed).message;
    };
    EXPECT_NE(with("time", 1).find("hash"), std::string::npos);
    EXPECT_NE(with("nonce", "00").find("hash"), std::string::npos);
    EXPECT_NE(with("version", 1).find("version"), std::string::npos);
    EXPECT_NE(with("index", 4'294'967'296).find("index"), std::string::npos);
    EXPECT_NE(with("primary", 256).find("primary"), std::string::npos);
    EXPECT_NE(with("primary", "2").find("a node's block"), std::string::npos);
    EXPECT_NE(with("witnesses", json::Array{}).find("witnesses"), std::string::npos);
    EXPECT_NE(with("nextconsensus", "Nobody").find("nextconsensus"), std::string::npos);

    json::Value fewer = good;
    fewer.at("tx").as_array().pop_back();
    EXPECT_NE(refusal(fewer).message.find("merkle root"), std::string::npos);
    json::Value dearer = good;
    dearer.at("tx").as_array()[0].as_object()["sysfee"] = "997778";
    EXPECT_NE(refusal(dearer).message.find("merkle root"), std::string::npos);
    // What no hash covers has its limits all the same.
    auto with_witnesses = [&](json::Value witnesses) {
        json::Value changed = good;
        changed.at("tx").as_array()[0].as_object()["witnesses"] = std::move(witnesses);
        return refusal(changed).message;
    };
    const json::Value one = good.at("tx").at(0).at("witnesses").at(0);
    json::Value half = one, large = one;
    half.as_object().erase("invocation");
    large.as_object()["invocation"] = base64_encode(Bytes(1'025));
    EXPECT_NE(with_witnesses(json::Array{}).find("witnesses"), std::string::npos);
    EXPECT_NE(with_witnesses(json::Array{one, one}).find("witnesses"), std::string::npos);
    EXPECT_NE(with_witnesses(json::Array{half}).find("witnesses"), std::string::npos);
    EXPECT_NE(with_witnesses(json::Array{large}).find("witnesses"), std::string::npos);
    json::Value unsigned_header = good;
    unsigned_header.as_object().erase("witnesses");
    EXPECT_NE(refusal(unsigned_header).message.find("witnesses"), std::string::npos);
    json::Value negative = good;
    negative.at("tx").as_array()[0].as_object()["netfee"] = "-1";
    EXPECT_NE(refusal(negative).message.find("tx.netfee"), std::string::npos);
}

TEST(BlockDecoder, TellsANodesErrorFromNonsense) {
    BlockDecoder decoder;
    const auto unknown = decoder.decode(
        R"({"id":1,"jsonrpc":"2.0","error":{"code":-101,"message":"Unknown block"}})", 1);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::not_found);
    EXPECT_NE(unknown.error().message.find("Unknown block"), std::string::npos);
    for (const char* nonsense : {"", "[]", "{}", "null", R"({"result":null})", R"({"result":[]})",
                                 R"({"result":{}})", R"({"error":7})", "{\"result\":{\"tx\":["})
        EXPECT_EQ(decoder.decode(nonsense, 1).error().code, Errc::internal) << nonsense;
}

TEST(BlockDecoder, SurvivesEveryTruncationAndDeepNesting) {
    BlockDecoder decoder;
    const std::string whole = reply(shown(block()));
    for (std::size_t size = 0; size < whole.size(); ++size)
        EXPECT_FALSE(decoder.decode(std::string_view(whole).substr(0, size), 1)) << size;
    EXPECT_FALSE(decoder.decode(whole + "}", 1));
    const std::string deep = "{\"result\":" + std::string(10'000, '[') + std::string(10'000, ']');
    EXPECT_EQ(decoder.decode(deep + "}", 1).error().code, Errc::internal);
    EXPECT_TRUE(decoder.decode(whole, 1));
    EXPECT_FALSE(decoder.decode(whole, 2));
}

}  // namespace
}  // namespace nsl::chain
