// SPDX-License-Identifier: Apache-2.0
// The sender's journal for a command that lives as long as its transaction: a crash loses it, and
// with it only a development chain's set-up. Services use SQL.
#pragma once
#include <vector>

#include "chain/ports.h"

namespace nsl::cli {

class CommandJournal final : public chain::TxJournal {
 public:
    CommandJournal() = default;
    explicit CommandJournal(std::vector<chain::TxRecord> records) : records_(std::move(records)) {}

    const std::vector<chain::TxRecord>& records() const { return records_; }
    void forget_oldest_ended();

    Task<Status> add(chain::TxRecord record) override;
    Task<Status> update(neo::Hash256 hash, chain::TxState state, std::uint32_t block,
                        std::string exception) override;
    Task<Result<std::optional<chain::TxRecord>>> unresolved(std::string purpose) override;
    Task<Result<std::optional<chain::TxRecord>>> find(neo::Hash256 hash) override;

 private:
    std::vector<chain::TxRecord> records_;
};

}  // namespace nsl::cli
