// SPDX-License-Identifier: Apache-2.0
#include "neo/transaction_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "neo/random_transaction.h"

namespace nsl::neo {
namespace {

// What a reader of the text sees.
json::Value through_text(const json::Value& value) {
    return json::parse_value(json::write_value(value)).value();
}

json::Value parsed(std::string_view text) {
    return json::parse_value(text).value();
}

json::Object some_json() {
    Transaction tx;
    tx.signers = {{.account = native::gas_token()}, {.account = native::policy()}};
    tx.attributes = {HighPriority{}};
    tx.script = {0x40};
    tx.witnesses.resize(2);
    return transaction_to_json(tx).as_object();
}

void expect_refused(const json::Object& shown, std::string_view reason,
                    Errc code = Errc::invalid_argument) {
    const auto tx = transaction_from_json(shown);
    ASSERT_FALSE(tx) << reason;
    EXPECT_EQ(tx.error().code, code) << reason;
    EXPECT_NE(tx.error().message.find(reason), std::string::npos) << tx.error().message;
}

RC_GTEST_PROP(TransactionJson, RoundTrips, ()) {
    const Transaction tx = some_transaction();
    const auto back = transaction_from_json(through_text(transaction_to_json(tx)));
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == tx);
    RC_ASSERT(transaction_to_json(*back) == transaction_to_json(tx));
}

RC_GTEST_PROP(SignerJson, RoundTripsThroughBytesAndText, ()) {
    const Signer signer = some_signer();
    ByteWriter out;
    write_signer(out, signer);
    const auto back = signer_from_json(through_text(signer_to_json(signer)));
    RC_ASSERT(back.has_value());
    ByteWriter again;
    write_signer(again, *back);
    RC_ASSERT(again.view() == out.view());
}

RC_GTEST_PROP(ScopesText, ReadsBack, ()) {
    const std::uint8_t scopes = some_signer().scopes;
    RC_ASSERT(parse_scopes(scopes_text(scopes)).value() == scopes);
}

TEST(ScopesText, IsAsNeoGoWritesIt) {
    EXPECT_EQ(scopes_text(0), "None");
    EXPECT_EQ(scopes_text(0x80), "Global");
    EXPECT_EQ(scopes_text(0x71), "CalledByEntry, CustomContracts, CustomGroups, WitnessRules");
    EXPECT_EQ(parse_scopes("WitnessRules,CalledByEntry").value(), 0x41);
    EXPECT_EQ(parse_scopes("  CustomGroups ,  CustomContracts ").value(), 0x30);
}

TEST(ScopesText, RefusesUnknownRepeatedAndCombinedNames) {
    for (const char* text : {"", " ", ",", "CalledByEntry,", ",None", "calledbyentry", "0",
                             "None,None", "CalledByEntry, CalledByEntry", "Global, CalledByEntry",
                             "CalledByEntry, Global", "None, CalledByEntry", "CustomGroups, None",
                             "Global, Global", "CalledByEntry CustomGroups"})
        EXPECT_EQ(parse_scopes(text).error().code, Errc::invalid_argument) << text;
}

TEST(SignerJson, TakesAnAddressAndAHashWithoutPrefix) {
    const std::string address = to_address(native::gas_token());
    for (const std::string& account :
         {address, native::gas_token().display(), native::gas_token().display().substr(2)}) {
        const auto signer = signer_from_json(
            json::Object{{"account", account}, {"scopes", "CalledByEntry"}, {"other", 1}});
        ASSERT_TRUE(signer) << account;
        EXPECT_EQ(signer->account, native::gas_token());
    }
}

TEST(SignerJson, ShowsAListForEachScopeThatHasOne) {
    Signer signer{.account = native::gas_token(), .scopes = 0x70};
    const json::Value shown = signer_to_json(signer);
    EXPECT_TRUE(shown.at("allowedcontracts").as_array().empty());
    EXPECT_TRUE(shown.at("allowedgroups").as_array().empty());
    EXPECT_TRUE(shown.at("rules").as_array().empty());
    EXPECT_EQ(signer_from_json(shown).value(), signer);
    // Nodes leave empty lists out.
    EXPECT_EQ(
        signer_from_json(json::Object{{"account", native::gas_token().display()},
                                      {"scopes", "CustomContracts, CustomGroups, WitnessRules"}})
            .value(),
        signer);
}

TEST(SignerJson, RefusesARestrictionThatItsScopesIgnore) {
    json::Object shown{{"account", native::gas_token().display()}, {"scopes", "Global"}};
    shown["allowedcontracts"] = json::Array{native::policy().display()};
    EXPECT_EQ(signer_from_json(shown).error().code, Errc::invalid_argument);
    shown["allowedcontracts"] = json::Array{};
    EXPECT_TRUE(signer_from_json(shown));
    shown["rules"] = json::Array{json::Object{}};
    EXPECT_FALSE(signer_from_json(shown));
}

TEST(SignerJson, RefusesListsAboveSixteen) {
    json::Object shown{{"account", native::gas_token().display()}, {"scopes", "CustomContracts"}};
    json::Array list(16, json::Value(native::policy().display()));
    shown["allowedcontracts"] = list;
    EXPECT_TRUE(signer_from_json(shown));
    list.emplace_back(native::policy().display());
    shown["allowedcontracts"] = list;
    EXPECT_EQ(signer_from_json(shown).error().code, Errc::limit_exceeded);
}

json::Object with_condition(std::string_view condition) {
    json::Object rule{{"action", "Allow"}, {"condition", parsed(condition)}};
    return {{"account", native::gas_token().display()},
            {"scopes", "WitnessRules"},
            {"rules", json::Array{rule}}};
}

TEST(WitnessRuleJson, NestsThreeLevels) {
    EXPECT_TRUE(signer_from_json(with_condition(
        R"({"type":"Not","expression":{"type":"Not","expression":{"type":"CalledByEntry"}}})")));
    EXPECT_FALSE(signer_from_json(with_condition(
        R"({"type":"Not","expression":{"type":"Not","expression":{"type":"Not","expression":
            {"type":"CalledByEntry"}}}})")));
    EXPECT_FALSE(signer_from_json(with_condition(
        R"({"type":"And","expressions":[{"type":"Or","expressions":[{"type":"Or","expressions":[
            {"type":"CalledByEntry"}]}]}]})")));
}

