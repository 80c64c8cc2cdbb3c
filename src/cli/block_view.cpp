// SPDX-License-Identifier: Apache-2.0
#include "cli/block_view.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "cli/script_view.h"
#include "cli/terminal.h"

namespace nsl::cli {
namespace {

BlockLine line_of(const chain::Block& block) {
    const std::size_t count = block.transactions.size();
    return {
        .text = fmt::format("block {} {} {}, {} transaction{}", block.index, block.hash.display(),
                            utc_text(block.time_ms), count, count == 1 ? "" : "s"),
        .object = {{"event", "block"},
                   {"block", block.index},
                   {"hash", block.hash.display()},
                   {"time_ms", block.time_ms},
                   {"transactions", count}}};
}

BlockLine line_of(const chain::TransactionOutcome& outcome, std::uint32_t block) {
    const std::string state = !outcome.unreadable.empty() ? "unreadable"
                              : outcome.halted            ? "HALT"
                                                          : "FAULT";
    const std::string& why = outcome.unreadable.empty() ? outcome.exception : outcome.unreadable;
    BlockLine out{.text = fmt::format("  {} {}{}", outcome.hash.display(), state,
                                      why.empty() ? "" : ": " + printable(why)),
                  .object = {{"event", "transaction"},
                             {"block", block},
                             {"transaction", outcome.hash.display()},
                             {"state", state}}};
    if (!why.empty()) out.object["exception"] = why;
    return out;
}

BlockLine line_of(const chain::Event& event, const neo::Hash256& transaction, std::uint32_t block,
                  bool alone) {
    BlockLine out{.object = {{"event", "notification"},
                             {"block", block},
                             {"transaction", transaction.display()}}};
    for (const auto& [name, value] : event_object(event)) out.object[name] = value;
    out.text = alone ? fmt::format("block {} {} ", block, transaction.display()) : "    ";
    out.text += event_text(event);
    return out;
}

}  // namespace

std::string utc_text(std::int64_t unix_ms) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC",
                       std::chrono::sys_seconds(std::chrono::seconds(unix_ms / 1'000)));
}

std::string event_text(const chain::Event& event) {
    const std::string native = native_name(event.raw.contract);
    const std::string shown = event.fields ? json::write_value(*event.fields)
                                           : json::write_value(event.raw.state.to_json());
    return (native.empty() ? event.raw.contract.display() : native) + "." +
           printable(event.raw.name) + " " + printable_json(shown);
}

json::Object event_object(const chain::Event& event) {
    json::Object out{{"contract", event.raw.contract.display()},
                     {"name", event.raw.name},
                     {"position", event.position}};
    if (const std::string native = native_name(event.raw.contract); !native.empty())
        out["native"] = native;
    if (event.fields)
        out["fields"] = *event.fields;
    else
        out["state"] = event.raw.state.to_json();
    return out;
}

bool EventFilter::takes(const chain::Event& event) const {
    return (!contract || *contract == event.raw.contract) &&
           (name.empty() || name == event.raw.name);
}

std::vector<BlockLine> block_lines(const chain::ReadBlock& block, const EventFilter& filter) {
    std::vector<BlockLine> out;
    const std::uint32_t index = block.summary.index;
    if (filter.everything()) out.push_back(line_of(block.summary));
    for (const chain::TransactionOutcome& outcome : block.outcomes) {
        if (filter.everything()) out.push_back(line_of(outcome, index));
        for (const chain::Event& event : outcome.events)
            if (filter.takes(event))
                out.push_back(line_of(event, outcome.hash, index, !filter.everything()));
    }
    return out;
}

}  // namespace nsl::cli
