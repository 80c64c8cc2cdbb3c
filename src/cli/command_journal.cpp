// SPDX-License-Identifier: Apache-2.0
#include "cli/command_journal.h"

#include <algorithm>

namespace nsl::cli {
namespace {

bool is_unresolved(const chain::TxRecord& record) {
    return !chain::tx_ended(record.state);
}

}  // namespace

void CommandJournal::forget_oldest_ended() {
    const auto oldest = std::ranges::find_if_not(records_, is_unresolved);
    if (oldest != records_.end()) records_.erase(oldest);
}

Task<Status> CommandJournal::add(chain::TxRecord record) {
    for (const chain::TxRecord& other : records_) {
        if (other.hash == record.hash)
            co_return fail(Errc::conflict, "this transaction is known already");
        if (other.purpose == record.purpose && is_unresolved(other))
            co_return fail(Errc::conflict, "a transaction for " + record.purpose +
                                               " is under way: wait for its end");
    }
    records_.push_back(std::move(record));
    co_return Status{};
}

Task<Status> CommandJournal::update(neo::Hash256 hash, chain::TxState state, std::uint32_t block,
                                    std::string exception) {
    auto found = std::ranges::find(records_, hash, &chain::TxRecord::hash);
    if (found == records_.end())
        co_return fail(Errc::not_found, "no such transaction in the journal");
    if (chain::tx_ended(found->state))
        co_return fail(Errc::conflict, "the attempt has ended: its fate never changes");
    found->state = state;
    found->block = block;
    found->exception = std::move(exception);
    co_return Status{};
}

Task<Result<std::optional<chain::TxRecord>>> CommandJournal::unresolved(std::string purpose) {
    for (const chain::TxRecord& record : records_)
        if (record.purpose == purpose && is_unresolved(record)) co_return record;
    co_return std::nullopt;
}

Task<Result<std::optional<chain::TxRecord>>> CommandJournal::find(neo::Hash256 hash) {
    auto found = std::ranges::find(records_, hash, &chain::TxRecord::hash);
    if (found == records_.end()) co_return std::nullopt;
    co_return *found;
}

}  // namespace nsl::cli