TEST(WitnessRuleJson, RefusesWhatNeoGoRefuses) {
    for (const char* condition :
         {"null", "[]", "{}", R"({"type":"Entry"})", R"({"type":"Boolean"})",
          R"({"type":"Boolean","expression":"true"})", R"({"type":"Not"})",
          R"({"type":"Not","expression":true})", R"({"type":"And"})",
          R"({"type":"And","expressions":[]})", R"({"type":"Or","expressions":{}})",
          R"({"type":"ScriptHash"})", R"({"type":"ScriptHash","hash":"0x00"})",
          R"({"type":"Group","group":"02"})", R"({"type":"CalledByGroup","hash":"0x00"})"})
        EXPECT_EQ(signer_from_json(with_condition(condition)).error().code, Errc::invalid_argument)
            << condition;
    json::Object shown = with_condition(R"({"type":"CalledByEntry"})");
    EXPECT_TRUE(signer_from_json(shown));
    shown["rules"].as_array()[0].as_object()["action"] = "allow";
    EXPECT_FALSE(signer_from_json(shown));
}

TEST(AttributeJson, HasTheseNames) {
    const auto text = [](const Attribute& a) { return json::write_value(attribute_to_json(a)); };
    EXPECT_EQ(text(HighPriority{}), R"({"type":"HighPriority"})");
    EXPECT_EQ(
        text(OracleResponse{.id = ~std::uint64_t{0}, .code = 0, .result = {1, 2}}),
        R"({"type":"OracleResponse","id":18446744073709551615,"code":"Success","result":"AQI="})");
    EXPECT_EQ(text(NotValidBefore{17}), R"({"type":"NotValidBefore","height":17})");
    EXPECT_EQ(text(Conflicts{}),
              R"({"type":"Conflicts","hash":"0x)" + std::string(64, '0') + "\"}");
    EXPECT_EQ(text(NotaryAssisted{255}), R"({"type":"NotaryAssisted","nkeys":255})");
}

