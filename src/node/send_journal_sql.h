// SPDX-License-Identifier: Apache-2.0
// The sender's journal of one account on SQL.
#pragma once
#include <string>
#include <vector>

#include "base/clock.h"
#include "chain/send_journal.h"
#include "store/db.h"

namespace nsl::node {

// The tables of the journal before this one, as they were first released.
std::vector<std::string> former_journal_schema();
// The tables below, which take over what those hold.
std::vector<std::string> send_journal_schema();

// What ends or begins an attempt locks the account's row first, so such changes of one account
// follow one another on either engine, and each statement sees what is committed.
class SqlSendJournal final : public chain::SendJournal {
 public:
    SqlSendJournal(store::Db& db, const neo::Hash160& account)
        : db_(db), account_(account.display()) {}

    Task<Result<chain::IntentRecord>> add(chain::Intent intent) override;
    Task<Result<chain::Attempt>> keep(chain::Attempt attempt, std::vector<neo::Hash256> rules_out,
                                      neo::Datoshi balance) override;
    Task<Status> submitted(neo::Hash256 attempt) override;
    Task<Result<chain::IntentRecord>> give_up(std::string intent, std::string reason) override;
    Task<Result<chain::BlockEffect>> apply(chain::BlockHeader block,
                                           std::vector<chain::PaidTransaction> paid) override;
    Task<Result<std::optional<chain::BlockHeader>>> checkpoint() override;
    Task<Result<std::uint64_t>> foreign_spends() override;
    Task<Result<std::vector<chain::OpenIntent>>> open(chain::OpenQuery query) override;
    Task<Result<chain::OpenIntent>> find(std::string intent) override;

 private:
    store::Db& db_;
    std::string account_;  // display form
};

}  // namespace nsl::node
