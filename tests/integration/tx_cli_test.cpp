// SPDX-License-Identifier: Apache-2.0
// Keys, messages and transactions through the command line, without a chain.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "neo/message.h"
#include "neo/script.h"
#include "neo/signing_context.h"
#include "neo/witness.h"
#include "wallet_room.h"

namespace nsl {
namespace {

using namespace testing_support;

class Keys : public WalletRoom {};

TEST_F(Keys, EveryFormFollowsFromThePublicKey) {
    const Answer shown = room_.nsl({"key", "inspect", kPublicKey, "--json"});
    ASSERT_EQ(shown.status, 0) << shown.errors;
    const json::Object forms = shown.line();
    EXPECT_EQ(text_of(forms, "address"), kAddress);
    const Bytes script = hex_decode(text_of(forms, "verification_script")).value();
    const neo::Hash160 account = neo::hash160(script);
    EXPECT_EQ(text_of(forms, "script_hash"), account.display());
    EXPECT_EQ(text_of(forms, "script_hash_raw"), hex_encode(account.raw));
    for (const std::string& same :
         {std::string(kAddress), account.display(), hex_encode(script), base64_encode(script)}) {
        const Answer other = room_.nsl({"key", "inspect", same, "--json"});
        EXPECT_EQ(text_of(other.line(), "address"), kAddress) << same;
    }
    EXPECT_EQ(room_.nsl({"key", "inspect", "nothing"}).status, 2);
}

TEST_F(Keys, ThePrivateKeyIsShownOnlyWhenAskedFor) {
    const Answer without = room_.nsl({"key", "inspect", "--secret-fd", "3"}, {kWif});
    ASSERT_EQ(without.status, 0) << without.errors;
    EXPECT_NE(without.output.find(kPublicKey), std::string::npos);
    EXPECT_EQ(without.output.find(kWif), std::string::npos);
    const Answer with =
        room_.nsl({"key", "inspect", "--secret-fd", "3", "--show-private", "--json"}, {kWif});
    EXPECT_EQ(text_of(with.line(), "wif"), kWif);
    EXPECT_EQ(room_.nsl({"key", "inspect", kPublicKey, "--show-private"}).status, 2);
}

class Messages : public WalletRoom {
 protected:
    void SetUp() override { ASSERT_EQ(import_key().status, 0); }
    Answer sign(const std::string& format, const std::vector<std::string>& more = {}) {
        std::vector<std::string> args{
            "message",       "sign", "grüße", "--format", format, "--wallet", room_.path("w.json"),
            "--password-fd", "3",    "--json"};
        args.insert(args.end(), more.begin(), more.end());
        return room_.nsl(args, {kPassword});
    }
};

TEST_F(Messages, AreVerifiedInEveryFormatTheyWereSignedIn) {
    for (const neo::MessageFormat format : neo::message_formats()) {
        const std::string name(neo::message_format_name(format));
        std::vector<std::string> more;
        if (format == neo::MessageFormat::replay_protected) more = {"--network", "860833102"};
        const Answer reply = sign(name, more);
        ASSERT_EQ(reply.status, 0) << name << reply.errors;
        EXPECT_EQ(text_of(reply.line(), "publicKey"), kPublicKey);
        EXPECT_EQ(reply.line().contains("salt"), neo::message_is_salted(format)) << name;
        EXPECT_EQ(hex_decode(text_of(reply.line(), "data")).value(),
                  base64_decode(text_of(reply.line(), "signature")).value());
        room_.write("reply.json", reply.output);
        std::vector<std::string> check{"message",   "verify", "--reply",  room_.path("reply.json"),
                                       "--address", kAddress, "--format", name,
                                       "--json"};
        check.insert(check.end(), more.begin(), more.end());
        const Answer verified = room_.nsl(check);
        EXPECT_EQ(verified.status, 0) << name << verified.errors;
        EXPECT_TRUE(verified.line().at("verified").as_bool());
        check.insert(check.begin() + 2, "another text");
        EXPECT_EQ(room_.nsl(check).status, 1) << name;
    }
}

TEST_F(Messages, WhoShouldHaveSignedIsForTheCheckerToSay) {
    room_.write("reply.json", sign("raw").output);
    const std::vector<std::string> check{"message",  "verify", "--reply", room_.path("reply.json"),
                                         "--format", "raw"};
    const auto with = [&](std::vector<std::string> more) {
        std::vector<std::string> args = check;
        args.insert(args.end(), more.begin(), more.end());
        return room_.nsl(args);
    };
    EXPECT_EQ(with({}).status, 2);
    EXPECT_EQ(with({"--address", kAddress}).status, 0);
    EXPECT_EQ(with({"--public-key", kPublicKey}).status, 0);
    EXPECT_EQ(with({"--address", kCommittee}).status, 1);
}

TEST_F(Messages, AFormatBoundToANetworkNeedsIt) {
    EXPECT_EQ(sign("replay-protected").status, 2);
    EXPECT_EQ(sign("raw", {"--network", "1"}).status, 2);
    EXPECT_EQ(sign("raw", {"--salt", std::string(32, 'a')}).status, 2);
    EXPECT_EQ(sign("no-such-format").status, 2);
}

neo::Transaction payment(const neo::Hash160& from) {
    neo::Transaction tx;
    tx.nonce = 7;
    tx.system_fee = 997'7780;
    tx.network_fee = 123'2520;
    tx.valid_until_block = 1'000;
    tx.signers = {neo::Signer{.account = from}};
    neo::ScriptBuilder script;
    script.call(
        neo::native::gas_token(), "transfer",
        {neo::Argument::hash(from), neo::Argument::hash(neo::from_address(kCommittee).value()),
         neo::Argument::integer(1'5000'0000), neo::Argument::null()});
    script.assert_true();
    tx.script = script.take();
    return tx;
}

class Transactions : public WalletRoom {
 protected:
    neo::Transaction tx_ = payment(neo::from_address(kAddress).value());
    std::string hash_ = tx_.hash().display();
};

TEST_F(Transactions, AreReadInEveryForm) {
    const Bytes bytes = tx_.serialize_unsigned();
    const std::string context =
        json::write_value(neo::SigningContext::create(tx_, 56753)->to_json());
    room_.write("raw", as_text(bytes));
    room_.write("hex", hex_encode(bytes) + "\n");
    room_.write("context", context);
    for (const std::string& form : {hex_encode(bytes), base64_encode(bytes), context,
                                    room_.path("raw"), room_.path("hex"), room_.path("context")}) {
        const Answer hash = room_.nsl({"tx", "hash", form});
        EXPECT_EQ(hash.output, hash_ + "\n") << form << hash.errors;
    }
    const Answer piped = room_.nsl({"tx", "hash", "-"}, {}, room_.path("hex"));
    EXPECT_EQ(piped.output, hash_ + "\n") << piped.errors;
    EXPECT_EQ(room_.nsl({"tx", "hash", hex_encode(bytes).substr(2)}).status, 2);
    EXPECT_EQ(room_.nsl({"tx", "hash", room_.path("none")}).status, 2);
}

TEST_F(Transactions, SayWhatTheyDo) {
    const Answer shown = room_.nsl({"tx", "decode", hex_encode(tx_.serialize_unsigned())});
    ASSERT_EQ(shown.status, 0) << shown.errors;
    for (const char* part : {"not signed", kAddress, "CalledByEntry", "0.0997778 GAS system",
                             "GasToken.transfer", "1.5 GAS from", kCommittee, "must return true"})
        EXPECT_NE(shown.output.find(part), std::string::npos) << part << " in\n" << shown.output;
    EXPECT_EQ(shown.output.find("do more"), std::string::npos) << shown.output;
    const json::Object object =
        room_.nsl({"tx", "decode", hex_encode(tx_.serialize_unsigned()), "--json"}).line();
    EXPECT_EQ(text_of(object, "hash"), hash_);
    EXPECT_TRUE(object.at("only_calls").as_bool());
    const json::Object& call = object.at("calls").at(0).as_object();
    EXPECT_EQ(text_of(call, "method"), "transfer");
    EXPECT_EQ(text_of(call, "native"), "GasToken");
    EXPECT_EQ(call.at("arguments").at(2).at("value").as_string(), "150000000");
}

TEST_F(Transactions, AreSignedByTheWalletOrInTurns) {
    ASSERT_EQ(import_key().status, 0);
    room_.write("tx", hex_encode(tx_.serialize_unsigned()));
    const std::vector<std::string> sign{
        "tx", "sign", room_.path("tx"), "--wallet", room_.path("w.json"), "--password-fd", "3"};
    EXPECT_EQ(room_.nsl(sign, {kPassword}).status, 2) << "for which network?";
    std::vector<std::string> there = sign;
    there.insert(there.end(), {"--network", "56753", "--json"});
    const Answer done = room_.nsl(there, {kPassword});
    ASSERT_EQ(done.status, 0) << done.errors;
    EXPECT_TRUE(done.line().at("complete").as_bool());
    const auto tx =
        neo::Transaction::parse(base64_decode(text_of(done.line(), "transaction")).value()).value();
    EXPECT_EQ(tx.hash(), tx_.hash());
    EXPECT_TRUE(
        neo::check_witness(tx.witnesses.at(0), tx_.signers[0].account, tx_.sign_data(56753)));
    EXPECT_EQ(room_.nsl(there, {"wrong"}).status, 1);

    ASSERT_EQ(make("stranger.json").status, 0);
    std::vector<std::string> stranger = there;
    stranger[4] = room_.path("stranger.json");
    EXPECT_EQ(room_.nsl(stranger, {kPassword}).status, 1) << "a wallet without any of the keys";
}

TEST_F(Transactions, AContextForAnotherNetworkIsNotSigned) {
    ASSERT_EQ(import_key().status, 0);
    room_.write("context", json::write_value(neo::SigningContext::create(tx_, 56753)->to_json()));
    const Answer refused = room_.nsl({"tx", "sign", room_.path("context"), "--network", "860833102",
                                      "--wallet", room_.path("w.json"), "--password-fd", "3"},
                                     {kPassword});
    EXPECT_EQ(refused.status, 2) << refused.errors;
    EXPECT_NE(refused.errors.find("56753"), std::string::npos);
}

class Payments : public WalletRoom {};

TEST_F(Payments, AmountsAreExact) {
    ASSERT_EQ(make().status, 0);
    for (const char* amount : {"0", "0.0", "-1", "1.123456789", "1e2", "1,5", ".5", "5.", "abc",
                               "92233720368.54775808"}) {
        const Answer refused =
            room_.nsl({"gas", "send", "--to", kAddress, std::string("--amount=") + amount, "--rpc",
                       "http://127.0.0.1:1", "--wallet", room_.path("w.json"), "--yes"});
        EXPECT_NE(refused.status, 0) << amount;
        EXPECT_NE(refused.status, 3) << amount << " reached the network: " << refused.errors;
    }
    const Answer away =
        room_.nsl({"gas", "send", "--to", kAddress, "--amount", "1.12345678", "--rpc",
                   "http://127.0.0.1:1", "--wallet", room_.path("w.json"), "--yes"});
    EXPECT_EQ(away.status, 3) << "a node that is not there: " << away.errors;
}

TEST(Help, NamesEveryCommandInGroupsWithExamples) {
    CommandRoom room;
    const Answer help = room.nsl({"--help"});
    EXPECT_EQ(help.status, 0);
    for (const char* part : {"wallet", "key", "message", "tx", "gas", "price", "up", "chain",
                             "Examples", "Exit codes", "Development stack"})
        EXPECT_NE(help.output.find(part), std::string::npos) << part << " in\n" << help.output;
    EXPECT_EQ(room.nsl({}).status, 2);
    const Answer typo = room.nsl({"walet", "list"});
    EXPECT_EQ(typo.status, 2);
    EXPECT_NE(typo.errors.find("walet"), std::string::npos) << typo.errors;
    const Answer one = room.nsl({"tx", "sign", "--help"});
    EXPECT_EQ(one.output.find("nsl up"), std::string::npos) << "the examples of another command";
    const Answer completion = room.nsl({"completion", "bash"});
    for (const char* part : {"'wallet new')", "'message sign')", "--password-fd", "'gas send')",
                             "'chain status')", "'chain follow')", "--valid-until"})
        EXPECT_NE(completion.output.find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace nsl
