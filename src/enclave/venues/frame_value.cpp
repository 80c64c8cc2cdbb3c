// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <chrono>

#include "enclave/venues/frame_reader.h"

namespace nsl::enclave {
namespace {

const char* kind_name(FrameKind kind) {
    switch (kind) {
        case FrameKind::object:
            return "an object";
        case FrameKind::array:
            return "an array";
        case FrameKind::string:
            return "a string";
        case FrameKind::number:
            return "a number";
        case FrameKind::boolean:
            return "a boolean";
        case FrameKind::null:
            return "null";
    }
    return "";
}

std::unexpected<Error> not_a(std::string_view key, const char* wanted) {
    return fail(Errc::invalid_argument, "'" + std::string(key) + "' is not " + wanted);
}

template <class T>
Result<T> to_integer(std::string_view text, std::string_view key) {
    T out{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size())
        return not_a(key, "an integer of 64 bits");
    return out;
}

Result<Decimal> to_decimal(std::string_view text, std::string_view key) {
    auto out = Decimal::parse(text);
    if (!out) return not_a(key, "a decimal number in range");
    return out;
}

// Exactly `width` digits at `at`, or -1.
int digits_at(std::string_view text, std::size_t at, std::size_t width) {
    int out = 0;
    for (std::size_t i = at; i < at + width; ++i) {
        if (i >= text.size() || text[i] < '0' || text[i] > '9') return -1;
        out = out * 10 + (text[i] - '0');
    }
    return out;
}

}  // namespace

std::optional<FrameValue> FrameValue::find(std::string_view key) const {
    if (!is(FrameKind::object)) return std::nullopt;
    for (auto at = node().first_child; at != FrameNode::kNone; at = (*nodes_)[at].next)
        if ((*nodes_)[at].key == key) return FrameValue(*nodes_, at);
    return std::nullopt;
}

std::optional<FrameValue> FrameValue::find_set(std::string_view key) const {
    auto found = find(key);
    if (found && found->is(FrameKind::null)) return std::nullopt;
    return found;
}

bool FrameValue::has_text(std::string_view key, std::string_view text) const {
    const auto found = find(key);
    return found && found->is(FrameKind::string) && found->text() == text;
}

std::vector<FrameValue> FrameValue::items() const {
    std::vector<FrameValue> out;
    if (!is(FrameKind::array)) return out;
    for (auto at = node().first_child; at != FrameNode::kNone; at = (*nodes_)[at].next)
        out.emplace_back(*nodes_, at);
    return out;
}

Result<FrameValue> FrameValue::member(std::string_view key, FrameKind kind) const {
    const auto found = find(key);
    if (!found) return fail(Errc::invalid_argument, "'" + std::string(key) + "' is missing");
    if (!found->is(kind)) return not_a(key, kind_name(kind));
    return *found;
}

Result<std::string_view> FrameValue::string_at(std::string_view key) const {
    TRY(const FrameValue found, member(key, FrameKind::string));
    return found.text();
}

Result<Decimal> FrameValue::decimal_string_at(std::string_view key) const {
    TRY(const FrameValue found, member(key, FrameKind::string));
    return to_decimal(found.text(), key);
}

Result<Decimal> FrameValue::decimal_number_at(std::string_view key) const {
    TRY(const FrameValue found, member(key, FrameKind::number));
    return to_decimal(found.text(), key);
}

Result<std::int64_t> FrameValue::integer_string_at(std::string_view key) const {
    TRY(const FrameValue found, member(key, FrameKind::string));
    return to_integer<std::int64_t>(found.text(), key);
}

Result<std::int64_t> FrameValue::integer_number_at(std::string_view key) const {
    TRY(const FrameValue found, member(key, FrameKind::number));
    return to_integer<std::int64_t>(found.text(), key);
}

Result<std::uint64_t> FrameValue::unsigned_number_at(std::string_view key) const {
    TRY(const FrameValue found, member(key, FrameKind::number));
    return to_integer<std::uint64_t>(found.text(), key);
}

Result<std::int64_t> FrameValue::utc_ms_at(std::string_view key) const {
    TRY(const FrameValue found, member(key, FrameKind::string));
    auto out = parse_utc_ms(found.text());
    if (!out) return not_a(key, "a time like 2023-03-04T03:37:20.799258Z");
    return out;
}

Result<std::vector<FrameValue>> FrameValue::whole_array_at(std::string_view key) const {
    TRY(const FrameValue found, member(key, FrameKind::array));
    if (found.size() > kFrameItemsKept)
        return fail(Errc::invalid_argument, "'" + std::string(key) + "' has too many items");
    return found.items();
}

Result<std::int64_t> parse_utc_ms(std::string_view text) {
    using std::chrono::day;
    using std::chrono::month;
    using std::chrono::year;
    constexpr std::size_t kSecondsEnd = 19;  // "2023-03-04T03:37:20"
    constexpr std::size_t kTextMax = 32;
    const auto wrong = [] { return fail(Errc::invalid_argument, "not a UTC time of RFC 3339"); };
    if (text.size() <= kSecondsEnd || text.size() > kTextMax) return wrong();
    if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
        return wrong();
    const int years = digits_at(text, 0, 4);
    const int months = digits_at(text, 5, 2);
    const int days = digits_at(text, 8, 2);
    const int hours = digits_at(text, 11, 2);
    const int minutes = digits_at(text, 14, 2);
    const int seconds = digits_at(text, 17, 2);
    if (years < 1970 || months < 1 || days < 1) return wrong();
    const std::chrono::year_month_day date{year(years), month(static_cast<unsigned>(months)),
                                           day(static_cast<unsigned>(days))};
    // 60 is a leap second; it counts as the first second of the next minute.
    if (!date.ok() || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 ||
        seconds > 60)
        return wrong();

    std::size_t at = kSecondsEnd;
    int millis = 0;
    if (text[at] == '.') {
        int scale = 100;
        const std::size_t from = ++at;
        for (; digits_at(text, at, 1) >= 0; ++at, scale /= 10) millis += scale * (text[at] - '0');
        if (at == from) return wrong();
    }
    if (text.substr(at) != "Z") return wrong();
    const std::int64_t whole_days = std::chrono::sys_days(date).time_since_epoch().count();
    return ((whole_days * 24 + hours) * 60 + minutes) * 60'000 + seconds * 1'000 + millis;
}

Result<Decimal> multiply(const Decimal& a, const Decimal& b) {
    constexpr int kExponentMax = 64;
    __int128 product = static_cast<__int128>(a.coefficient()) * b.coefficient();
    int exponent = a.exponent() + b.exponent();
    while (product > std::numeric_limits<std::int64_t>::max() ||
           product < std::numeric_limits<std::int64_t>::min()) {
        product /= 10;
        ++exponent;
    }
    auto coefficient = static_cast<std::int64_t>(product);
    while (coefficient != 0 && coefficient % 10 == 0) {
        coefficient /= 10;
        ++exponent;
    }
    if (coefficient != 0 && (exponent > kExponentMax || exponent < -kExponentMax))
        return fail(Errc::limit_exceeded, "product out of range");
    return Decimal::from(coefficient, exponent);
}

}  // namespace nsl::enclave
