// SPDX-License-Identifier: Apache-2.0
// What the enclave knows of prices: the venues' frames go in, estimates and the venues' health come
// out. No network and no clock of its own.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/async_event.h"
#include "base/log.h"
#include "base/result.h"
#include "enclave/venues/venue.h"
#include "services/pricefeed/rules_engine.h"
#include "tee/enclave_client.h"

namespace nsl::enclave {

inline constexpr std::size_t kTicksPerFrameMax = 4'096;  // the rest of a frame is dropped
// Of one venue, on our own account: a market that stands still may just be quiet, and exchanges
// limit how often one connects.
inline constexpr std::int64_t kReconnectEveryMs = 60'000;

// What a frame asks of the connection.
struct FrameAnswer {
    std::string reply{};     // to send back; empty: nothing
    bool reconnect = false;  // the venue wants a new connection
};

class PriceBook {
 public:
    // `table` must have passed check_table. Errors: not_found (an unknown venue).
    static Result<std::unique_ptr<PriceBook>> make(pricefeed::FeedTable table, Logger log);

    // The venues the table names, in a fixed order; the others take positions in it.
    std::vector<std::string> venues() const;
    const Venue& venue(std::size_t at) const { return *lines_[at].parser; }

    // A connection begins: what to send first.
    std::vector<std::string> on_open(std::size_t venue);
    FrameAnswer on_frame(std::size_t venue, std::string_view frame, std::int64_t now_ms);
    // A connection ended: its quotes count no more.
    void on_close(std::size_t venue);

    // Recomputes every estimate; wakes the waiters of changed() when one changed.
    void evaluate(std::int64_t now_ms);
    AsyncEvent& changed() { return changed_; }
    // Venues whose connection should be made again, having a frozen market; each at most once per
    // kReconnectEveryMs.
    std::vector<std::size_t> take_frozen(std::int64_t now_ms);

    tee::PriceSnapshot snapshot() const;
    std::uint64_t version() const { return engine_.version(); }
    std::vector<std::string> published() const;
    const ByteArray<32>& config_id() const { return config_id_; }

 private:
    struct Line {
        std::vector<std::string> markets;
        std::unique_ptr<Venue> parser;
        tee::VenueHealth health{};
        bool opened_before = false;
        std::int64_t reconnected_ms = 0;
        std::int64_t refusal_logged_ms = 0;
    };

    PriceBook(pricefeed::FeedTable table, std::vector<Line> lines, Logger log);
    void use_ticks(Line& line, const std::vector<pricefeed::Tick>& ticks, std::int64_t now_ms);
    bool may_reconnect(Line& line, std::int64_t now_ms);

    pricefeed::PriceEngine engine_;
    ByteArray<32> config_id_;
    std::vector<Line> lines_;
    Logger log_;
    AsyncEvent changed_;
};

}  // namespace nsl::enclave
