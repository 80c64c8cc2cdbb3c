// SPDX-License-Identifier: Apache-2.0
#include "cli/command_journal.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "base/spawn.h"
#include "tx_journal_contract.h"

namespace nsl::cli {
namespace {

TEST(CommandJournal, KeepsTheContractOfEveryJournal) {
    asio::io_context loop;
    CommandJournal journal;
    run_blocking(loop, testing_support::tx_journal_contract(journal));
}

}  // namespace
}  // namespace nsl::cli
