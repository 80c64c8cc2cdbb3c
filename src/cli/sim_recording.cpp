// SPDX-License-Identifier: Apache-2.0
#include "cli/sim_recording.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "base/decimal.h"

namespace nsl::cli {
namespace {

constexpr int kPlaces = 8;
constexpr std::size_t kLinesMax = 4'000'000;
constexpr std::size_t kTextMax = std::size_t{512} << 20;
constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::size_t kColumns = 10;
constexpr std::string_view kHeader =
    "ts_ms,venue,symbol,interval_s,open,high,low,close,volume,trades";

std::string_view next_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::optional<std::array<std::string_view, kColumns>> columns_of(std::string_view line) {
    std::array<std::string_view, kColumns> out;
    for (std::size_t i = 0; i < kColumns; ++i) {
        const auto end = line.find(',');
        if ((end == std::string_view::npos) != (i + 1 == kColumns)) return std::nullopt;
        out[i] = line.substr(0, end);
        if (end != std::string_view::npos) line.remove_prefix(end + 1);
    }
    return out;
}

// "NEO/USDT" → "NEO-USDT"; empty for anything that is no pair of assets.
std::string market_of(std::string_view symbol) {
    std::string out(symbol);
    std::size_t slashes = 0;
    for (char& c : out) {
        if (c == '/') {
            c = '-';
            ++slashes;
        } else if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) {
            return {};
        }
    }
    return slashes == 1 && out.front() != '-' && out.back() != '-' ? out : std::string();
}

std::optional<std::int64_t> whole(std::string_view text) {
    std::int64_t out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return out;
}

// Recorded numbers may have more than eight decimal places.
Result<std::int64_t> fixed(std::string_view text) {
    TRY(const Decimal value, Decimal::parse(text));
    return value.to_fixed(kPlaces, Rounding::half_even);
}

Result<SimBar> bar_of(const std::array<std::string_view, kColumns>& columns) {
    constexpr std::int64_t kSpanMax = 86'400;
    const auto time = whole(columns[0]);
    const auto span = whole(columns[3]);
    if (!time || *time < 0 || !span || *span <= 0 || *span > kSpanMax)
        return fail(Errc::invalid_argument, "ts_ms or interval_s is wrong");
    SimBar out{.open_ms = *time, .span_ms = *span * 1'000};
    TRY(out.open, fixed(columns[4]));
    TRY(out.high, fixed(columns[5]));
    TRY(out.low, fixed(columns[6]));
    TRY(out.close, fixed(columns[7]));
    TRY(out.volume, fixed(columns[8]));
    if (out.low <= 0 || out.high < out.low || out.volume < 0)
        return fail(Errc::invalid_argument, "prices are not positive or out of order");
    return out;
}

std::int64_t between(std::int64_t from, std::int64_t to, std::int64_t part, std::int64_t whole) {
    return from + mul_div(to - from, part, whole).value_or(0);
}

std::int64_t price_in(const SimBar& bar, std::int64_t since_ms) {
    const bool low_first = bar.open - bar.low <= bar.high - bar.open;
    const std::array points{bar.open, low_first ? bar.low : bar.high,
                            low_first ? bar.high : bar.low, bar.close};
    const std::int64_t scaled = since_ms * 3;
    const auto leg = static_cast<std::size_t>(std::min<std::int64_t>(scaled / bar.span_ms, 2));
    const std::int64_t into = scaled - static_cast<std::int64_t>(leg) * bar.span_ms;
    return between(points[leg], points[leg + 1], into, bar.span_ms);
}

Result<std::string> read_fd(int fd) {
    std::string out;
    std::array<char, 1 << 16> block;
    for (;;) {
        const ssize_t size = ::read(fd, block.data(), block.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return fail(Errc::unavailable, "cannot read the recording");
        if (size == 0) return out;
        out.append(block.data(), static_cast<std::size_t>(size));
        if (out.size() > kTextMax)
            return fail(Errc::limit_exceeded, "recording larger than 512 MiB");
    }
}

Result<std::string> gunzipped(const std::string& path) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return fail(Errc::unavailable, "no pipe for gzip");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, path.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    std::string program = "gzip";
    std::string option = "-dc";
    std::array<char*, 3> argv{program.data(), option.data(), nullptr};
    pid_t child = 0;
    const int failed = ::posix_spawnp(&child, "gzip", &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    Result<std::string> out = fail(Errc::unavailable, "the gzip program cannot be started");
    if (failed == 0) out = read_fd(pipe[0]);
    ::close(pipe[0]);  // ends a gzip that has more to say
    if (failed != 0) return out;
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (out && status != 0) return fail(Errc::invalid_argument, path + ": not valid gzip data");
    return out;
}

}  // namespace

Result<SimRecording> SimRecording::parse(std::string_view csv) {
    if (next_line(csv) != kHeader)
        return fail(Errc::invalid_argument, "line 1 must be " + std::string(kHeader));
    SimRecording out;
    for (std::size_t line = 2; !csv.empty(); ++line) {
        if (line > kLinesMax)
            return fail(Errc::limit_exceeded, "recording has more than 4,000,000 lines");
        const std::string_view text = next_line(csv);
        if (text.empty()) continue;
        const auto wrong = [&](const std::string& why) {
            return fail(Errc::invalid_argument, "line " + std::to_string(line) + ": " + why);
        };
        const auto columns = columns_of(text);
        if (!columns) return wrong("ten columns are wanted");
        const std::string market = market_of((*columns)[2]);
        if (market.empty()) continue;
        const auto bar = bar_of(*columns);
        if (!bar) return wrong(bar.error().message);
        out.bars_[market][std::string((*columns)[1])].push_back(*bar);
    }
    if (out.bars_.empty()) return fail(Errc::invalid_argument, "the recording has no bars");
    out.first_ms_ = std::numeric_limits<std::int64_t>::max();
    for (auto& [market, venues] : out.bars_) {
        for (auto& [venue, bars] : venues) {
            std::ranges::sort(bars, {}, &SimBar::open_ms);
            out.first_ms_ = std::min(out.first_ms_, bars.front().open_ms);
            out.end_ms_ = std::max(out.end_ms_, bars.back().open_ms + bars.back().span_ms);
        }
    }
    return out;
}

Result<SimRecording> SimRecording::load(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::array<char, 2> magic{};
    if (!file.read(magic.data(), magic.size()))
        return fail(Errc::not_found, "cannot read the recording " + path);
    Result<std::string> text;
    if (magic[0] == '\x1f' && magic[1] == '\x8b') {
        text = gunzipped(path);
    } else {
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) return fail(Errc::not_found, "cannot read the recording " + path);
        text = read_fd(fd);
        ::close(fd);
    }
    if (!text) return std::unexpected(text.error());
    return parse(*text);
}

std::optional<SimTrade> SimRecording::in_bars(const Bars& bars, std::int64_t time_ms) {
    auto after = std::ranges::upper_bound(bars, time_ms, {}, &SimBar::open_ms);
    if (after == bars.begin()) return std::nullopt;
    const SimBar& bar = *std::prev(after);
    const std::int64_t since = time_ms - bar.open_ms;
    if (since >= bar.span_ms) return std::nullopt;
    return SimTrade{.price = price_in(bar, since),
                    .day_volume = mul_div(bar.volume, kDayMs, bar.span_ms).value_or(0)};
}

std::optional<SimTrade> SimRecording::at(const std::string& venue, const std::string& market,
                                         std::int64_t time_ms) const {
    if (!has(venue, market)) return std::nullopt;
    return in_bars(bars_.at(market).at(venue), time_ms);
}

bool SimRecording::has(const std::string& venue, const std::string& market) const {
    const auto found = bars_.find(market);
    return found != bars_.end() && found->second.contains(venue);
}

std::optional<std::int64_t> SimRecording::median(const std::string& market,
                                                 std::int64_t time_ms) const {
    const auto found = bars_.find(market);
    if (found == bars_.end()) return std::nullopt;
    std::vector<std::int64_t> prices;
    for (const auto& [venue, bars] : found->second)
        if (const auto trade = in_bars(bars, time_ms)) prices.push_back(trade->price);
    if (prices.empty()) return std::nullopt;
    std::ranges::sort(prices);
    return prices[prices.size() / 2];
}

}  // namespace nsl::cli
