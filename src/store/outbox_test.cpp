// SPDX-License-Identifier: Apache-2.0
#include "store/outbox.h"

#include <algorithm>
#include <map>
#include <thread>

#include "engines.h"

namespace nsl::store {
namespace {

// Keeps what was published.
class RecordingFabric final : public Fabric {
 public:
    std::vector<FabricMessage> published;
    std::string refused;  // a subject

    Status publish(std::string subject, Bytes payload) override {
        if (subject == refused) return fail(Errc::invalid_argument, "not this one");
        published.push_back({std::move(subject), std::move(payload), ""});
        return {};
    }
    Result<std::unique_ptr<FabricSubscription>> subscribe(std::string, std::string,
                                                          std::size_t) override {
        return fail(Errc::unavailable, "nobody listens here");
    }
    Task<Result<Bytes>> request(std::string, Bytes, milliseconds) override {
        co_return fail(Errc::unavailable, "nobody answers here");
    }
    bool connected() const override { return true; }
    std::uint64_t dropped() const override { return 0; }
};

// The process that ends before it has written.
class CutDb final : public Db {
 public:
    explicit CutDb(Db& db) : db_(db) {}
    Engine engine() const override { return db_.engine(); }
    Task<Status> transact(Work, Isolation) override {
        co_return fail(Errc::unavailable, "the process ends here");
    }
    Task<Status> read(Work work) override { return db_.read(std::move(work)); }

 private:
    Db& db_;
};

class Outbox : public ::testing::TestWithParam<OpenDb (*)()> {
 protected:
    void SetUp() override {
        open_ = GetParam()();
        if (!open_) GTEST_SKIP() << "there is no such engine on this machine";
        std::vector<Migration> migrations;
        add_migrations(migrations, "outbox", outbox_schema());
        db = open_(migrations);
    }
    Status transact(Work work) {
        asio::io_context& own = lasting_loop();
        return run_blocking(own, db->transact(std::move(work)));
    }
    Result<std::size_t> relay(std::size_t max) {
        return run_blocking(loop, relay_outbox(*db, fabric, max));
    }
    static Status add(Tx& tx, std::string subject, int number = 0) {
        return add_to_outbox(tx, {std::move(subject), {static_cast<std::uint8_t>(number)}});
    }
    std::vector<std::string> told() const {
        std::vector<std::string> out;
        for (const FabricMessage& message : fabric.published) out.push_back(message.subject);
        return out;
    }

 private:
    OpenDb open_;

