// SPDX-License-Identifier: Apache-2.0
// The protocol and the command line on a real chain: what is built here is what neo-go takes, to
// the datoshi, and each of its refusals is told apart.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "neo/signing_context.h"
#include "payments_on_devnet.h"

namespace nsl {
namespace {

using namespace testing_support;
using neo::Argument;
using neo::Scope;

constexpr const char* kPassword = "devnet only";

// Through the text that signers pass on.
neo::SigningContext passed_on(const neo::SigningContext& context) {
    return neo::SigningContext::parse(json::write_value(context.to_json())).value();
}

TEST(OnChain, ASponsorPaysExactlyTheFeesAndNothingElse) {
    const neo::PrivateKey sponsor = new_key();
    const neo::PrivateKey user = new_key();
    const neo::Hash160 sponsor_account = neo::account_of(sponsor.public_key());
    const neo::Hash160 user_account = neo::account_of(user.public_key());
    const neo::Hash160 shop = fresh_account();
    fund(sponsor_account, 10 * kGas);
    fund(user_account, 3 * kGas);
    const std::vector<Bytes> scripts{neo::single_signature_script(sponsor.public_key()),
                                     neo::single_signature_script(user.public_key())};
    const neo::Transaction tx =
        priced(transfer(user_account, shop, 3 * kGas),
               {signer(sponsor_account, Scope::none), signer(user_account)}, scripts);

    auto context = neo::SigningContext::create(tx, devnet().devnet->network()).value();
    for (const Bytes& script : scripts) ASSERT_TRUE(context.add_script(script));
    EXPECT_EQ(context.sign(user).value(), 1);
    context = passed_on(context);
    EXPECT_FALSE(context.complete());
    EXPECT_EQ(context.sign(sponsor).value(), 1);
    context = passed_on(context);
    const neo::Transaction whole = context.finish().value();
    const auto node_fee =
        run_on_devnet(devnet().rpc->calculate_network_fee(whole.serialize())).value();
    EXPECT_EQ(node_fee, tx.network_fee) << "our formula and the node's";

    EXPECT_EQ(included(whole).vm_state, "HALT");
    EXPECT_EQ(balance(sponsor_account), 10 * kGas - tx.system_fee - tx.network_fee);
    EXPECT_EQ(balance(user_account), 0);
    EXPECT_EQ(balance(shop), 3 * kGas);
}

TEST(OnChain, ASponsorsSignatureIsWorthNothingToAContract) {
    const neo::PrivateKey sponsor = new_key();
    const neo::Hash160 account = neo::account_of(sponsor.public_key());
    fund(account, 10 * kGas);
    const neo::Transaction tx =
        priced(transfer(account, fresh_account(), kGas), {signer(account, Scope::none)},
               {neo::single_signature_script(sponsor.public_key())}, kGas / 10);
    EXPECT_EQ(included(signed_by(tx, sponsor)).vm_state, "FAULT");
    EXPECT_EQ(balance(account), 10 * kGas - tx.system_fee - tx.network_fee) << "burned whole";
}

TEST(OnChain, TwoOfThreeSignInTurns) {
    std::vector<neo::PrivateKey> owners;
    std::vector<neo::PublicKey> keys;
    for (int i = 0; i < 3; ++i) {
        owners.push_back(new_key());
        keys.push_back(owners.back().public_key());
    }
    const Bytes script = neo::multi_signature_script(2, keys).value();
    const neo::Hash160 account = neo::hash160(script);
    const neo::Hash160 shop = fresh_account();
    fund(account, 5 * kGas);
    const neo::Transaction tx = priced(transfer(account, shop, kGas), {signer(account)}, {script});

    auto context = neo::SigningContext::create(tx, devnet().devnet->network()).value();
    ASSERT_TRUE(context.add_script(script));
    EXPECT_EQ(context.sign(owners[2]).value(), 1);
    context = passed_on(context);
    EXPECT_FALSE(context.finish().has_value());
    EXPECT_EQ(context.sign(owners[0]).value(), 1);
    context = passed_on(context);
    EXPECT_EQ(included(context.finish().value()).vm_state, "HALT");
    EXPECT_EQ(balance(shop), kGas);
    EXPECT_EQ(balance(account), 4 * kGas - tx.system_fee - tx.network_fee);
}

TEST(OnChain, TwoOfThreeSignInTurnsAtTheirCommandLines) {
    CommandRoom room;
    std::vector<std::string> keys;
    for (const char* name : {"a", "b", "c"}) {
        const Answer made =
            room.nsl({"wallet", "new", "--wallet", room.path(name), "--password-fd", "3", "--json"},
                     {kPassword});
        ASSERT_EQ(made.status, 0) << made.errors;
        keys.push_back(text_of(made.line(), "public_key"));
    }
    std::vector<neo::PublicKey> points;
    std::vector<std::string> shared{"--multisig", "2"};
    for (const std::string& key : keys) {
        shared.insert(shared.end(), {"--public-key", key});
        points.push_back(neo::PublicKey::parse(key).value());
    }
    for (const char* name : {"a", "c"}) {
        std::vector<std::string> args{"wallet", "import", "--wallet", room.path(name)};
        args.insert(args.end(), shared.begin(), shared.end());
        ASSERT_EQ(room.nsl(args).status, 0);
    }
    const Bytes script = neo::multi_signature_script(2, points).value();
    const neo::Hash160 account = neo::hash160(script);
    const neo::Hash160 shop = fresh_account();
    fund(account, 5 * kGas);
    const neo::Transaction tx = priced(transfer(account, shop, kGas), {signer(account)}, {script});
    room.write("tx", base64_encode(tx.serialize_unsigned()));

    const auto sign = [&](const char* wallet, const char* in, const char* out) {
        return room.nsl({"tx", "sign", room.path(in), "--network",
                         std::to_string(devnet().devnet->network()), "--wallet", room.path(wallet),
                         "--password-fd", "3", "--out", room.path(out), "--json"},
                        {kPassword});
    };
    const Answer first = sign("a", "tx", "context");
    ASSERT_EQ(first.status, 0) << first.errors;
    EXPECT_FALSE(first.line().at("complete").as_bool());
    const Answer second = sign("c", "context", "signed");
    ASSERT_EQ(second.status, 0) << second.errors;
    EXPECT_TRUE(second.line().at("complete").as_bool());
    std::string content = room.read("signed");
    content.pop_back();
    const auto whole = neo::Transaction::parse(base64_decode(content).value()).value();
    EXPECT_EQ(included(whole).vm_state, "HALT");
    EXPECT_EQ(balance(shop), kGas);
}

TEST(OnChain, AContractInGoIsDeployedWhereWeSayAndCalled) {
    const neo::PrivateKey owner = new_key();
    const neo::Hash160 account = neo::account_of(owner.public_key());
    fund(account, 50 * kGas);
    const neo::Hash160 contract = deploy_moody(owner);
    const auto state = run_on_devnet(
        devnet().rpc->raw("getcontractstate", json::Array{json::Value(contract.display())}));
    ASSERT_TRUE(state.has_value()) << state.error().message;
    EXPECT_EQ(state->at("hash").as_string(), contract.display());

    neo::ScriptBuilder script;
    script.call(contract, "keep", {Argument::integer(41)});
    script.call(contract, "keep", {Argument::integer(-7)});
    const auto end = included(signed_by(priced(script.take(), {signer(account)},
                                               {neo::single_signature_script(owner.public_key())}),
                                        owner));
    ASSERT_EQ(end.vm_state, "HALT") << end.exception;

    EXPECT_EQ(run_on_devnet(devnet().rpc->call(contract, "kept"))->as_i64().value(), -7);
}

class GasSend : public ::testing::Test {
 protected:
    void SetUp() override {
        const Answer made = room_.nsl(
            {"wallet", "new", "--wallet", room_.path("w.json"), "--password-fd", "3", "--json"},
            {kPassword});
        ASSERT_EQ(made.status, 0) << made.errors;
        from_ = neo::from_address(text_of(made.line(), "address")).value();
        fund(from_, 100 * kGas);
    }
    std::vector<std::string> command(const neo::Hash160& to, const std::string& amount) const {
        return {"gas",           "send",
                "--to",          neo::to_address(to),
                "--amount",      amount,
                "--rpc",         devnet().devnet->rpc_url(),
                "--wallet",      room_.path("w.json"),
                "--password-fd", "3",
                "--yes",         "--json"};
    }
    Answer send(const neo::Hash160& to, const std::string& amount) {
        return room_.nsl(command(to, amount), {kPassword});
    }

