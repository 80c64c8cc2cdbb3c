// SPDX-License-Identifier: Apache-2.0
#include "cli/sim_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace nsl::cli {

SimSubscriptions::SimSubscriptions(const std::vector<std::string>& markets, Spell spell) {
    for (const auto& market : markets) symbols_[market] = spell(market);
}

bool SimSubscriptions::add(const std::string& symbol, const std::string& channel) {
    const auto found =
        std::ranges::find_if(symbols_, [&](const auto& entry) { return entry.second == symbol; });
    if (found == symbols_.end()) return false;
    channels_.emplace(found->first, channel);
    return true;
}

bool SimSubscriptions::has(const std::string& market, std::string_view channel) const {
    return channels_.contains({market, std::string(channel)});
}

std::vector<std::string> SimSubscriptions::markets(std::string_view channel) const {
    std::vector<std::string> out;
    for (const auto& [market, name] : channels_)
        if (name == channel) out.push_back(market);
    return out;
}

Result<std::unique_ptr<SimWire>> make_sim_wire(std::string_view venue,
                                               const std::vector<std::string>& markets) {
    if (venue == "binance") return sim_binance(markets);
    if (venue == "okx") return sim_okx(markets);
    if (venue == "gate") return sim_gate(markets);
    if (venue == "coinbase") return sim_coinbase(markets);
    if (venue == "kraken") return sim_kraken(markets);
    if (venue == "bitstamp") return sim_bitstamp(markets);
    return fail(Errc::not_found, "no venue '" + std::string(venue) +
                                     "'; known are binance, okx, gate, coinbase, kraken, bitstamp");
}

std::vector<std::string> sim_strings(const json::Value* array) {
    std::vector<std::string> out;
    if (array == nullptr || !array->is_array()) return out;
    for (const auto& item : array->get_array())
        if (item.is_string()) out.emplace_back(item.get_string());
    return out;
}

const json::Value* sim_member(const json::Value* value, std::string_view key) {
    if (value == nullptr || !value->is_object()) return nullptr;
    return value->get_object().if_contains(key);
}

std::string sim_text(const json::Value* value, std::string_view key) {
    const json::Value* found = sim_member(value, key);
    return found != nullptr && found->is_string() ? std::string(found->get_string())
                                                  : std::string();
}

std::string sim_utc(std::int64_t unix_ms) {
    using std::chrono::floor;
    const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(unix_ms)};
    const auto day = floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}000Z",
                       static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::string sim_quoted(std::string_view name, std::string_view value) {
    return fmt::format(R"("{}":"{}")", name, value);
}

std::string sim_raw(std::string_view name, std::string_view value) {
    return fmt::format(R"("{}":{})", name, value);
}

}  // namespace nsl::cli
