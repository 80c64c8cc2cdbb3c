// SPDX-License-Identifier: Apache-2.0
// Wallet files through the command line, and exchanged with neo-go, where it is there.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/encoding.h"
#include "cli/devnet.h"
#include "cli/neo_go.h"
#include "wallet_room.h"

namespace nsl {
namespace {

using namespace testing_support;

class Wallets : public WalletRoom {};

TEST_F(Wallets, ANewOneHoldsAKeyUnderThePassword) {
    const Answer made = make();
    ASSERT_EQ(made.status, 0) << made.errors;
    const std::string address = text_of(made.line(), "address");
    struct stat facts{};
    ASSERT_EQ(::stat(room_.path("w.json").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
    const auto wallet = neo::Wallet::parse(room_.read("w.json")).value();
    ASSERT_EQ(wallet.accounts.size(), 1U);
    EXPECT_EQ(neo::to_address(wallet.accounts[0].account), address);
    EXPECT_TRUE(wallet.accounts[0].is_default);
    const auto key = wallet.unlock(wallet.accounts[0].account, kPassword).value();
    EXPECT_EQ(key.public_key().hex(), text_of(made.line(), "public_key"));
}

TEST_F(Wallets, AnExistingFileIsNeverOverwritten) {
    ASSERT_EQ(make().status, 0);
    const std::string before = room_.read("w.json");
    const Answer again = make();
    EXPECT_EQ(again.status, 1);
    EXPECT_NE(again.errors.find("w.json exists"), std::string::npos) << again.errors;
    EXPECT_EQ(room_.read("w.json"), before);
}

TEST_F(Wallets, TheListIsOneObjectALine) {
    ASSERT_EQ(make().status, 0);
    ASSERT_EQ(import_key().status, 0);
    ASSERT_EQ(room_
                  .nsl({"wallet", "import", "--wallet", room_.path("w.json"), "--watch",
                        "NNLi44dJNXtDNSBkofB48aTVYtb1zZrNEs", "--label", "other \x1b[2J"})
                  .status,
              0);
    const Answer list = room_.nsl({"wallet", "list", "--wallet", room_.path("w.json"), "--json"});
    ASSERT_EQ(list.status, 0) << list.errors;
    const auto lines = list.lines();
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(text_of(lines[0], "label"), "main");
    EXPECT_TRUE(lines[0].at("default").as_bool());
    EXPECT_EQ(text_of(lines[1], "address"), kAddress);
    EXPECT_EQ(text_of(lines[1], "public_key"), kPublicKey);
    EXPECT_EQ(text_of(lines[1], "kind"), "single-signature");
    EXPECT_EQ(text_of(lines[2], "kind"), "watched");
    EXPECT_FALSE(lines[2].at("has_key").as_bool());
    const Answer shown = room_.nsl({"wallet", "list", "--wallet", room_.path("w.json")});
    EXPECT_EQ(shown.output.find('\x1b'), std::string::npos) << "a label that moves the cursor";
    EXPECT_NE(shown.output.find("other \\x1b[2J"), std::string::npos) << shown.output;
}

TEST_F(Wallets, WhatIsImportedComesOutAgain) {
    ASSERT_EQ(import_key().status, 0);
    const Answer wif = room_.nsl({"wallet", "export", kAddress, "--format", "wif", "--wallet",
                                  room_.path("w.json"), "--password-fd", "3"},
                                 {kPassword});
    EXPECT_EQ(wif.status, 0) << wif.errors;
    EXPECT_EQ(wif.output, std::string(kWif) + "\n");
    const Answer nep2 = room_.nsl({"wallet", "export", kAddress, "--wallet", room_.path("w.json"),
                                   "--password-fd", "3", "--json"},
                                  {kPassword});
    ASSERT_EQ(nep2.status, 0) << nep2.errors;
    const Answer again = room_.nsl({"wallet", "import", "--wallet", room_.path("second.json"),
                                    "--secret-fd", "3", "--password-fd", "3", "--json"},
                                   {text_of(nep2.line(), "key"), kPassword, "another"});
    ASSERT_EQ(again.status, 0) << again.errors;
    EXPECT_EQ(text_of(again.line(), "address"), kAddress);
    const auto second = neo::Wallet::parse(room_.read("second.json")).value();
    EXPECT_TRUE(second.unlock(second.accounts[0].account, "another").has_value());
}

TEST_F(Wallets, AKeyInHexIsImportedToo) {
    const auto key = neo::PrivateKey::from_wif(kWif).value();
    const Answer done = room_.nsl({"wallet", "import", "--wallet", room_.path("w.json"),
                                   "--secret-fd", "3", "--password-fd", "3", "--json"},
                                  {hex_encode(key.secret().reveal()), kPassword});
    ASSERT_EQ(done.status, 0) << done.errors;
    EXPECT_EQ(text_of(done.line(), "address"), kAddress);
}

TEST_F(Wallets, AWrongPasswordGivesNothingAway) {
    ASSERT_EQ(import_key().status, 0);
    const Answer wrong = room_.nsl({"wallet", "export", "--format", "wif", "--wallet",
                                    room_.path("w.json"), "--password-fd", "3", "--json"},
                                   {"wrong"});
    EXPECT_EQ(wrong.status, 1);
    EXPECT_TRUE(wrong.output.empty()) << wrong.output;
    const auto error = json::parse_value(wrong.errors).value().as_object();
    EXPECT_EQ(text_of(error, "error"), "unauthenticated");
    EXPECT_EQ(wrong.errors.find("wrong\""), std::string::npos);
}

TEST_F(Wallets, AllKeysHaveOnePassword) {
    ASSERT_EQ(make().status, 0);
    const std::string before = room_.read("w.json");
    const Answer other = room_.nsl({"wallet", "import", "--wallet", room_.path("w.json"),
                                    "--secret-fd", "3", "--password-fd", "3"},
                                   {kWif, "not the wallet's"});
    EXPECT_EQ(other.status, 1) << other.errors;
    EXPECT_EQ(room_.read("w.json"), before);
    ASSERT_EQ(import_key().status, 0);
    const Answer changed =
        room_.nsl({"wallet", "password", "--wallet", room_.path("w.json"), "--password-fd", "3"},
                  {kPassword, "new one"});
    ASSERT_EQ(changed.status, 0) << changed.errors;
    const auto wallet = neo::Wallet::parse(room_.read("w.json")).value();
    for (const auto& account : wallet.accounts) {
        EXPECT_TRUE(wallet.unlock(account.account, "new one").has_value());
        EXPECT_FALSE(wallet.unlock(account.account, kPassword).has_value());
    }
}

TEST_F(Wallets, AMissingFileIsNamedWithTheWayOut) {
    for (const std::vector<std::string>& command : {std::vector<std::string>{"wallet", "list"},
                                                    {"wallet", "export"},
                                                    {"wallet", "address"},
                                                    {"wallet", "password"},
                                                    {"message", "sign", "hello"}}) {
        std::vector<std::string> args = command;
        args.insert(args.end(), {"--wallet", room_.path("none.json")});
        const Answer none = room_.nsl(args);
        EXPECT_EQ(none.status, 1) << command[1];
        EXPECT_NE(none.errors.find("none.json"), std::string::npos) << none.errors;
        EXPECT_NE(none.errors.find("wallet new"), std::string::npos) << none.errors;
    }
}

TEST_F(Wallets, ADamagedFileIsLeftAlone) {
    room_.write("w.json", "{\"version\":\"1.0\"");
    const Answer damaged = import_key();
    EXPECT_EQ(damaged.status, 2) << damaged.errors;
    EXPECT_NE(damaged.errors.find("w.json"), std::string::npos);
    EXPECT_EQ(room_.read("w.json"), "{\"version\":\"1.0\"");
}

TEST_F(Wallets, SecretsAreNotTakenFromArguments) {
    const std::vector<std::vector<std::string>> tries = {
        {"wallet", "import", kWif},
        {"wallet", "import", "--watch", kWif},
        {"wallet", "import", std::string("--secret=") + kWif},
        {"key", "inspect", kWif},
        {"wallet", "export", "--password", "hunter2 hunter2"},
        {"wallet", "new", "--password=hunter2 hunter2"}};
    for (std::vector<std::string> args : tries) {
        args.insert(args.end(), {"--wallet", room_.path("w.json")});
        if (args[0] == "key") args.resize(3);
        const Answer refused = room_.nsl(args);
        EXPECT_EQ(refused.status, 2) << args[2];
        EXPECT_EQ((refused.errors + refused.output).find(kWif), std::string::npos);
        EXPECT_EQ((refused.errors + refused.output).find("hunter2"), std::string::npos)
            << refused.errors;
        EXPECT_NE(refused.errors.find("-fd"), std::string::npos) << refused.errors;
    }
    EXPECT_FALSE(std::filesystem::exists(room_.path("w.json")));
}

TEST_F(Wallets, WithoutATerminalThePasswordNeedsADescriptor) {
    ASSERT_EQ(make().status, 0);
    // setsid leaves the terminal that the tests may have been started from.
    const Answer none = room_.run("/usr/bin/setsid", {"--wait", program("nsl"), "wallet", "export",
                                                      "--wallet", room_.path("w.json")});
    EXPECT_EQ(none.status, 2) << none.errors;
    EXPECT_NE(none.errors.find("--password-fd"), std::string::npos) << none.errors;
    const Answer closed =
        room_.nsl({"wallet", "export", "--wallet", room_.path("w.json"), "--password-fd", "987"});
    EXPECT_EQ(closed.status, 2) << closed.errors;
}

TEST_F(Wallets, SharedAccountsUseTheKeysThatAreThere) {
    ASSERT_EQ(import_key().status, 0);
    const Answer shared = room_.nsl({"wallet", "import", "--wallet", room_.path("w.json"),
                                     "--multisig", "1", "--public-key", kPublicKey, "--json"});
    ASSERT_EQ(shared.status, 0) << shared.errors;
    EXPECT_EQ(text_of(shared.line(), "address"), kCommittee);
    EXPECT_EQ(text_of(shared.line(), "kind"), "multi-signature");
    EXPECT_TRUE(shared.line().at("has_key").as_bool());
    const Answer wif = room_.nsl({"wallet", "export", kCommittee, "--format", "wif", "--wallet",
                                  room_.path("w.json"), "--password-fd", "3"},
                                 {kPassword});
    EXPECT_EQ(wif.output, std::string(kWif) + "\n") << wif.errors;
    const Answer too_many = room_.nsl({"wallet", "import", "--wallet", room_.path("w.json"),
                                       "--multisig", "2", "--public-key", kPublicKey});
    EXPECT_EQ(too_many.status, 2) << too_many.errors;
}

TEST_F(Wallets, AddressesOfKeysNeedNoWallet) {
    const Answer one = room_.nsl({"wallet", "address", "--public-key", kPublicKey});
    EXPECT_EQ(one.output, std::string(kAddress) + "\n") << one.errors;
    const Answer shared =
        room_.nsl({"wallet", "address", "--public-key", kPublicKey, "--multisig", "1", "--json"});
    EXPECT_EQ(text_of(shared.line(), "address"), kCommittee);
    EXPECT_EQ(room_.nsl({"wallet", "address", "--public-key", "02ff"}).status, 2);
}

TEST_F(Wallets, RemovingAsksFirst) {
    ASSERT_EQ(import_key().status, 0);
    AtTerminal asked(
        {program("nsl"), "wallet", "remove", kAddress, "--wallet", room_.path("w.json")});
    ASSERT_TRUE(asked.shows("[y/N]")) << asked.screen();
    asked.type("n\n");
    EXPECT_EQ(asked.end(), 1);
    EXPECT_EQ(neo::Wallet::parse(room_.read("w.json"))->accounts.size(), 1U);
    const Answer done =
        room_.nsl({"wallet", "remove", kAddress, "--yes", "--wallet", room_.path("w.json")});
    EXPECT_EQ(done.status, 0) << done.errors;
    EXPECT_TRUE(neo::Wallet::parse(room_.read("w.json"))->accounts.empty());
}

TEST_F(Wallets, APasswordTypedAtTheTerminalIsNotShown) {
    AtTerminal terminal({program("nsl"), "wallet", "new", "--wallet", room_.path("w.json")});
    ASSERT_TRUE(terminal.shows("New password for")) << terminal.screen();
    EXPECT_FALSE(terminal.echoes());
    terminal.type("typed secret\n");
    ASSERT_TRUE(terminal.shows("again")) << terminal.screen();
    terminal.type("typed secret\n");
    ASSERT_TRUE(terminal.shows("address")) << terminal.screen();
    EXPECT_TRUE(terminal.echoes());
    EXPECT_EQ(terminal.end(), 0);
    EXPECT_EQ(terminal.screen().find("typed secret"), std::string::npos) << terminal.screen();
    const auto wallet = neo::Wallet::parse(room_.read("w.json")).value();
    EXPECT_TRUE(wallet.unlock(wallet.accounts[0].account, "typed secret").has_value());
}

TEST_F(Wallets, TwoPasswordsThatDifferMakeNothing) {
    AtTerminal terminal({program("nsl"), "wallet", "new", "--wallet", room_.path("w.json")});
    ASSERT_TRUE(terminal.shows("New password for"));
    terminal.type("one\n");
    ASSERT_TRUE(terminal.shows("again"));
    terminal.type("two\n");
    EXPECT_EQ(terminal.end(), 2);
    EXPECT_FALSE(std::filesystem::exists(room_.path("w.json")));
}

TEST_F(Wallets, AnInterruptedQuestionLeavesTheTerminalAsItWas) {
    AtTerminal terminal({program("nsl"), "wallet", "new", "--wallet", room_.path("w.json")});
    ASSERT_TRUE(terminal.shows("New password for"));
    EXPECT_FALSE(terminal.echoes());
    terminal.type("half\x03");  // Ctrl-C
    EXPECT_EQ(terminal.end(), 128 + SIGINT);
    EXPECT_TRUE(terminal.echoes());
    EXPECT_FALSE(std::filesystem::exists(room_.path("w.json")));
}

class NeoGo : public Wallets {
 protected:
    void SetUp() override {
        const auto found = cli::find_neo_go();
        if (!found) GTEST_SKIP() << found.error().message;
        neo_go_ = *found;
    }
    std::string neo_go_;
};

TEST_F(NeoGo, OpensAWalletWrittenHere) {
    ASSERT_EQ(import_key().status, 0);
    ASSERT_EQ(room_
                  .nsl({"wallet", "import", "--wallet", room_.path("w.json"), "--multisig", "1",
                        "--public-key", kPublicKey})
                  .status,
              0);
    const Answer keys =
        room_.run(neo_go_, {"wallet", "dump-keys", "--wallet", room_.path("w.json")});
    EXPECT_EQ(keys.status, 0) << keys.errors;
    EXPECT_NE(keys.output.find(kPublicKey), std::string::npos) << keys.output;
    EXPECT_NE(keys.output.find(kAddress), std::string::npos) << keys.output;
    EXPECT_NE(keys.output.find(kCommittee), std::string::npos) << keys.output;
    room_.write("config.yml",
                "Path: " + room_.path("w.json") + "\nPassword: \"" + kPassword + "\"\n");
    const Answer decrypted =
        room_.run(neo_go_, {"wallet", "export", "--wallet-config", room_.path("config.yml"),
                            "--format", "wif", kAddress});
    EXPECT_EQ(decrypted.status, 0) << decrypted.errors;
    EXPECT_NE(decrypted.output.find(kWif), std::string::npos) << decrypted.output;
}

TEST_F(NeoGo, WritesWalletsThatOpenHere) {
    room_.write("config.yml",
                "Path: " + room_.path("go.json") + "\nPassword: \"" + kPassword + "\"\n");
    ASSERT_EQ(room_.run(neo_go_, {"wallet", "init", "--wallet", room_.path("go.json")}).status, 0);
    // Without a name it would ask for one at a terminal.
    const Answer made =
        room_.run(neo_go_, {"wallet", "import", "--wallet-config", room_.path("config.yml"),
                            "--wif", kWif, "--name", "main"});
    ASSERT_EQ(made.status, 0) << made.errors << made.output;
    const Answer list = room_.nsl({"wallet", "list", "--wallet", room_.path("go.json"), "--json"});
    ASSERT_EQ(list.status, 0) << list.errors;
    EXPECT_EQ(text_of(list.line(), "address"), kAddress);
    EXPECT_EQ(text_of(list.line(), "public_key"), kPublicKey);
    const Answer wif = room_.nsl({"wallet", "export", "--format", "wif", kAddress, "--wallet",
                                  room_.path("go.json"), "--password-fd", "3"},
                                 {kPassword});
    EXPECT_EQ(wif.output, std::string(kWif) + "\n") << wif.errors;
}

}  // namespace
}  // namespace nsl
