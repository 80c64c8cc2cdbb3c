// SPDX-License-Identifier: Apache-2.0
// What the venues have in common: the symbols of one connection, and JSON frames.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "enclave/venues/frame_reader.h"
#include "enclave/venues/venue.h"

namespace nsl::enclave {

class FrameVenue : public Venue {
 public:
    ParsedFrame parse(std::string_view frame) final;

 protected:
    // The venue's spelling of a market, from its base and quote asset.
    using Spell = std::string (*)(const pricefeed::AssetPair& pair);
    FrameVenue(const std::vector<std::string>& markets, Spell spell);

    // What a frame of the venue says. An error makes the frame malformed.
    virtual Result<ParsedFrame> classify(const FrameValue& frame) = 0;
    // Frames that are no JSON.
    virtual std::optional<ParsedFrame> classify_text(std::string_view) { return std::nullopt; }

    // Our spelling of a subscribed symbol; nullptr when it was not subscribed.
    const std::string* market_of(std::string_view symbol) const;
    // The venue's spelling of each; what is no market is left out.
    std::vector<std::string> symbols_of(const std::vector<std::string>& markets) const;

 private:
    Spell spell_;
    std::map<std::string, std::string, std::less<>> markets_;  // by symbol
    FrameReader reader_;
};

ParsedFrame control_frame();
ParsedFrame foreign_frame();
ParsedFrame refused_frame(std::string detail);
ParsedFrame reconnect_frame();
ParsedFrame tick_frame(pricefeed::Tick tick);

// "A","B" with a prefix and suffix in each pair of quotes. The parts need no escaping.
std::string quoted_list(const std::vector<std::string>& parts, std::string_view prefix = {},
                        std::string_view suffix = {});
std::string lower_case(std::string text);

// One per venue; make_venue chooses.
std::unique_ptr<Venue> make_binance(const std::vector<std::string>& markets);
std::unique_ptr<Venue> make_okx(const std::vector<std::string>& markets);
std::unique_ptr<Venue> make_gate(const std::vector<std::string>& markets);
std::unique_ptr<Venue> make_coinbase(const std::vector<std::string>& markets);
std::unique_ptr<Venue> make_kraken(const std::vector<std::string>& markets);
std::unique_ptr<Venue> make_bitstamp(const std::vector<std::string>& markets);

}  // namespace nsl::enclave
