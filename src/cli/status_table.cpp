// SPDX-License-Identifier: Apache-2.0
#include "cli/status_table.h"

#include <fmt/format.h>

#include "cli/terminal.h"

namespace nsl::cli {
namespace {

std::string shorten(const std::string& hash) {
    if (hash.size() < 20) return printable(hash);
    return printable(hash.substr(0, 10)) + "…" + printable(hash.substr(hash.size() - 6));
}

std::string venue_state(const client::Venue& venue) {
    if (!venue.connected) return "down";
    if (!venue.frozen.empty()) return "frozen";
    return "up";
}

}  // namespace

std::string age_text(std::int64_t then_ms, std::int64_t now_ms) {
    if (then_ms <= 0) return "-";
    std::int64_t ms = std::max<std::int64_t>(0, now_ms - then_ms);
    if (ms < 10'000) return fmt::format("{}.{} s", ms / 1'000, ms % 1'000 / 100);
    if (ms < 600'000) return fmt::format("{} s", ms / 1'000);
    return fmt::format("{} min", ms / 60'000);
}

std::string render(const StackView& view, std::int64_t now_ms) {
    std::string out = "Neo Service Layer: development stack            Ctrl-C stops it\n\n";
    out += fmt::format("  API       {}\n  RPC       {}\n  contract  {}\n  signer    {}\n",
                       view.info.api, view.info.rpc, view.info.contract, view.info.signer);
    out += "  parts    ";
    for (const auto& [name, state] : view.parts) out += fmt::format(" {} {}  ", name, state);
    out += "\n";
    if (!view.fault.empty())
        return out + "\n  the node does not answer: " + printable(view.fault) + "\n";
    const client::Chain& chain = view.chain;
    out += fmt::format("  chain     height {}, last block {} ago{}\n", chain.height,
                       age_text(chain.block_time_ms, now_ms),
                       chain.fault.empty() ? "" : ", " + printable(chain.fault));
    out += fmt::format("  enclave   {}\n\n",
                       chain.enclave ? printable(chain.enclave->provider) : "no answer");
    out += fmt::format("  {:<10} {:<8} {:>10} {:>9}  {}\n", "VENUE", "STATE", "FRAMES", "REJECTED",
                       "LAST FRAME");
    for (const client::Venue& venue : chain.venues)
        out += fmt::format("  {:<10} {:<8} {:>10} {:>9}  {}\n", printable(venue.venue),
                           venue_state(venue), venue.frames, venue.rejected,
                           age_text(venue.last_frame_ms, now_ms));
    out += fmt::format("\n  {:<9} {:>16} {:>14} {:<8} {:>7} {:>7}  {}\n", "FEED", "PRICE", "±",
                       "QUALITY", "AGE", "ROUND", "TRANSACTION");
    for (const client::Feed& feed : view.feeds) {
        const auto& round = feed.latest_round;
        out += fmt::format("  {:<9} {:>16} {:>14} {:<8} {:>7} {:>7}  {}\n", printable(feed.id),
                           printable(feed.estimate.price), printable(feed.estimate.confidence),
                           printable(feed.estimate.quality),
                           age_text(feed.estimate.observed_ms, now_ms), round ? round->round : 0,
                           round && round->tx ? shorten(*round->tx) : "-");
        if (!feed.estimate.reason.empty())
            out += "            " + printable(feed.estimate.reason) + "\n";
    }
    if (!chain.publisher.last_failure.empty())
        out += "\n  last batch: " + printable(chain.publisher.last_failure) + "\n";
    return out;
}

}  // namespace nsl::cli
