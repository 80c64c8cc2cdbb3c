// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "base/utf8.h"

namespace nsl {
namespace {

constexpr std::size_t kTextMax = 4096;
constexpr std::array<std::string_view, 8> kSecretKeys = {
    "password", "secret", "token", "private_key", "wif", "authorization", "cookie", "seed"};
// Keys of the line itself; a field of that name gets a suffix.
constexpr std::array<std::string_view, 4> kLineKeys = {"time", "level", "logger", "message"};

const char* level_name(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            return "error";
    }
    return "error";
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

bool names_secret(std::string_view key) {
    std::string lower(key);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
        return c == '-' ? '_' : static_cast<char>(std::tolower(c));
    });
    return std::ranges::any_of(kSecretKeys,
                               [&](std::string_view name) { return lower.ends_with(name); });
}

// The inside of a JSON string. Control characters of both sets are escaped too, so that no field
// can move the cursor of the terminal that shows it.
std::string escaped(std::string_view raw, bool quotes_too) {
    const std::string text = utf8_clean(raw);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        if (quotes_too && (c == '"' || c == '\\')) {
            out += '\\';
            out += text[i];
        } else if (c == '\n') {
            out += "\\n";
        } else if (c < 0x20 || c == 0x7f) {
            out += fmt::format("\\u{:04x}", c);
        } else if (c == 0xc2 && next >= 0x80 && next < 0xa0) {
            out += fmt::format("\\u{:04x}", next);
            ++i;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string in_quotes(std::string_view text) {
    return '"' + escaped(text, true) + '"';
}

std::string cut(std::string_view text) {
    if (text.size() <= kTextMax) return std::string(text);
    return fmt::format("{}... [cut from {} bytes]", utf8_cut(text, kTextMax), text.size());
}

std::string number_text(double value) {
    if (!std::isfinite(value)) return in_quotes(fmt::format("{}", value));
    return fmt::format("{}", value);
}

std::string value_text(const LogField& field) {
    if (names_secret(field.key)) return "\"[redacted]\"";
    return std::visit(
        [](const auto& value) {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, std::string>) return in_quotes(cut(value));
            if constexpr (std::is_same_v<T, double>) return number_text(value);
            if constexpr (std::is_same_v<T, bool>) return std::string(value ? "true" : "false");
            if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>)
                return std::to_string(value);
        },
        field.value);
}

std::string json_line(LogLevel level, std::string_view logger, std::string_view message,
                      const std::vector<LogField>& fields) {
    std::string out = fmt::format(R"({{"level":"{}","logger":{},"message":{})", level_name(level),
                                  in_quotes(logger), in_quotes(cut(message)));
    for (const LogField& field : fields) {
        const bool taken = std::ranges::find(kLineKeys, field.key) != kLineKeys.end();
        out += ',' + in_quotes(taken ? field.key + "_field" : field.key) + ':' + value_text(field);
    }
    return out + '}';
}

std::string human_line(std::string_view logger, std::string_view message,
                       const std::vector<LogField>& fields) {
    auto bare = [](std::string_view text) { return escaped(text, false); };
    std::string out = bare(logger) + ": " + bare(cut(message));
    for (const LogField& field : fields) {
        std::string value = value_text(field);
        if (value.size() > 2 && value.find_first_of(" =\\") == std::string::npos &&
            value.front() == '"')
            value = value.substr(1, value.size() - 2);
        out += ' ' + bare(field.key) + '=' + value;
    }
    return out;
}

class StderrSink final : public LogSink {
 public:
    StderrSink(LogLevel least, bool json) : json_(json) {
        spdlog::sink_ptr sink;
        if (json)
            sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        else
            sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
        const char* pattern =
            json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v)" : "%Y-%m-%dT%H:%M:%S.%eZ %^%5!l%$ %v";
        sink->set_formatter(
            std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
        logger_ = std::make_unique<spdlog::logger>("", std::move(sink));
        logger_->set_level(spdlog_level(least));
    }

    void write(LogLevel level, std::string_view logger, std::string_view message,
               const std::vector<LogField>& fields) override {
        if (!logger_->should_log(spdlog_level(level))) return;
        // The pattern writes the opening brace, before the time.
        const std::string line = json_ ? json_line(level, logger, message, fields).substr(1)
                                       : human_line(logger, message, fields);
        logger_->log(spdlog_level(level), spdlog::string_view_t(line));
    }

 private:
    bool json_;
    std::unique_ptr<spdlog::logger> logger_;
};

// `more` after `fixed`; a key given again replaces the earlier field.
std::vector<LogField> joined(const std::vector<LogField>* fixed, LogFields more) {
    std::vector<LogField> out;
    out.reserve((fixed != nullptr ? fixed->size() : 0) + more.size());
    auto add = [&](const LogField& field) {
        auto same = std::ranges::find(out, field.key, &LogField::key);
        if (same != out.end())
            same->value = field.value;
        else
            out.push_back(field);
    };
    if (fixed != nullptr) std::ranges::for_each(*fixed, add);
    std::ranges::for_each(more, add);
    return out;
}

}  // namespace

std::shared_ptr<LogSink> stderr_sink(LogLevel least, LogFormat format) {
    const bool json =
        format == LogFormat::json || (format == LogFormat::automatic && isatty(STDERR_FILENO) == 0);
    return std::make_shared<StderrSink>(least, json);
}

void MemorySink::write(LogLevel level, std::string_view logger, std::string_view message,
                       const std::vector<LogField>& fields) {
    std::string line = json_line(level, logger, message, fields);
    const std::scoped_lock lock(mutex_);
    lines_.push_back(std::move(line));
}

std::vector<std::string> MemorySink::lines() const {
    const std::scoped_lock lock(mutex_);
    return lines_;
}

bool MemorySink::contains(std::string_view text) const {
    const std::scoped_lock lock(mutex_);
    return std::ranges::any_of(
        lines_, [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

Logger::Logger(std::shared_ptr<LogSink> sink, std::string name)
    : sink_(std::move(sink)), name_(std::move(name)) {}

Logger Logger::with(LogFields fields) const {
    Logger out = *this;
    out.fixed_ = std::make_shared<const std::vector<LogField>>(joined(fixed_.get(), fields));
    return out;
}

Logger Logger::named(std::string_view name) const {
    Logger out = *this;
    if (!out.name_.empty()) out.name_ += '.';
    out.name_ += name;
    return out;
}

void Logger::debug(std::string_view message, LogFields fields) const {
    write(LogLevel::debug, message, fields);
}
void Logger::info(std::string_view message, LogFields fields) const {
    write(LogLevel::info, message, fields);
}
void Logger::warn(std::string_view message, LogFields fields) const {
    write(LogLevel::warn, message, fields);
}
void Logger::error(std::string_view message, LogFields fields) const {
    write(LogLevel::error, message, fields);
}

void Logger::write(LogLevel level, std::string_view message, LogFields fields) const {
    if (sink_) sink_->write(level, name_, message, joined(fixed_.get(), fields));
}

}  // namespace nsl
