// SPDX-License-Identifier: Apache-2.0
#include "neo/manifest.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

constexpr std::string_view kKey =
    "02b3622bf4017bdfe317c58aed5f4c753f206b7db896046fa7d774bbc4bf7f8dc2";
constexpr std::string_view kOtherKey =
    "02103a7f7dd016558597f7960d27c516a4394fd968b9e65155eb4b013e4040406e";

json::Value manifest() {
    return json::parse_value(R"({
        "name": "Tiny",
        "abi": {
            "methods": [
                {"name": "one", "offset": 0, "parameters": [], "returntype": "Integer", "safe": true},
                {"name": "one", "offset": 5, "parameters": [{"name": "a", "type": "Hash160"},
                    {"name": "b", "type": "Any"}], "returntype": "Void", "safe": false}],
            "events": [{"name": "Done", "parameters": [{"name": "by", "type": "Hash160"}]}]},
        "features": {},
        "groups": [],
        "permissions": [
            {"contract": "*", "methods": ["update"]},
            {"contract": "0xfffdc93764dbaddd97c48f252a53ea4643faa3fd", "methods": "*"},
            {"contract": "02b3622bf4017bdfe317c58aed5f4c753f206b7db896046fa7d774bbc4bf7f8dc2",
             "methods": []}],
        "supportedstandards": ["NEP-17"],
        "trusts": ["0xfffdc93764dbaddd97c48f252a53ea4643faa3fd"],
        "extra": {"author": ["nobody", 1.5, null]}})")
        .value();
}

json::Value group(std::string_view key, const Signature& signature) {
    return json::Object{{"pubkey", key}, {"signature", base64_encode(signature)}};
}

// Puts `value` at a pointer: a member, or an item of a list or just behind its end.
void put(json::Value& in, std::string_view pointer, json::Value value) {
    const std::size_t slash = pointer.rfind('/');
    json::Value& parent = in.at_pointer(pointer.substr(0, slash));
    std::string name(pointer.substr(slash + 1));
    if (auto* list = parent.if_array()) {
        const std::size_t index = std::stoul(name);
        if (index == list->size()) list->emplace_back(nullptr);
        (*list)[index] = std::move(value);
        return;
    }
    if (const std::size_t tilde = name.find("~1"); tilde != name.npos) name.replace(tilde, 2, "/");
    parent.get_object()[name] = std::move(value);
}

json::Value with(std::string_view pointer, json::Value value) {
    json::Value out = manifest();
    put(out, pointer, std::move(value));
    return out;
}

// Where the faults of a refused manifest are.
std::vector<std::string> faults(const json::Value& value) {
    const auto read = Manifest::from_json(value);
    std::vector<std::string> out;
    if (read) return out;
    EXPECT_EQ(read.error().code, Errc::invalid_argument);
    for (const Fault& fault : read.error().faults) {
        EXPECT_FALSE(fault.message.empty());
        out.push_back(fault.where);
    }
    return out;
}
using Places = std::vector<std::string>;

TEST(Manifest, ReadsEveryMember) {
    const auto read = Manifest::parse(json::write_value(manifest()));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->name, "Tiny");
    EXPECT_EQ(read->supported_standards, std::vector<std::string>{"NEP-17"});
    ASSERT_NE(read->abi.method("one", 2), nullptr);
    EXPECT_EQ(read->abi.method("one", 2)->offset, 5);
    EXPECT_EQ(read->abi.method("one", 2)->parameters[0].type, ParameterType::hash160);
    EXPECT_TRUE(read->abi.method("one", 0)->safe);
    EXPECT_EQ(read->abi.method("one", 1), nullptr);
    ASSERT_NE(read->abi.event("Done"), nullptr);
    EXPECT_EQ(read->abi.event("done"), nullptr);
    ASSERT_EQ(read->permissions.size(), 3U);
    EXPECT_TRUE(read->permissions[0].contract.everybody());
    EXPECT_EQ(read->permissions[0].methods, std::vector<std::string>{"update"});
    EXPECT_EQ(read->permissions[1].contract.contract, native::contract_management());
    EXPECT_FALSE(read->permissions[1].methods);
    EXPECT_EQ(read->permissions[2].contract.group->hex(), kKey);
    EXPECT_TRUE(read->permissions[2].methods->empty());
    ASSERT_TRUE(read->trusts);
    EXPECT_EQ(read->trusts->at(0).contract, native::contract_management());
    EXPECT_EQ(json::write_value(read->to_json()), json::write_value(manifest()));
    EXPECT_EQ(Manifest::from_json(read->to_json()).value(), *read);
}

