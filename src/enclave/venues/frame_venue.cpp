// SPDX-License-Identifier: Apache-2.0
#include "enclave/venues/frame_venue.h"

namespace nsl::enclave {

FrameVenue::FrameVenue(const std::vector<std::string>& markets, Spell spell) : spell_(spell) {
    for (const auto& market : markets)
        if (const auto pair = pricefeed::parse_pair(market)) markets_[spell_(*pair)] = market;
}

ParsedFrame FrameVenue::parse(std::string_view frame) {
    if (frame.size() > kFrameBytesMax) {
        return {.kind = ParsedFrame::Kind::malformed,
                .reconnect = true,
                .detail = "frame larger than 1 MiB"};
    }
    if (auto text = classify_text(frame)) return *std::move(text);
    const auto root = reader_.read(frame);
    auto out = root ? classify(*root) : std::unexpected(root.error());
    if (!out)
        return {.kind = ParsedFrame::Kind::malformed, .detail = std::move(out).error().message};
    return *std::move(out);
}

const std::string* FrameVenue::market_of(std::string_view symbol) const {
    const auto found = markets_.find(symbol);
    return found == markets_.end() ? nullptr : &found->second;
}

std::vector<std::string> FrameVenue::symbols_of(const std::vector<std::string>& markets) const {
    std::vector<std::string> out;
    for (const auto& market : markets)
        if (const auto pair = pricefeed::parse_pair(market)) out.push_back(spell_(*pair));
    return out;
}

ParsedFrame control_frame() {
    return {.kind = ParsedFrame::Kind::control};
}

ParsedFrame foreign_frame() {
    return {.kind = ParsedFrame::Kind::foreign};
}

ParsedFrame refused_frame(std::string detail) {
    return {.kind = ParsedFrame::Kind::refused, .detail = std::move(detail)};
}

ParsedFrame reconnect_frame() {
    return {.kind = ParsedFrame::Kind::control, .reconnect = true};
}

ParsedFrame tick_frame(pricefeed::Tick tick) {
    ParsedFrame out{.kind = ParsedFrame::Kind::ticks};
    out.ticks.push_back(std::move(tick));
    return out;
}

std::string quoted_list(const std::vector<std::string>& parts, std::string_view prefix,
                        std::string_view suffix) {
    std::string out;
    for (const auto& part : parts) {
        if (!out.empty()) out += ',';
        out.append("\"").append(prefix).append(part).append(suffix).append("\"");
    }
    return out;
}

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

}  // namespace nsl::enclave
