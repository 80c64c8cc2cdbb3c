// SPDX-License-Identifier: Apache-2.0
#include "cli/file_journal.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/spawn.h"
#include "tx_journal_contract.h"

namespace nsl::cli {
namespace {

using testing_support::journal_record;

class FileJournals : public ::testing::Test {
 protected:
    ScratchFolder folder_ = ScratchFolder::make("nsl-journal").value();
    std::string path_ = folder_.path() + "/journal";
    asio::io_context loop_;
};

TEST_F(FileJournals, KeepTheContractOfEveryJournal) {
    FileJournal journal = FileJournal::open(path_).value();
    run_blocking(loop_, testing_support::tx_journal_contract(journal));
}

TEST_F(FileJournals, AreReadBackByTheNextLife) {
    const chain::TxRecord record = journal_record(7, "rent");
    {
        FileJournal first = FileJournal::open(path_).value();
        ASSERT_TRUE(run_blocking(loop_, first.add(record)));
        ASSERT_TRUE(
            run_blocking(loop_, first.update(record.hash, chain::TxState::submitted, 0, {})));
    }
    FileJournal next = FileJournal::open(path_).value();
    const auto found = run_blocking(loop_, next.unresolved("rent")).value();
    ASSERT_TRUE(found.has_value());
    chain::TxRecord expected = record;
    expected.state = chain::TxState::submitted;
    testing_support::expect_same(*found, expected);
    struct stat facts{};
    ASSERT_EQ(::stat(path_.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0600U);
}

TEST_F(FileJournals, BelongToOneProgramAtATime) {
    const FileJournal first = FileJournal::open(path_).value();
    const auto second = FileJournal::open(path_);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::conflict);
}

TEST_F(FileJournals, ADamagedOneIsNotTakenForAnEmptyOne) {
    {
        FileJournal first = FileJournal::open(path_).value();
        ASSERT_TRUE(run_blocking(loop_, first.add(journal_record(1, "rent"))));
    }
    const std::string whole = read_file(path_, 1'000'000).value();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        std::ofstream(path_, std::ios::trunc) << whole.substr(0, size);
        const auto damaged = FileJournal::open(path_);
        ASSERT_FALSE(damaged.has_value()) << size;
        EXPECT_EQ(damaged.error().code, Errc::invalid_argument);
    }
}

TEST_F(FileJournals, ARecordOfOtherBytesOrAFileOfOthersIsRefused) {
    chain::TxRecord planted = journal_record(1, "rent");
    planted.hash = journal_record(2, "rent").hash;
    {
        FileJournal first = FileJournal::open(path_).value();
        ASSERT_TRUE(run_blocking(loop_, first.add(planted)));
    }
    EXPECT_EQ(FileJournal::open(path_).error().code, Errc::invalid_argument);
    std::filesystem::permissions(path_, std::filesystem::perms(0666));
    EXPECT_EQ(FileJournal::open(path_).error().code, Errc::forbidden);
}

TEST_F(FileJournals, WhatCannotBeWrittenHasNotHappened) {
    FileJournal journal = FileJournal::open(path_).value();
    std::filesystem::create_directory(path_);
    std::ofstream(path_ + "/in the way") << "x";
    EXPECT_FALSE(run_blocking(loop_, journal.add(journal_record(1, "rent"))));
    EXPECT_FALSE(run_blocking(loop_, journal.unresolved("rent")).value().has_value());
}

TEST_F(FileJournals, ForgetTheOldestThatHasEnded) {
    FileJournal journal = FileJournal::open(path_).value();
    for (std::size_t i = 0; i <= FileJournal::kRecordsMax; ++i) {
        chain::TxRecord record = journal_record(1, "p" + std::to_string(i));
        record.hash.raw[0] = static_cast<std::uint8_t>(i);
        record.hash.raw[1] = static_cast<std::uint8_t>(i >> 8);
        ASSERT_TRUE(run_blocking(loop_, journal.add(record))) << i;
        if (i == 5)
            ASSERT_TRUE(
                run_blocking(loop_, journal.update(record.hash, chain::TxState::halted, 1, {})));
    }
    EXPECT_TRUE(run_blocking(loop_, journal.unresolved("p0")).value().has_value());
    EXPECT_TRUE(run_blocking(loop_, journal.unresolved("p1000")).value().has_value());
    EXPECT_EQ(run_blocking(loop_, journal.add(journal_record(9, "more"))).error().code,
              Errc::limit_exceeded);
}

}  // namespace
}  // namespace nsl::cli