TEST(AttributeJson, KnowsEveryOracleCode) {
    for (const int code : {0x00, 0x10, 0x12, 0x14, 0x16, 0x18, 0x1a, 0x1c, 0x1f, 0xff}) {
        const Attribute attribute =
            OracleResponse{.id = 1, .code = static_cast<std::uint8_t>(code), .result = {}};
        EXPECT_EQ(attribute_from_json(attribute_to_json(attribute)).value(), attribute) << code;
    }
    EXPECT_EQ(attribute_from_json(
                  parsed(R"({"type":"OracleResponse","id":1,"code":"consensusUNREACHABLE"})"))
                  .value(),
              Attribute(OracleResponse{.id = 1, .code = 0x12, .result = {}}));
}

TEST(AttributeJson, RefusesOthers) {
    for (const char* text :
         {"null", "{}", R"({"type":"Reserved"})", R"({"type":33})", R"({"type":"NotValidBefore"})",
          R"({"type":"NotValidBefore","height":4294967296})",
          R"({"type":"NotValidBefore","height":-1})", R"({"type":"NotValidBefore","height":1.5})",
          R"({"type":"NotValidBefore","height":"1"})", R"({"type":"Conflicts","hash":"0x1"})",
          R"({"type":"NotaryAssisted","nkeys":256})",
          R"({"type":"OracleResponse","id":18446744073709551616,"code":"Success"})",
          R"({"type":"OracleResponse","id":1,"code":"Fine"})",
          R"({"type":"OracleResponse","id":1,"code":0})",
          R"({"type":"OracleResponse","id":1,"code":"Error","result":"AQ=="})"})
        EXPECT_EQ(attribute_from_json(parsed(text)).error().code, Errc::invalid_argument) << text;
    const json::Object big{{"type", "OracleResponse"},
                           {"id", 1},
                           {"code", "Success"},
                           {"result", std::string(87'384, 'A')}};
    EXPECT_EQ(attribute_from_json(big).error().code, Errc::limit_exceeded);
}

TEST(TransactionJson, MayLackWhatIsComputed) {
    json::Object shown = some_json();
    const Transaction tx = transaction_from_json(shown).value();
    for (const char* name : {"hash", "size", "sender"}) {
        shown.erase(name);
        EXPECT_EQ(transaction_from_json(shown).value(), tx);
    }
    for (const char* name : {"version", "nonce", "sysfee", "netfee", "validuntilblock",
                             "attributes", "signers", "script", "witnesses"}) {
        json::Object without = shown;
        without.erase(name);
        expect_refused(without, name);
        without[name] = nullptr;
        expect_refused(without, name);
    }
}

TEST(TransactionJson, RefusesWhatDoesNotBelongToIt) {
    const auto with = [](std::string_view name, json::Value value) {
        json::Object out = some_json();
        out[name] = std::move(value);
        return out;
    };
    expect_refused(with("hash", json::Value(Hash256{}.display())), "hash is not that");
    expect_refused(with("hash", "0x12"), "hash");
    expect_refused(with("size", 1), "size is not that");
    expect_refused(with("sender", json::Value(to_address(native::policy()))), "sender is not");
    expect_refused(with("nonce", 1), "hash is not that");
    expect_refused(with("version", 1), "version");
}

TEST(TransactionJson, RefusesNumbersThatAreNone) {
    for (const char* amount :
         {"", "-", "+1", "01", " 1", "1 ", "0x1", "1.0", "1e3", "-0", "9223372036854775808",
          "99999999999999999999999999999999999999999999"}) {
        json::Object shown = some_json();
        shown["sysfee"] = amount;
        expect_refused(shown, "sysfee");
    }
    json::Object shown = some_json();
    shown["sysfee"] = 1;
    expect_refused(shown, "sysfee");
    for (const char* nonce : {"-1", "4294967296", "1.5", "1e400000", "\"1\"", "1E0"}) {
        const auto value = json::parse_value(nonce);
        if (!value) continue;
        shown = some_json();
        shown["nonce"] = *value;
        expect_refused(shown, "nonce");
    }
}

TEST(TransactionJson, KeepsTheRulesOfTheBinaryForm) {
    json::Object shown = some_json();
    for (const char* name : {"hash", "size"}) shown.erase(name);
    const auto changed = [&shown](std::string_view name, auto change) {
        json::Object out = shown;
        change(out[name].as_array());
        return out;
    };
    expect_refused(changed("signers", [](json::Array& a) { a[1] = a[0]; }), "signs twice");
    expect_refused(changed("signers", [](json::Array& a) { a.clear(); }), "no signers");
    expect_refused(changed("attributes", [](json::Array& a) { a.push_back(a[0]); }), "repeated");
    expect_refused(changed("witnesses", [](json::Array& a) { a.pop_back(); }), "as many witnesses");
    expect_refused(changed("witnesses", [](json::Array& a) { a.resize(17, a[0]); }), "witnesses",
                   Errc::limit_exceeded);
    expect_refused(
        changed("attributes",
                [](json::Array& a) { a = json::Array(15, attribute_to_json(Conflicts{})); }),
        "more than 16");
    json::Object other = shown;
    other["script"] = "";
    expect_refused(other, "script");
    other["script"] = std::string(87'384, 'A');
    expect_refused(other, "script");
    other = shown;
    other["sysfee"] = "-1";
    expect_refused(other, "system fee is negative");
    other["sysfee"] = other["netfee"] = "9223372036854775807";
    expect_refused(other, "overflow");
}

TEST(TransactionJson, SaysInWhichItem) {
    json::Object shown = some_json();
    shown["signers"].as_array()[1].as_object()["scopes"] = "All";
    expect_refused(shown, "signers[1]: a scope is");
}

// A rule of the size limit that no single part breaks.
TEST(TransactionJson, RefusesMoreThanTheLimitOfBytes) {
    Transaction tx;
    tx.script = Bytes(65'535, 0x40);
    for (std::uint8_t i = 0; i < 15; ++i) {
        tx.signers.push_back({.account = {.raw = {i}}, .scopes = 0});
        tx.witnesses.push_back({Bytes(1024), Bytes(1024)});
    }
    EXPECT_TRUE(transaction_from_json(transaction_to_json(tx)));
    tx.signers.push_back({.account = {.raw = {99}}, .scopes = 0x20, .groups = {}});
    tx.signers.back().groups.assign(16, some_fixed_key());
    tx.signers[14].scopes = tx.signers[13].scopes = tx.signers[12].scopes = 0x60;
    tx.witnesses.push_back({Bytes(1024), Bytes(1024)});
    const WitnessCondition many{.type = ConditionType::any_of,
                                .parts = std::vector<WitnessCondition>(
                                    16, {.type = ConditionType::group, .group = some_fixed_key()})};
    for (Signer& signer : std::span(tx.signers).subspan(12, 3))
        signer.rules.assign(16, {true, many});
    EXPECT_FALSE(Transaction::parse(tx.serialize()));
    json::Object shown = transaction_to_json(tx).as_object();
    shown.erase("size");
    expect_refused(shown, "102,400");
}

}  // namespace
}  // namespace nsl::neo
