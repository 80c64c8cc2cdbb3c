// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <utf8proc.h>

#include <cstdint>
#include <cstring>

namespace nsl {
namespace {

constexpr std::size_t kNormalisedBytesMax = 65'536;
constexpr auto kFormC = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);

// Length of the well-formed sequence at the start of a text that is not empty; 0 when there is
// none. The ranges are table 3-7 of the Unicode standard.
std::size_t sequence_length(std::string_view text) {
    auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    auto tail = [&](std::size_t from, std::size_t length) {
        for (std::size_t i = from; i < length; ++i)
            if ((at(i) & 0xc0) != 0x80) return std::size_t{0};
        return length;
    };
    const std::uint8_t lead = at(0);
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (text.size() < length) return 0;
    std::uint8_t low = 0x80;
    std::uint8_t high = 0xbf;
    if (lead == 0xe0) low = 0xa0;
    if (lead == 0xed) high = 0x9f;
    if (lead == 0xf0) low = 0x90;
    if (lead == 0xf4) high = 0x8f;
    if (at(1) < low || at(1) > high) return 0;
    return tail(2, length);
}

}  // namespace

bool utf8_valid(std::string_view text) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080;
    while (!text.empty()) {
        // Eight ASCII characters at a time.
        std::uint64_t word = kHighBits;
        if (text.size() >= sizeof word) std::memcpy(&word, text.data(), sizeof word);
        if ((word & kHighBits) == 0) {
            text.remove_prefix(sizeof word);
            continue;
        }
        const std::size_t length = sequence_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string utf8_clean(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t length = sequence_length(text);
        out += length == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, length);
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

std::string_view utf8_cut(std::string_view text, std::size_t size) {
    if (text.size() <= size) return text;
    while (size > 0 && (static_cast<std::uint8_t>(text[size]) & 0xc0) == 0x80) --size;
    return text.substr(0, size);
}

Result<Secret<std::string>> utf8_nfc(std::string_view text) {
    if (text.size() > kNormalisedBytesMax)
        return fail(Errc::limit_exceeded, "text to normalise is longer than 64 KiB");
    if (!utf8_valid(text)) return fail(Errc::invalid_argument, "text is not valid UTF-8");
    // utf8proc_NFC() would do all of this in memory that it does not wipe.
    const auto* from = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
    const auto size = static_cast<utf8proc_ssize_t>(text.size());
    const auto points = utf8proc_decompose(from, size, nullptr, 0, kFormC);
    NSL_ASSERT(points >= 0);
    // In place it turns code points into bytes and ends them with a zero.
    SecretBytes memory((static_cast<std::size_t>(points) + 1) * sizeof(utf8proc_int32_t));
    auto* buffer = reinterpret_cast<utf8proc_int32_t*>(memory.reveal_mutable().data());
    NSL_ASSERT(utf8proc_decompose(from, size, buffer, points, kFormC) == points);
    const auto written = utf8proc_reencode(buffer, points, kFormC);
    NSL_ASSERT(written >= 0);
    return Secret<std::string>(as_text(memory.reveal().first(static_cast<std::size_t>(written))));
}

}  // namespace nsl
