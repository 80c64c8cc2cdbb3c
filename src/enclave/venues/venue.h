// SPDX-License-Identifier: Apache-2.0
// The venues' wire formats, pure: text in, ticks out. Numbers stay decimal text until they are
// exact decimals; none passes through a double.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "services/pricefeed/rules_engine.h"

namespace nsl::enclave {

struct ParsedFrame {
    enum class Kind {
        ticks,      // market data for us
        control,    // subscription answers, heartbeats, pongs, status
        foreign,    // well-formed, but of a channel or symbol we did not ask for
        malformed,  // not what the venue's documentation says
        refused     // the venue reports an error (a subscription refused, for one)
    };
    Kind kind = Kind::malformed;
    std::vector<pricefeed::Tick> ticks{};
    std::string reply{};     // to send back at once (an application-level pong)
    bool reconnect = false;  // the venue asks us to connect again
    std::string detail{};    // for malformed and refused: why, without the frame's content
};

// Frames above this are dropped unparsed and the connection is made again.
inline constexpr std::size_t kFrameBytesMax = 1024 * 1024;

class Venue {
 public:
    virtual ~Venue() = default;
    virtual std::string_view name() const = 0;         // "binance"
    virtual std::string_view default_url() const = 0;  // the public endpoint, wss
    // What to send after connecting. `markets` in our spelling: "NEO-USDT".
    virtual std::vector<std::string> subscribe(const std::vector<std::string>& markets) const = 0;
    // `markets` as subscribed. Never throws, whatever the bytes.
    virtual ParsedFrame parse(std::string_view frame) = 0;
    // Application-level ping; empty: protocol pings suffice.
    virtual std::string_view ping_text() const { return {}; }
    virtual std::int64_t ping_every_ms() const { return 0; }
};

// binance, okx, gate, coinbase, kraken, bitstamp. Errors: not_found, listing the known ones.
// A venue object serves one connection: it may keep a parser's buffers and the subscribed symbols.
Result<std::unique_ptr<Venue>> make_venue(std::string_view name,
                                          const std::vector<std::string>& markets);
std::vector<std::string_view> venue_names();

}  // namespace nsl::enclave