 protected:
    asio::io_context& loop = lasting_loop();
    std::unique_ptr<Db> db;
    RecordingFabric fabric;
};

INSTANTIATE_TEST_SUITE_P(Sqlite, Outbox, ::testing::Values(&fresh_sqlite));
INSTANTIATE_TEST_SUITE_P(Postgres, Outbox, ::testing::Values(&fresh_postgres));

TEST_P(Outbox, TellsWhatATransactionSaidInItsOrderAndOnce) {
    std::vector<std::string> said;
    for (int i = 0; i < 200; ++i) said.push_back("block." + std::to_string(i));
    EXPECT_TRUE(transact([&](Tx& tx) -> Status {
        for (const std::string& subject : said) TRY_OK(add(tx, subject));
        TRY_OK(add_to_outbox(tx, {"last", {0, 255, 1}}));
        return add_to_outbox(tx, {"empty", {}});
    }));
    EXPECT_EQ(relay(1'000), 202U);
    said.push_back("last");
    said.push_back("empty");
    EXPECT_EQ(told(), said);
    EXPECT_EQ(fabric.published.at(200).payload, (Bytes{0, 255, 1}));
    EXPECT_TRUE(fabric.published.at(201).payload.empty());
    EXPECT_EQ(relay(1'000), 0U);
    EXPECT_EQ(told().size(), 202U);
}

TEST_P(Outbox, TellsNothingOfATransactionThatFailed) {
    EXPECT_FALSE(transact([&](Tx& tx) -> Status {
        TRY_OK(add(tx, "a"));
        return fail(Errc::insufficient_funds, "no");
    }));
    EXPECT_EQ(relay(10), 0U);
    EXPECT_TRUE(told().empty());
}

TEST_P(Outbox, TellsNoMoreThanItIsAskedTo) {
    EXPECT_TRUE(transact([&](Tx& tx) -> Status {
        for (const char* subject : {"a", "b", "c", "d", "e"}) TRY_OK(add(tx, subject));
        return {};
    }));
    EXPECT_EQ(relay(2), 2U);
    EXPECT_EQ(told(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(relay(2), 2U);
    EXPECT_EQ(relay(2), 1U);
    EXPECT_EQ(told(), (std::vector<std::string>{"a", "b", "c", "d", "e"}));
}

TEST_P(Outbox, TellsAgainWhatACrashLeft) {
    EXPECT_TRUE(transact([&](Tx& tx) { return add(tx, "a"); }));
    CutDb cut(*db);
    const auto crashed = run_blocking(loop, relay_outbox(cut, fabric, 10));
    EXPECT_EQ(crashed.error().code, Errc::unavailable);
    EXPECT_EQ(told(), std::vector<std::string>{"a"});
    EXPECT_EQ(relay(10), 1U);
    EXPECT_EQ(told(), (std::vector<std::string>{"a", "a"}));
    EXPECT_EQ(relay(10), 0U);
}

TEST_P(Outbox, AMessageThatTheFabricRefusesDoesNotStopTheOthers) {
    EXPECT_TRUE(transact([&](Tx& tx) -> Status {
        TRY_OK(add(tx, "a"));
        TRY_OK(add(tx, "b"));
        return add(tx, "c");
    }));
    fabric.refused = "b";
    EXPECT_EQ(relay(10), 3U);
    EXPECT_EQ(told(), (std::vector<std::string>{"a", "c"}));
    EXPECT_EQ(relay(10), 0U);
}

TEST_P(Outbox, ManyTransactionsAtOnceLoseNothing) {
    constexpr int kThreads = 4, kTransactions = 25, kMessages = 4;
    auto tell = [&](int thread) {
        for (int i = 0; i < kTransactions; ++i)
            EXPECT_TRUE(transact([&](Tx& tx) -> Status {
                for (int m = 0; m < kMessages; ++m)
                    TRY_OK(add(tx, "t" + std::to_string(thread) + "." + std::to_string(i), m));
                return {};
            }));
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(tell, i);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(relay(1'000), std::size_t{kThreads * kTransactions * kMessages});
    std::map<std::string, Bytes> by_transaction;
    for (const FabricMessage& message : fabric.published)
        by_transaction[message.subject].push_back(message.payload.at(0));
    EXPECT_EQ(by_transaction.size(), std::size_t{kThreads * kTransactions});
    for (const auto& [subject, order] : by_transaction)
        EXPECT_EQ(order, (Bytes{0, 1, 2, 3})) << subject;
}

TEST_P(Outbox, HoldsNoMoreThanItMayUntilSomeWereTold) {
    const auto add_one = [&](std::int64_t max) {
        return transact([max](Tx& tx) { return add_to_outbox(tx, {"a", {}}, max); });
    };
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(add_one(3));
    const Status refused = add_one(3);
    EXPECT_EQ(refused.error().code, Errc::limit_exceeded);
    EXPECT_NE(refused.error().message.find("3, as many as may be"), std::string::npos);
    EXPECT_EQ(relay(1), 1U);
    EXPECT_TRUE(add_one(3));
    EXPECT_FALSE(add_one(3));
    EXPECT_TRUE(add_one(4));
    EXPECT_EQ(relay(10), 4U);
}

TEST_P(Outbox, SaysWhatWouldBeRight) {
    auto code = [&](OutboxMessage message) {
        return transact([&](Tx& tx) { return add_to_outbox(tx, message); }).error().code;
    };
    EXPECT_EQ(code({"", {}}), Errc::invalid_argument);
    EXPECT_EQ(code({"with space", {}}), Errc::invalid_argument);
    EXPECT_EQ(code({"all.>", {}}), Errc::invalid_argument);
    EXPECT_EQ(code({"a", Bytes(kFabricPayloadMax + 1)}), Errc::invalid_argument);
    EXPECT_TRUE(
        transact([&](Tx& tx) { return add_to_outbox(tx, {"a", Bytes(kFabricPayloadMax)}); }));
    EXPECT_EQ(transact([](Tx& tx) { return add_to_outbox(tx, {"a", {}}, 0); }).error().code,
              Errc::invalid_argument);
    EXPECT_EQ(relay(0).error().code, Errc::invalid_argument);
    EXPECT_EQ(relay(1'001).error().code, Errc::invalid_argument);
    EXPECT_EQ(relay(1'000), 1U);
}

}  // namespace
}  // namespace nsl::store