    CommandRoom room_;
    neo::Hash160 from_;
};

std::int64_t number(const json::Object& line, std::string_view name) {
    return std::stoll(text_of(line, name));
}

TEST_F(GasSend, MovesTheAmountAndBurnsTheFeesItNamed) {
    const neo::Hash160 to = fresh_account();
    const Answer sent = send(to, "1.23456789");
    ASSERT_EQ(sent.status, 0) << sent.errors << sent.output;
    const auto lines = sent.lines();
    ASSERT_EQ(lines.size(), 3U) << sent.output;
    EXPECT_EQ(text_of(lines[0], "event"), "priced");
    EXPECT_EQ(text_of(lines[1], "event"), "signed");
    EXPECT_EQ(text_of(lines[2], "event"), "ended");
    EXPECT_EQ(text_of(lines[2], "state"), "HALT");
    EXPECT_EQ(text_of(lines[1], "hash"), text_of(lines[2], "hash"));
    EXPECT_EQ(balance(to), 1'2345'6789);
    EXPECT_EQ(balance(from_), 100 * kGas - 1'2345'6789 - number(lines[0], "system_fee") -
                                  number(lines[0], "network_fee"));
    const auto tx =
        neo::Transaction::parse(base64_decode(text_of(lines[1], "transaction")).value()).value();
    EXPECT_EQ(tx.hash().display(), text_of(lines[1], "hash"));
}

TEST_F(GasSend, RunAgainAfterACrashPaysOnce) {
    const neo::Hash160 to = fresh_account();
    {
        asio::io_context loop;
        auto started = Process::start(loop.get_executor(),
                                      room_.spec(program("nsl"), command(to, "2"), {kPassword}));
        ASSERT_TRUE(started.has_value());
        for (std::string line; !line.contains("\"signed\"");)
            line = run_blocking(loop, (*started)->read_line()).value().value();
        (*started)->signal(SIGKILL);
        run_blocking(loop, (*started)->wait());
    }
    // No password is needed: what was signed is sent again.
    const Answer again = room_.nsl(command(to, "2"));
    ASSERT_EQ(again.status, 0) << again.errors << again.output;
    EXPECT_EQ(text_of(again.lines().at(0), "event"), "resumed");
    EXPECT_EQ(text_of(again.lines().at(1), "state"), "HALT");
    EXPECT_EQ(balance(to), 2 * kGas);
    // It has ended: now the same command is another payment.
    EXPECT_EQ(send(to, "2").status, 0);
    EXPECT_EQ(balance(to), 4 * kGas);
}

TEST_F(GasSend, AFaultInTheBlockIsShownWithItsReason) {
    const neo::PrivateKey owner = new_key();
    fund(neo::account_of(owner.public_key()), 50 * kGas);
    // It takes payments only where there is much gas left: in a simulation.
    const neo::Hash160 contract = deploy_moody(owner);
    const Answer sent = send(contract, "1");
    EXPECT_EQ(sent.status, 1) << sent.errors << sent.output;
    const json::Object end = sent.lines().back();
    EXPECT_EQ(text_of(end, "state"), "FAULT");
    EXPECT_NE(text_of(end, "exception").find("not in this mood"), std::string::npos);
    EXPECT_EQ(balance(contract), 0);
}

TEST_F(GasSend, WhatTheAccountDoesNotHaveIsNotSent) {
    const neo::Hash160 to = fresh_account();
    const Answer much = send(to, "101");
    EXPECT_EQ(much.status, 1);
    EXPECT_EQ(text_of(json::parse_value(much.errors)->as_object(), "error"), "insufficient_funds");
    const Answer all = send(to, "100");
    EXPECT_EQ(all.status, 1) << "nothing is left for the fees";
    EXPECT_NE(all.errors.find("with fees"), std::string::npos) << all.errors;
    EXPECT_EQ(balance(to), 0);
    EXPECT_EQ(balance(from_), 100 * kGas);
}

TEST_F(GasSend, AWrongPasswordOrNetworkSendsNothing) {
    const neo::Hash160 to = fresh_account();
    const Answer wrong = room_.nsl(command(to, "1"), {"wrong"});
    EXPECT_EQ(wrong.status, 1) << wrong.errors;
    std::vector<std::string> elsewhere = command(to, "1");
    elsewhere.insert(elsewhere.end(), {"--network", "860833102"});
    const Answer other = room_.nsl(elsewhere, {kPassword});
    EXPECT_EQ(other.status, 1) << other.errors;
    EXPECT_NE(other.errors.find(std::to_string(devnet().devnet->network())), std::string::npos);
    EXPECT_EQ(balance(from_), 100 * kGas);
}

TEST_F(GasSend, AsksBeforeItSends) {
    const neo::Hash160 to = fresh_account();
    std::vector<std::string> args{program("nsl")};
    for (const std::string& one :
         {std::string("gas"), std::string("send"), std::string("--to"), neo::to_address(to),
          std::string("--amount"), std::string("3"), std::string("--rpc"),
          devnet().devnet->rpc_url(), std::string("--wallet"), room_.path("w.json")})
        args.push_back(one);
    {
        AtTerminal terminal(args);
        ASSERT_TRUE(terminal.shows("Send it? [y/N]")) << terminal.screen();
        terminal.type("n\n");
        EXPECT_EQ(terminal.end(), 1) << terminal.screen();
        EXPECT_EQ(balance(from_), 100 * kGas);
    }
    AtTerminal terminal(args);
    ASSERT_TRUE(terminal.shows("Send it? [y/N]")) << terminal.screen();
    EXPECT_NE(terminal.screen().find("3 GAS"), std::string::npos);
    terminal.type("y\n");
    ASSERT_TRUE(terminal.shows("Password of")) << terminal.screen();
    terminal.type(std::string(kPassword) + "\n");
    ASSERT_TRUE(terminal.shows("HALT in block")) << terminal.screen();
    EXPECT_EQ(terminal.end(), 0);
    EXPECT_EQ(balance(to), 3 * kGas);
}

}  // namespace
}  // namespace nsl

int main(int argc, char** argv) {
    return nsl::testing_support::devnet_main(argc, argv);
}
