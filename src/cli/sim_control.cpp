// SPDX-License-Identifier: Apache-2.0
#include "cli/sim_control.h"

#include <algorithm>
#include <functional>

#include "base/decimal.h"

namespace nsl::cli {
namespace {

constexpr int kPlaces = 8;
constexpr std::int64_t kFactorMax = 1'000'000;     // × 100
constexpr std::int64_t kSkewMax = 31'536'000'000;  // a year
constexpr std::int64_t kWhole = 10'000;

using Change = std::function<void(SimFault&)>;

// What an action does to a market's faults; empty for actions of another sort.
Result<Change> change_of(const SimControl& control) {
    const std::string& action = control.action;
    const auto stall = [](SimStall stall) {
        return Change([stall](SimFault& fault) { fault.stall = stall; });
    };
    const auto price = [](SimPriceFault price) {
        return Change([price](SimFault& fault) { fault.price = price; });
    };
    if (action == "freeze") return stall(SimStall::frozen);
    if (action == "repeat") return stall(SimStall::repeating);
    if (action == "restamp") return stall(SimStall::restamping);
    if (action == "thaw") return stall(SimStall::none);
    if (action == "crossed") return price(SimPriceFault::crossed);
    if (action == "zero") return price(SimPriceFault::zero);
    if (action == "nan") return price(SimPriceFault::nan);
    if (action == "malformed") return Change([](SimFault& fault) { fault.malformed = true; });
    if (action == "clear") return Change([](SimFault& fault) { fault = SimFault(); });
    if (action == "distort") {
        const std::int64_t factor = control.factor_bp.value_or(0);
        if (factor <= 0 || factor > kFactorMax)
            return fail(Errc::invalid_argument,
                        "distort wants factor_bp from 1 to 1000000; 10000 changes nothing");
        return Change([factor](SimFault& fault) { fault.factor_bp = factor; });
    }
    if (action == "skew") {
        const std::int64_t skew = control.skew_ms.value_or(0);
        if (!control.skew_ms || skew > kSkewMax || skew < -kSkewMax)
            return fail(Errc::invalid_argument, "skew wants skew_ms, at most a year");
        return Change([skew](SimFault& fault) { fault.skew_ms = skew; });
    }
    return Change();
}

std::string text_of(std::int64_t value) {
    return fixed_to_string(value, kPlaces);
}

}  // namespace

std::vector<json::Rule> json_rules(std::type_identity<SimControl>) {
    return {{.field = "action", .min_length = 1, .max_length = 32}};
}

Result<std::vector<std::pair<std::size_t, std::string>>> SimFaults::targets(
    const SimControl& control, const SimMarket& market) const {
    if (!control.venue)
        return fail(Errc::invalid_argument, "'" + control.action + "' wants a venue, or \"*\"");
    std::vector<std::pair<std::size_t, std::string>> out;
    std::string known;
    bool venue_known = false;
    for (std::size_t venue = 0; venue < sim_venues().size(); ++venue) {
        const std::string_view name = sim_venues()[venue].name;
        known.append(known.empty() ? "" : ", ").append(name);
        if (*control.venue != "*" && *control.venue != name) continue;
        venue_known = true;
        for (auto& one : market.markets(venue))
            if (!control.market || *control.market == one) out.emplace_back(venue, std::move(one));
    }
    if (!venue_known)
        return fail(Errc::not_found, "no venue '" + *control.venue + "'; known are " + known);
    if (out.empty())
        return fail(Errc::not_found, "no market '" + *control.market + "' at " + *control.venue);
    return out;
}

Result<SimEffect> SimFaults::apply(const SimControl& control, SimMarket& market) {
    const std::string& action = control.action;
    if (action == "hold_walk" || action == "resume_walk") {
        market.hold(action == "hold_walk");
        return SimEffect();
    }
    if (action == "set") {
        if (!control.asset || !control.price)
            return fail(Errc::invalid_argument, "set wants an asset and a price");
        TRY(const Decimal price, Decimal::parse(*control.price));
        TRY(const std::int64_t fixed, price.to_fixed(kPlaces));
        TRY_OK(market.set(*control.asset, fixed));
        return SimEffect();
    }
    TRY(const Change change, change_of(control));
    const bool of_venue = action == "drop" || action == "restore" || action == "oversized";
    if (!change && !of_venue)
        return fail(Errc::not_found,
                    "no such action; known are freeze, repeat, restamp, thaw, distort, skew, "
                    "crossed, zero, nan, malformed, clear, drop, restore, oversized, set, "
                    "hold_walk, resume_walk");
    if (of_venue && control.market)
        return fail(Errc::invalid_argument, "'" + action + "' is for a whole venue");
    TRY(const auto found, targets(control, market));
    SimEffect out;
    for (const auto& target : found) {
        const std::size_t venue = target.first;
        if (change) change(faults_[target]);
        if (action == "drop") dropped_.insert(venue);
        if (action == "restore" || (action == "clear" && !control.market)) dropped_.erase(venue);
        if (action == "drop") out.drop.insert(venue);
        if (action == "oversized") out.oversized.insert(venue);
    }
    return out;
}

SimFault SimFaults::of(std::size_t venue, const std::string& market) const {
    const auto found = faults_.find({venue, market});
    return found == faults_.end() ? SimFault() : found->second;
}

SimFrame sim_frame(const std::string& market, const SimQuote& quote, const SimFault& fault) {
    const auto priced = [&](std::int64_t price) {
        if (fault.price == SimPriceFault::zero) return std::string("0.00000000");
        if (fault.price == SimPriceFault::nan) return std::string("NaN");
        return text_of(mul_div(price, fault.factor_bp, kWhole).value_or(price));
    };
    SimFrame out{.market = market,
                 .bid = priced(quote.bid),
                 .ask = priced(quote.ask),
                 .last = priced(quote.last),
                 .base_volume = text_of(quote.base_volume),
                 .quote_volume = text_of(quote.quote_volume),
                 .time_ms = quote.time_ms + fault.skew_ms,
                 .sequence = quote.sequence};
    if (fault.price == SimPriceFault::crossed) std::swap(out.bid, out.ask);
    return out;
}

}  // namespace nsl::cli
