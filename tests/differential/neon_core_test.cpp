// SPDX-License-Identifier: Apache-2.0
// The same questions to neon-core and to us, thousands of them, chosen at random from a seed:
// $NSL_SEED, or the time. A failure is repeated with the seed that is printed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>

#include "base/process.h"
#include "base/random.h"
#include "base/spawn.h"
#include "checks.h"
#include "neo/script.h"
#include "neo/transaction.h"
#include "neo/vector_file.h"
#include "neo/wallet.h"

namespace nsl::neo::differential {
namespace {

constexpr int kCasesMin = 10'000;
constexpr int kFailuresMax = 20;

std::string oracle_file(std::string_view name) {
    const char* source = std::getenv("NSL_SOURCE_DIR");
    return std::string(source ? source : ".") + "/tests/oracle/" + std::string(name);
}

// One for the whole program, so that one number repeats all of it.
std::uint64_t seed() {
    static const std::uint64_t kSeed = [] {
        const char* set = std::getenv("NSL_SEED");
        const auto now = std::chrono::system_clock::now().time_since_epoch().count();
        const std::uint64_t chosen =
            set ? std::strtoull(set, nullptr, 10) : static_cast<std::uint64_t>(now) % 1'000'000'000;
        std::cout << "seed " << chosen << " (NSL_SEED=" << chosen << " repeats it)" << std::endl;
        return chosen;
    }();
    return kSeed;
}

// Lines of a script's output as they come; its exit status.
int run_node(std::vector<std::string> args, const std::function<void(const std::string&)>& line) {
    asio::io_context loop;
    auto work = [&]() -> Task<int> {
        auto node = Process::start(loop.get_executor(), {.path = "node", .args = std::move(args)});
        if (!node) {
            ADD_FAILURE() << node.error().message;
            co_return -1;
        }
        for (;;) {
            auto read = co_await (*node)->read_line();
            EXPECT_TRUE(read) << read.error().message;
            if (!read || !*read) break;
            line(**read);
        }
        co_return co_await (*node)->wait();
    };
    return run_blocking(loop, work());
}

TEST(NeonCore, SaysTheSameInTenThousandRandomCases) {
    std::map<std::string, int> counts;
    const int status = run_node({oracle_file("neon_cases.mjs"), "--seed", std::to_string(seed()),
                                 "--count", std::to_string(kCasesMin)},
                                [&counts](const std::string& line) {
                                    const auto* result =
                                        testing::UnitTest::GetInstance()->current_test_info();
                                    if (result->result()->total_part_count() < kFailuresMax)
                                        check_line(line, counts);
                                });
    EXPECT_EQ(status, 0);
    int all = 0;
    for (const auto& [kind, count] : counts) {
        std::cout << count << " " << kind << "\n";
        EXPECT_GT(count, 0);
        all += count;
    }
    EXPECT_GE(all, kCasesMin);
    EXPECT_EQ(counts.size(), kKinds);
}

// Asks neon-core; one answer for each question.
std::vector<json::Value> ask(const std::vector<json::Value>& questions) {
    const auto path = std::filesystem::temp_directory_path() /
                      ("nsl_neon_questions." + std::to_string(::getpid()));
    std::ofstream file(path, std::ios::binary);
    for (const json::Value& question : questions) file << json::write_value(question) << "\n";
    file.close();
    std::vector<json::Value> answers;
    EXPECT_EQ(
        run_node({oracle_file("neon_answers.mjs"), path.string()},
                 [&answers](const std::string& line) { answers.push_back(parse_vectors(line)); }),
        0);
    std::filesystem::remove(path);
    EXPECT_EQ(answers.size(), questions.size());
    if (answers.size() != questions.size()) throw std::runtime_error("neon-core gave up");
    return answers;
}

TEST(NeonCore, AcceptsOurSignaturesAndNoDamagedOnes) {
    SeededRandom random(seed());
    std::vector<json::Value> questions;
    std::vector<bool> ours;
    for (int i = 0; i < 200; ++i) {
        const PrivateKey key = PrivateKey::generate(random);
        Bytes message(random.below(100));
        random.fill(message);
        Signature signature = key.sign(message);
        if (i % 4 == 3)
            signature[random.below(64)] ^= static_cast<std::uint8_t>(1 + random.below(255));
        questions.push_back(json::Object{{"ask", "signature"},
                                         {"public_key", key.public_key().hex()},
                                         {"message", hex_encode(message)},
                                         {"signature", hex_encode(signature)}});
        ours.push_back(verify(key.public_key(), message, signature));
    }
    const std::vector<json::Value> answers = ask(questions);
    for (std::size_t i = 0; i < ours.size(); ++i) {
        EXPECT_EQ(answers[i].at("valid").as_bool(), ours[i]) << questions[i];
        if (i % 4 != 3) EXPECT_TRUE(ours[i]);
    }
}

TEST(NeonCore, ReadsOurTransactions) {
    SeededRandom random(seed());
    std::vector<json::Value> questions;
    std::vector<Transaction> sent;
    for (int i = 0; i < 50; ++i) {
        const PrivateKey payer = PrivateKey::generate(random), user = PrivateKey::generate(random);
        Transaction tx{.nonce = static_cast<std::uint32_t>(random.u64()),
                       .system_fee = static_cast<Datoshi>(random.below(1'000'000'000)),
                       .network_fee = static_cast<Datoshi>(random.below(1'000'000'000)),
                       .valid_until_block = static_cast<std::uint32_t>(random.below(10'000'000))};
        tx.signers = {{.account = account_of(payer.public_key()), .scopes = 0},
                      {.account = account_of(user.public_key())}};
        // No attributes: neon-core forgets those of a transaction that it reads.
        tx.script =
            ScriptBuilder()
                .call(native::gas_token(), "transfer",
                      {Argument::hash(tx.signers[1].account), Argument::hash(tx.signers[0].account),
                       Argument::integer(static_cast<std::int64_t>(random.below(1 << 30))),
                       Argument::null()})
                .assert_true()
                .take();
        const Bytes data = tx.sign_data(860833102);
        for (const PrivateKey* key : {&payer, &user})
            tx.witnesses.push_back({.invocation = invocation_script(std::vector{key->sign(data)}),
                                    .verification = single_signature_script(key->public_key())});
        questions.push_back(
            json::Object{{"ask", "transaction"}, {"bytes", hex_encode(tx.serialize())}});
        sent.push_back(std::move(tx));
    }
    const std::vector<json::Value> answers = ask(questions);
    for (std::size_t i = 0; i < sent.size(); ++i) {
        EXPECT_EQ(text_in(answers[i], "hash"), sent[i].hash().display());
        EXPECT_EQ(text_in(answers[i], "bytes"), hex_encode(sent[i].serialize()));
    }
}

TEST(NeonCore, OpensOurWallets) {
    SeededRandom random(seed());
    const std::string password = "Stra\u00dfe e\u0301 \u5bc6\u7801";
    Wallet wallet{.name = "ours", .scrypt = {.n = 4, .r = 1, .p = 1}};
    std::vector<PrivateKey> keys;
    for (int i = 0; i < 4; ++i) {
        keys.push_back(PrivateKey::generate(random));
        const Status added = wallet.add(keys.back(), password, "account " + std::to_string(i));
        ASSERT_TRUE(added) << added.error().message;
    }
    const Hash160 watched = account_of(PrivateKey::generate(random).public_key());
    ASSERT_TRUE(wallet.watch(watched, "watched"));
    const json::Value answer =
        ask({json::Object{
                {"ask", "open_wallet"}, {"file", wallet.to_json()}, {"password", password}}})
            .at(0);
    EXPECT_EQ(text_in(answer, "name"), "ours");
    EXPECT_EQ(text_in(answer, "default"), to_address(account_of(keys[0].public_key())));
    const json::Array& opened = list_in(answer, "accounts");
    ASSERT_EQ(opened.size(), keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        EXPECT_EQ(text_in(opened[i], "address"), to_address(account_of(keys[i].public_key())));
        EXPECT_EQ(text_in(opened[i], "private_key"), hex_encode(keys[i].secret().reveal()));
    }
}

bool have_neon_core() {
    return std::filesystem::exists(
               oracle_file("node_modules/@cityofzion/neon-core/package.json")) &&
           std::system("node --version >/dev/null 2>&1") == 0;
}

}  // namespace
}  // namespace nsl::neo::differential

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (!nsl::neo::differential::have_neon_core()) {
        const bool required = std::getenv("NSL_REQUIRE_ORACLE") != nullptr;
        std::cerr << (required ? "FAILED" : "SKIPPED")
                  << ": no Node or no neon-core (scripts/setup installs both)\n";
        return required ? 1 : 77;
    }
    return RUN_ALL_TESTS();
}
