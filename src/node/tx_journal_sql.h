// SPDX-License-Identifier: Apache-2.0
// The sender's journal on SQL.
#pragma once
#include <string>
#include <vector>

#include "chain/ports.h"
#include "store/db.h"

namespace nsl::node {

std::vector<std::string> tx_journal_schema();

class SqlTxJournal final : public chain::TxJournal {
 public:
    explicit SqlTxJournal(store::Db& db) : db_(db) {}

    Task<Status> add(chain::TxRecord record) override;
    Task<Status> update(neo::Hash256 hash, chain::TxState state, std::uint32_t block,
                        std::string exception) override;
    Task<Result<std::optional<chain::TxRecord>>> unresolved(std::string purpose) override;
    Task<Result<std::optional<chain::TxRecord>>> find(neo::Hash256 hash) override;

 private:
    store::Db& db_;
};

}  // namespace nsl::node
