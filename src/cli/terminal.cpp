// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.h"

#include <fmt/format.h>

#include <cstdint>

#include "base/utf8.h"

namespace nsl::cli {
namespace {

struct Character {
    std::string_view bytes;
    std::uint32_t code = 0;  // 0xffffffff: a byte that belongs to no well-formed sequence
};

constexpr std::uint32_t kMalformed = 0xffffffff;

// The first character of a text that is not empty.
Character first_character(std::string_view text) {
    const auto lead = static_cast<std::uint8_t>(text[0]);
    if (lead < 0x80) return {text.substr(0, 1), lead};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const std::string_view bytes = text.substr(0, size);
    if (bytes.size() < size || !utf8_valid(bytes)) return {text.substr(0, 1), kMalformed};
    std::uint32_t code = lead & (0xffU >> (size + 1));
    for (const char more : bytes.substr(1)) code = (code << 6) | (more & 0x3fU);
    return {bytes, code};
}

// Controls, line separators, and what reorders text (Unicode bidirectional controls).
bool dangerous(std::uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x61c || code == 0x200e ||
           code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069) || code == kMalformed;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Character one = first_character(text);
        text.remove_prefix(one.bytes.size());
        if (!dangerous(one.code))
            out += one.bytes;
        else if (one.code == '\n')
            out += "\\n";
        else if (one.code == '\t')
            out += "\\t";
        else if (one.code == kMalformed || one.code < 0x80)
            out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(one.bytes[0]));
        else
            out += fmt::format("\\u{{{:x}}}", one.code);
    }
    return out;
}

// What is dangerous and not ASCII control can only stand inside strings, where an escape means the
// same; the writer has escaped the ASCII controls.
std::string printable_json(std::string_view json) {
    std::string out;
    while (!json.empty()) {
        const Character one = first_character(json);
        json.remove_prefix(one.bytes.size());
        if (dangerous(one.code) && one.code >= 0x7f && one.code != kMalformed)
            out += fmt::format("\\u{:04x}", one.code);
        else
            out += one.bytes;
    }
    return out;
}

}  // namespace nsl::cli
