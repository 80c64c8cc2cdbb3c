// SPDX-License-Identifier: Apache-2.0
#include "chain/outcome_reader.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "chain/error_kinds.h"

namespace nsl::chain {
namespace {

TransactionOutcome outcome_of(const neo::Hash256& hash, Execution log) {
    TransactionOutcome out{.hash = hash,
                           .halted = log.vm_state == "HALT",
                           .exception = std::move(log.exception),
                           .gas_consumed = log.gas_consumed};
    // neo-go lists what a faulted transaction notified, too: all of it was undone.
    if (!out.halted) return out;
    out.events.reserve(log.notifications.size());
    for (Notification& raw : log.notifications)
        out.events.push_back(
            {.position = static_cast<std::uint32_t>(out.events.size()), .raw = std::move(raw)});
    return out;
}

std::size_t events_of(const ReadBlock& block) {
    std::size_t out = 0;
    for (const TransactionOutcome& outcome : block.outcomes) out += outcome.events.size();
    return out;
}

}  // namespace

Task<OutcomeReader::Logs> OutcomeReader::ask(RpcClient& node, std::vector<neo::Hash256> hashes) {
    const bool alone = hashes.size() == 1;
    while (hashes.size() > 1) {
        Result<Logs> logs = co_await node.application_logs(hashes);
        if (logs) {
            size_.went_well(hashes.size());
            // One that was refused or makes no sense gets a second hearing.
            for (std::size_t i = 0; i < logs->size(); ++i)
                if (Result<Execution>& log = (*logs)[i]; !log && is_nonsense(log.error().code))
                    log = co_await node.application_log(hashes[i]);
            co_return *std::move(logs);
        }
        if (!is_nonsense(logs.error().code)) break;
        size_.was_too_much(hashes.size());
        hashes.resize(hashes.size() / 2);
    }
    Logs out;
    out.push_back(co_await node.application_log(hashes.front()));
    if (!out.front() && is_away(out.front().error().code)) co_return out;
    if (alone)
        size_.went_well(1);
    else
        size_.only_one();
    co_return out;
}

Status OutcomeReader::complete(RpcClient& node, ReadBlock& block, Logs logs) {
    const std::string place = "block " + std::to_string(block.summary.index) + ": ";
    const Error* odd = nullptr;
    for (const Result<Execution>& log : logs) {
        if (log) continue;
        if (!is_nonsense(log.error().code))
            return fail(log.error().code, place + log.error().message);
        odd = &log.error();
    }
    if (odd) {
        odd_tries_ = odd_block_ == block.summary.hash ? odd_tries_ + 1 : 1;
        odd_block_ = block.summary.hash;
        if (odd_tries_ < kTries) {
            nodes_.distrust(node, *odd);
            return fail(Errc::unavailable, place + "a log cannot be read: " + odd->message);
        }
    }
    block.outcomes.clear();
    std::vector<const neo::Hash256*> unreadable;
    for (std::size_t i = 0; i < logs.size(); ++i) {
        const neo::Hash256& hash = block.summary.transactions[i];
        if (logs[i]) {
            block.outcomes.push_back(outcome_of(hash, *std::move(logs[i])));
            continue;
        }
        block.outcomes.push_back({.hash = hash, .unreadable = logs[i].error().message});
        unreadable.push_back(&hash);
    }
    // Anyone can make such transactions: one line for all of a block.
    if (odd)
        log_.warn("application logs that nobody can read",
                  {{"block", block.summary.index},
                   {"transactions", unreadable.size()},
                   {"first", unreadable.front()->display()},
                   {"cause", odd->message}});
    return {};
}

Task<void> OutcomeReader::read(RpcClient& node, std::vector<ToldBlock>& blocks) {
    std::vector<neo::Hash256> hashes;
    for (const ToldBlock& told : blocks)
        hashes.insert(hashes.end(), told.block->summary.transactions.begin(),
                      told.block->summary.transactions.end());
    std::size_t asked = 0, events = 0;
    Logs waiting;  // answered, of the block that is not complete
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        ToldBlock& told = blocks[i];
        const std::size_t wanted = told.block->summary.transactions.size();
        while (waiting.size() < wanted) {
            const std::size_t count = size_.of(hashes.size() - asked);
            const auto from = hashes.begin() + static_cast<std::ptrdiff_t>(asked);
            Logs more =
                co_await ask(node, std::vector(from, from + static_cast<std::ptrdiff_t>(count)));
            asked += more.size();
            std::ranges::move(more, std::back_inserter(waiting));
        }
        const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(wanted);
        Logs own(std::move_iterator(waiting.begin()), std::move_iterator(end));
        waiting.erase(waiting.begin(), end);
        told.outcomes = complete(node, *told.block, std::move(own));
        events += events_of(*told.block);
        if (told.outcomes && events < kEventsMax) continue;
        blocks.resize(i + 1);
        co_return;
    }
}

}  // namespace nsl::chain
