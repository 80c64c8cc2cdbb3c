// SPDX-License-Identifier: Apache-2.0
// All feeds of a table as one pure state machine: quotes in, estimates out. Time is an argument.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "services/pricefeed/rules_aggregate.h"
#include "services/pricefeed/types.h"

namespace nsl::pricefeed {

// What one frame said of one market; absent parts keep their former value.
struct Tick {
    std::string market;  // "NEO-USDT"
    std::optional<Decimal> bid{};
    std::optional<Decimal> ask{};
    std::optional<Decimal> last{};
    std::optional<Decimal> quote_volume{};    // 24 h, in the quote asset
    std::optional<std::int64_t> source_ms{};  // the venue's own time
    std::optional<std::uint64_t> sequence{};  // grows when the venue has news (trade id, update id)
};

// Why a tick was not used; each is counted by the enclave's probe.
enum class Verdict {
    accepted,
    unknown_market,
    no_price,
    not_positive,
    crossed,
    wide_spread,
    from_the_future,
    too_old,
    overflow
};
const char* verdict_name(Verdict verdict);

struct FrozenMarket {
    std::string venue;
    std::string market;
};

class PriceEngine {
 public:
    // `table` must have passed check_table.
    explicit PriceEngine(FeedTable table);

    // received_ms: when the frame was read. Source price = median(bid, ask, last) of what is known.
    Verdict on_tick(std::string_view venue, const Tick& tick, std::int64_t received_ms);
    // The connection went: its quotes are no sources until it speaks again.
    void on_disconnect(std::string_view venue);

    // Evaluates every feed, conversions first, and remembers. Returns true when some estimate
    // changed.
    bool evaluate(std::int64_t now_ms);
    // In the order of table().feeds; of the last evaluate().
    const std::vector<Estimate>& estimates() const;
    // Markets with no news while at least two others of the feed moved; their connection should be
    // made again.
    std::vector<FrozenMarket> frozen() const;
    // Grows with every evaluation that changed an estimate.
    std::uint64_t version() const;
    const FeedTable& table() const;

    PriceEngine(PriceEngine&&) noexcept;
    PriceEngine& operator=(PriceEngine&&) noexcept;
    ~PriceEngine();

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace nsl::pricefeed