TEST(Manifest, TrustsEverybodyOrNobody) {
    EXPECT_FALSE(Manifest::from_json(with("/trusts", "*"))->trusts);
    EXPECT_TRUE(Manifest::from_json(with("/trusts", json::Array()))->trusts->empty());
    for (const json::Value& wrong : {json::Value(), json::Value("all"), json::Value(5)})
        EXPECT_EQ(faults(with("/trusts", wrong)), Places{"/trusts"});
}

TEST(Manifest, ExtraMayBeAnythingAndMayMiss) {
    json::Value value = manifest();
    value.get_object().erase("extra");
    EXPECT_TRUE(Manifest::from_json(value)->extra.is_null());
    EXPECT_EQ(Manifest::from_json(with("/extra", "text"))->extra, json::Value("text"));
}

TEST(Manifest, SaysWhereEachFaultIs) {
    const std::pair<json::Value, const char*> cases[] = {
        {with("/name", ""), "/name"},
        {with("/name", 5), "/name"},
        {with("/unknown", 5), "/unknown"},
        {with("/a~1b", 5), "/a~1b"},
        {with("/features", json::Object{{"storage", true}}), "/features"},
        {with("/features", json::Array()), "/features"},
        {with("/groups", nullptr), "/groups"},
        {with("/supportedstandards/1", "NEP-17"), "/supportedstandards/1"},
        {with("/supportedstandards/0", ""), "/supportedstandards/0"},
        {with("/abi/other", 1), "/abi/other"},
        {with("/abi/methods", json::Array()), "/abi/methods"},
        {with("/abi/methods/0/name", ""), "/abi/methods/0/name"},
        {with("/abi/methods/0/offset", -1), "/abi/methods/0/offset"},
        {with("/abi/methods/0/offset", 2147483648), "/abi/methods/0/offset"},
        {with("/abi/methods/0/offset", 1.5), "/abi/methods/0/offset"},
        {with("/abi/methods/0/returntype", "int"), "/abi/methods/0/returntype"},
        {with("/abi/methods/0/returntype", 17), "/abi/methods/0/returntype"},
        {with("/abi/methods/0/safe", 1), "/abi/methods/0/safe"},
        {with("/abi/methods/0/extra", 1), "/abi/methods/0/extra"},
        {with("/abi/methods/1/parameters/0/type", "Void"), "/abi/methods/1/parameters/0/type"},
        {with("/abi/methods/1/parameters/0/type", "hash160"), "/abi/methods/1/parameters/0/type"},
        {with("/abi/methods/1/parameters/1/name", "a"), "/abi/methods/1/parameters/1"},
        {with("/abi/methods/1/parameters/1/name", ""), "/abi/methods/1/parameters/1/name"},
        {with("/abi/methods/1/parameters", json::Array()), "/abi/methods/1"},
        {with("/abi/events/1", json::Object{{"name", "Done"}, {"parameters", json::Array()}}),
         "/abi/events/1"},
        {with("/abi/events/0/name", ""), "/abi/events/0/name"},
        {with("/permissions/0/contract", "0x12"), "/permissions/0/contract"},
        {with("/permissions/0/contract", 5), "/permissions/0/contract"},
        {with("/permissions/1/contract", "*"), "/permissions/1"},
        {with("/permissions/0/methods", "update"), "/permissions/0/methods"},
        {with("/permissions/0/methods/1", "update"), "/permissions/0/methods/1"},
        {with("/permissions/0/methods/0", ""), "/permissions/0/methods/0"},
        {with("/trusts/1", "fffdc93764dbaddd97c48f252a53ea4643faa3fd"), "/trusts/1"},
        {with("/trusts/0", "somebody"), "/trusts/0"},
        {with("/groups/0", group("02", Signature{})), "/groups/0/pubkey"},
        {with("/groups/0", json::Object{{"pubkey", kKey}, {"signature", "AAAA"}}),
         "/groups/0/signature"},
    };
    for (const auto& [value, place] : cases)
        EXPECT_EQ(faults(value), Places{place}) << json::write_value(value);
    json::Value twice = with("/groups/0", group(kKey, Signature{}));
    twice.at("groups").get_array().push_back(group(kKey, Signature{1}));
    EXPECT_EQ(faults(twice), Places{"/groups/1"});
    twice.at("groups").at(1).at("pubkey") = kOtherKey;
    EXPECT_EQ(faults(twice), Places{});
}

TEST(Manifest, MissingMembersAreFaultsAtTheirPlace) {
    for (const char* path :
         {"/name", "/groups", "/features", "/supportedstandards", "/abi", "/permissions", "/trusts",
          "/abi/methods", "/abi/events", "/abi/methods/0/name", "/abi/methods/0/offset",
          "/abi/methods/0/parameters", "/abi/methods/0/returntype", "/abi/methods/0/safe",
          "/abi/methods/1/parameters/0/type", "/abi/events/0/parameters",
          "/permissions/1/methods"}) {
        json::Value value = manifest();
        const std::string_view where = path;
        const std::size_t slash = where.rfind('/');
        value.at_pointer(where.substr(0, slash)).get_object().erase(where.substr(slash + 1));
        EXPECT_EQ(faults(value), Places{path});
    }
}

