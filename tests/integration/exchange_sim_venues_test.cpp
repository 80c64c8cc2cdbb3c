// SPDX-License-Identifier: Apache-2.0
// The exchange simulator and the enclave's parsers understand each other, over real sockets.
#include <gtest/gtest.h>

#include "cli/exchange_sim.h"
#include "enclave/venues/venue.h"
#include "net/websocket.h"

namespace nsl {
namespace {

using enclave::ParsedFrame;
using Seen = std::map<std::string, pricefeed::Tick>;

constexpr int kFramesMax = 2'000;

void merge(pricefeed::Tick& into, const pricefeed::Tick& tick) {
    if (tick.bid) into.bid = tick.bid;
    if (tick.ask) into.ask = tick.ask;
    if (tick.last) into.last = tick.last;
    if (tick.quote_volume) into.quote_volume = tick.quote_volume;
    if (tick.source_ms) into.source_ms = tick.source_ms;
}

bool complete(const Seen& seen, const std::vector<std::string>& markets) {
    return std::ranges::all_of(markets, [&](const auto& market) {
        const auto found = seen.find(market);
        return found != seen.end() && found->second.bid && found->second.last;
    });
}

class SimulatedVenue : public testing::TestWithParam<std::size_t> {};

Task<Seen> listen(cli::ExchangeSim& sim, ManualClock& clock, std::size_t index,
                  std::vector<std::string> markets) {
    const std::string name(cli::sim_venues()[index].name);
    auto venue = enclave::make_venue(name, markets).value();
    auto connection = co_await net::WsConnection::connect(
        co_await asio::this_coro::executor, net::EgressPolicy::any(), sim.url(name), {}, {});
    if (!connection) throw std::runtime_error(connection.error().message);
    for (auto& request : venue->subscribe(markets))
        EXPECT_TRUE(co_await (*connection)->write(request));
    if (!venue->ping_text().empty())
        EXPECT_TRUE(co_await (*connection)->write(std::string(venue->ping_text())));
    Seen seen;
    for (int i = 0; i < kFramesMax && !complete(seen, markets); ++i) {
        clock.advance(milliseconds(1'000));
        const auto frame = co_await (*connection)->read();
        if (!frame) throw std::runtime_error(frame.error().message);
        const ParsedFrame parsed = venue->parse(*frame);
        EXPECT_TRUE(parsed.kind == ParsedFrame::Kind::ticks ||
                    parsed.kind == ParsedFrame::Kind::control)
            << parsed.detail << ": " << *frame;
        for (const auto& tick : parsed.ticks) merge(seen[tick.market], tick);
    }
    co_return seen;
}

TEST_P(SimulatedVenue, IsReadAsItIsMeant) {
    asio::io_context loop;
    TaskGroup tasks(loop.get_executor(), Logger());
    ManualClock clock;
    auto sim =
        cli::ExchangeSim::start(tasks, clock, Logger(), {.seed = 3, .hold_walk = true}).value();
    const auto markets = sim->market().markets(GetParam());
    const Seen seen = run_blocking(loop, listen(*sim, clock, GetParam(), markets));
    ASSERT_TRUE(complete(seen, markets));
    for (const auto& market : markets) {
        const cli::SimQuote& quote = *sim->market().quote(GetParam(), market);
        const pricefeed::Tick& tick = seen.at(market);
        EXPECT_EQ(tick.bid, Decimal::from(quote.bid, -8));
        EXPECT_EQ(tick.ask, Decimal::from(quote.ask, -8));
        EXPECT_EQ(tick.last, Decimal::from(quote.last, -8));
        if (cli::sim_venues()[GetParam()].name == "bitstamp") continue;  // says no volume
        ASSERT_TRUE(tick.quote_volume);
        EXPECT_EQ(tick.quote_volume->to_fixed(8, Rounding::half_even), quote.quote_volume);
        EXPECT_TRUE(tick.source_ms);
    }
    sim.reset();
    run_blocking(loop, tasks.stop(milliseconds(5'000)));
}

INSTANTIATE_TEST_SUITE_P(All, SimulatedVenue, testing::Range(std::size_t{0}, std::size_t{6}),
                         [](const auto& info) {
                             return std::string(cli::sim_venues()[info.param].name);
                         });

}  // namespace
}  // namespace nsl
