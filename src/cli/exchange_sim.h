// SPDX-License-Identifier: Apache-2.0
// Six simulated exchanges on one port, each speaking its own WebSocket format: for development
// stacks and end-to-end tests.
//
// ws://127.0.0.1:PORT/<venue> for binance, okx, gate, coinbase, kraken, bitstamp. Over plain HTTP
// on the same port:
//   GET /truth     {"BTC-USD":"65000",…}: the true prices in USD, exact decimals
//   GET /venues {"binance":{"url":"ws://…","markets":["BTC-USDT",…],"clients":1,"dropped":false},…}
//   POST /control  a SimControl (sim_control.h); answers {"ok":true} or {"error":"…"} with 4xx
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/spawn.h"
#include "cli/sim_control.h"

namespace nsl::cli {

struct ExchangeSimOptions {
    std::uint16_t port = 0;  // 0: a free one
    // Same seed, clock and controls: same frames.
    std::uint64_t seed = 1;
    // How often market data comes: 100 is each venue's own rate (a market's frames every 100 to
    // 1,000 ms), 200 twice that. 1 to 1,000; never more often than every 50 ms.
    std::uint32_t rate_percent = 100;
    // Start prices in USD, exact decimals by asset ("NEO": "5.98"); others have built-in ones.
    std::map<std::string, std::string> prices{};
    bool hold_walk = false;  // start with prices standing still, quoted exactly
    // A recording to follow instead of a random walk: bars as in shared/vectors/market, CSV or
    // gzip-compressed CSV. Empty: none.
    std::string replay{};
    std::uint32_t replay_speed = 1;  // 60: an hour of the recording in a minute. 1 to 10,000
};

// Use from the group's executor only.
class ExchangeSim {
 public:
    // Errors: conflict (port in use), invalid_argument (an option is out of range or no price),
    // not_found (unknown asset, no such file), and those of SimRecording::load.
    static Result<std::unique_ptr<ExchangeSim>> start(TaskGroup& tasks, Clock& clock, Logger log,
                                                      ExchangeSimOptions options);
    // Closes. `clock` must outlive the group's stop().
    ~ExchangeSim();
    ExchangeSim(const ExchangeSim&) = delete;

    std::uint16_t port() const;
    std::string url(std::string_view venue) const;  // "ws://127.0.0.1:PORT/binance"
    const SimMarket& market() const;
    // What POST /control does. Errors as SimFaults::apply.
    Status control(const SimControl& control);
    // Stops listening and cuts every client.
    void close();

 private:
    struct State;
    explicit ExchangeSim(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace nsl::cli