TEST(Manifest, CollectsEveryFault) {
    json::Value value = with("/name", 1);
    put(value, "/abi/methods/0/offset", -1);
    put(value, "/abi/methods/1/safe", "no");
    put(value, "/trusts/0", "x");
    EXPECT_EQ(faults(value),
              (Places{"/name", "/abi/methods/0/offset", "/abi/methods/1/safe", "/trusts/0"}));
    EXPECT_EQ(faults(json::Value(5)), Places{""});
    EXPECT_EQ(faults(json::Object()).size(), 7U);
    // And no more than somebody would read.
    json::Object strangers = manifest().as_object();
    for (int i = 0; i < 1000; ++i) strangers[std::to_string(i)] = i;
    EXPECT_EQ(faults(strangers).size(), 64U);
}

TEST(Manifest, SizeIsLimitedToTheByte) {
    const auto padded = [](std::size_t size) {
        const std::string start = json::write_value(with("/extra", ""));
        return json::write_value(
            with("/extra", json::Value(std::string(size - start.size(), 'x'))));
    };
    ASSERT_EQ(padded(65'535).size(), 65'535U);
    EXPECT_TRUE(Manifest::parse(padded(65'535)));
    EXPECT_EQ(Manifest::parse(padded(65'536)).error().code, Errc::limit_exceeded);
}

TEST(Manifest, HasNoMorePartsThanTheChainStores) {
    const std::size_t others = [] {
        // 11 of its own; 6 + 12 of the methods, 6 of the event; 4 + 3 + 3 of the permissions; the
        // standard and the trust.
        return 11 + 6 + 12 + 6 + 10 + 2;
    }();
    json::Array names;
    for (std::size_t i = others; i < 2048; ++i) names.emplace_back(std::to_string(i));
    EXPECT_TRUE(Manifest::from_json(with("/permissions/2/methods", names)));
    names.emplace_back("more");
    EXPECT_EQ(Manifest::from_json(with("/permissions/2/methods", names)).error().code,
              Errc::limit_exceeded);
}

TEST(Manifest, RefusesWhatIsNoJson) {
    const std::string good = json::write_value(manifest());
    for (std::size_t end = 0; end < good.size(); ++end)
        EXPECT_EQ(Manifest::parse(good.substr(0, end)).error().code, Errc::invalid_argument) << end;
    EXPECT_EQ(Manifest::parse(R"({"name":"a","name":"b"})").error().code, Errc::invalid_argument);
    EXPECT_EQ(Manifest::parse("{\"name\":\"\xff\"}").error().code, Errc::invalid_argument);
    EXPECT_EQ(Manifest::parse(std::string(10'000, '[')).error().code, Errc::limit_exceeded);
    std::string bits = good;
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        bits[bit / 8] = static_cast<char>(good[bit / 8] ^ (1 << (bit % 8)));
        const auto read = Manifest::parse(bits);
        if (read) EXPECT_EQ(Manifest::from_json(read->to_json()).value(), *read) << bit;
        bits[bit / 8] = good[bit / 8];
    }
}

TEST(Manifest, OurOwnContractsIsWrittenAsNeoGoWroteIt) {
    const std::string path = "/contracts/pricefeed/pricefeed.manifest.json";
    const char* source = std::getenv("NSL_SOURCE_DIR");
    const std::string text =
        testing_support::read_text_file(std::string(source ? source : ".") + path);
    const auto read = Manifest::parse(text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(json::write_value(read->to_json()), text);
}

TEST(Manifest, AGroupSignsTheContractsRawHash) {
    const auto key = PrivateKey::from_bytes(Bytes(32, 7));
    ASSERT_TRUE(key);
    const Hash160 contract = native::oracle();
    Manifest signed_manifest = Manifest::from_json(manifest()).value();
    EXPECT_TRUE(signed_manifest.groups_signed(contract));  // nobody had to
    signed_manifest.groups = {{key->public_key(), key->sign(contract.raw)}};
    EXPECT_TRUE(signed_manifest.groups_signed(contract));
    EXPECT_FALSE(signed_manifest.groups_signed(native::notary()));
    signed_manifest.groups.push_back({key->public_key(), Signature{}});
    EXPECT_FALSE(signed_manifest.groups_signed(contract));
    const auto read = Manifest::from_json(
        with("/groups/0", group(key->public_key().hex(), key->sign(contract.raw))));
    EXPECT_TRUE(read->groups_signed(contract));
}

}  // namespace
}  // namespace nsl::neo
