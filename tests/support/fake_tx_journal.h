// SPDX-License-Identifier: Apache-2.0
// The sender's journal in memory. It passes tx_journal_contract.h, as the SQL one does.
#pragma once
#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "chain/ports.h"

namespace nsl::testing_support {

class FakeTxJournal final : public chain::TxJournal {
 public:
    bool broken = false;       // every call fails
    bool dies_in_add = false;  // the attempt is kept, but its maker does not hear of it
    // Goes on between a transaction's signing and its being kept.
    std::function<Task<void>(chain::TxRecord)> before_add{};

    Task<Status> add(chain::TxRecord record) override {
        if (broken) co_return fail(Errc::unavailable, "the journal is broken");
        if (before_add) co_await before_add(record);
        for (const chain::TxRecord& known : records_)
            if (known.hash == record.hash ||
                (known.purpose == record.purpose && !chain::tx_ended(known.state)))
                co_return fail(Errc::conflict, record.purpose + " has an unresolved attempt");
        records_.push_back(std::move(record));
        if (dies_in_add) co_return fail(Errc::unavailable, "the process ends here");
        co_return Status{};
    }

    Task<Status> update(neo::Hash256 hash, chain::TxState state, std::uint32_t block,
                        std::string exception) override {
        if (broken) co_return fail(Errc::unavailable, "the journal is broken");
        const auto found = std::ranges::find(records_, hash, &chain::TxRecord::hash);
        if (found == records_.end()) co_return fail(Errc::not_found, "no such attempt");
        if (chain::tx_ended(found->state)) co_return fail(Errc::conflict, "the attempt has ended");
        found->state = state;
        found->block = block;
        found->exception = std::move(exception);
        co_return Status{};
    }

    Task<Result<std::optional<chain::TxRecord>>> unresolved(std::string purpose) override {
        if (broken) co_return fail(Errc::unavailable, "the journal is broken");
        for (const chain::TxRecord& known : records_)
            if (known.purpose == purpose && !chain::tx_ended(known.state)) co_return known;
        co_return std::nullopt;
    }

    Task<Result<std::optional<chain::TxRecord>>> find(neo::Hash256 hash) override {
        if (broken) co_return fail(Errc::unavailable, "the journal is broken");
        const auto found = std::ranges::find(records_, hash, &chain::TxRecord::hash);
        if (found == records_.end()) co_return std::nullopt;
        co_return *found;
    }

 private:
    std::vector<chain::TxRecord> records_;
};

}  // namespace nsl::testing_support
