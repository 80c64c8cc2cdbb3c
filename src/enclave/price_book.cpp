// SPDX-License-Identifier: Apache-2.0
#include "enclave/price_book.h"

#include <algorithm>
#include <map>
#include <set>

namespace nsl::enclave {
namespace {

constexpr std::int64_t kRefusalLogEveryMs = 60'000;

tee::EstimateStatus status_of(pricefeed::Quality quality) {
    switch (quality) {
        case pricefeed::Quality::unknown:
            return tee::EstimateStatus::unknown;
        case pricefeed::Quality::ok:
            return tee::EstimateStatus::ok;
        case pricefeed::Quality::hold:
            return tee::EstimateStatus::hold;
        case pricefeed::Quality::suspect:
            break;
    }
    return tee::EstimateStatus::suspect;
}

}  // namespace

Result<std::unique_ptr<PriceBook>> PriceBook::make(pricefeed::FeedTable table, Logger log) {
    std::map<std::string, std::set<std::string>> markets;
    for (const pricefeed::FeedSpec& feed : table.feeds)
        for (const pricefeed::SourceSpec& source : feed.sources)
            markets[source.venue].insert(source.market);
    std::vector<Line> lines;
    for (const auto& [name, of_venue] : markets) {
        Line line{.markets = {of_venue.begin(), of_venue.end()}, .parser = nullptr};
        TRY(line.parser, make_venue(name, line.markets));
        line.health.venue = name;
        lines.push_back(std::move(line));
    }
    return std::unique_ptr<PriceBook>(
        new PriceBook(std::move(table), std::move(lines), std::move(log)));
}

PriceBook::PriceBook(pricefeed::FeedTable table, std::vector<Line> lines, Logger log)
    : engine_(std::move(table)),
      config_id_(pricefeed::config_id(engine_.table())),
      lines_(std::move(lines)),
      log_(std::move(log)) {}

std::vector<std::string> PriceBook::venues() const {
    std::vector<std::string> out;
    for (const Line& line : lines_) out.push_back(line.health.venue);
    return out;
}

std::vector<std::string> PriceBook::on_open(std::size_t venue) {
    Line& line = lines_[venue];
    // A parser serves one connection. The first was made with the book.
    if (line.opened_before) {
        ++line.health.reconnects;
        Result<std::unique_ptr<Venue>> fresh = make_venue(line.health.venue, line.markets);
        NSL_ASSERT(fresh.has_value());
        line.parser = *std::move(fresh);
    }
    line.opened_before = true;
    line.health.connected = true;
    log_.info("venue connected", {{"venue", line.health.venue}});
    return line.parser->subscribe(line.markets);
}

FrameAnswer PriceBook::on_frame(std::size_t venue, std::string_view frame, std::int64_t now_ms) {
    Line& line = lines_[venue];
    ++line.health.frames;
    line.health.last_frame_ms = now_ms;
    ParsedFrame parsed = line.parser->parse(frame);
    switch (parsed.kind) {
        case ParsedFrame::Kind::ticks:
            use_ticks(line, parsed.ticks, now_ms);
            break;
        case ParsedFrame::Kind::control:
        case ParsedFrame::Kind::foreign:
            break;
        case ParsedFrame::Kind::malformed:
            ++line.health.rejected;
            log_.debug("frame is malformed",
                       {{"venue", line.health.venue}, {"detail", parsed.detail}});
            break;
        case ParsedFrame::Kind::refused:
            ++line.health.rejected;
            if (now_ms - line.refusal_logged_ms >= kRefusalLogEveryMs) {
                line.refusal_logged_ms = now_ms;
                log_.warn("venue refuses",
                          {{"venue", line.health.venue}, {"detail", parsed.detail}});
            }
            break;
    }
    return {.reply = std::move(parsed.reply),
            .reconnect = parsed.reconnect && may_reconnect(line, now_ms)};
}

void PriceBook::use_ticks(Line& line, const std::vector<pricefeed::Tick>& ticks,
                          std::int64_t now_ms) {
    const std::size_t count = std::min(ticks.size(), kTicksPerFrameMax);
    for (std::size_t i = 0; i < count; ++i) {
        const pricefeed::Verdict verdict = engine_.on_tick(line.health.venue, ticks[i], now_ms);
        if (verdict != pricefeed::Verdict::accepted)
            log_.debug("tick not used", {{"venue", line.health.venue},
                                         {"market", ticks[i].market},
                                         {"verdict", pricefeed::verdict_name(verdict)}});
    }
}

void PriceBook::on_close(std::size_t venue) {
    Line& line = lines_[venue];
    if (line.health.connected) log_.warn("venue disconnected", {{"venue", line.health.venue}});
    line.health.connected = false;
    engine_.on_disconnect(line.health.venue);
}

void PriceBook::evaluate(std::int64_t now_ms) {
    if (engine_.evaluate(now_ms)) changed_.notify_all();
}

bool PriceBook::may_reconnect(Line& line, std::int64_t now_ms) {
    if (line.reconnected_ms != 0 && now_ms - line.reconnected_ms < kReconnectEveryMs) return false;
    line.reconnected_ms = now_ms;
    return true;
}

std::vector<std::size_t> PriceBook::take_frozen(std::int64_t now_ms) {
    std::set<std::string> frozen;
    for (const pricefeed::FrozenMarket& market : engine_.frozen()) frozen.insert(market.venue);
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < lines_.size() && !frozen.empty(); ++i)
        if (lines_[i].health.connected && frozen.contains(lines_[i].health.venue) &&
            may_reconnect(lines_[i], now_ms))
            out.push_back(i);
    return out;
}

tee::PriceSnapshot PriceBook::snapshot() const {
    tee::PriceSnapshot out{.version = engine_.version()};
    const std::vector<pricefeed::FeedSpec>& feeds = engine_.table().feeds;
    const std::vector<pricefeed::Estimate>& estimates = engine_.estimates();
    NSL_ASSERT(estimates.size() == feeds.size());
    for (std::size_t i = 0; i < feeds.size(); ++i) {
        if (!feeds[i].published) continue;
        const pricefeed::Estimate& estimate = estimates[i];
        out.feeds.push_back({.feed = static_cast<std::uint16_t>(out.feeds.size()),
                             .status = status_of(estimate.quality),
                             .price = estimate.price,
                             .confidence = estimate.confidence,
                             .observed_ms = estimate.observed_ms,
                             .sources = estimate.sources,
                             .reason = estimate.reason});
    }
    for (const Line& line : lines_) out.venues.push_back(line.health);
    for (const pricefeed::FrozenMarket& market : engine_.frozen())
        for (tee::VenueHealth& venue : out.venues)
            if (venue.venue == market.venue) venue.frozen.push_back(market.market);
    return out;
}

std::vector<std::string> PriceBook::published() const {
    return pricefeed::published_ids(engine_.table());
}

}  // namespace nsl::enclave
