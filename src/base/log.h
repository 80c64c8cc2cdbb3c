// SPDX-License-Identifier: Apache-2.0
// Structured log: a constant message plus fields, one JSON object a line; a human form on a
// terminal.
#pragma once
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace nsl {

enum class LogLevel { debug, info, warn, error };

// One field. Values are text, integers, doubles and booleans; nothing else has a printed form, so a
// Secret cannot get in.
struct LogField {
    using Value = std::variant<std::string, std::int64_t, std::uint64_t, double, bool>;
    std::string key;  // snake_case
    Value value;

    LogField(std::string_view k, std::string_view v) : key(k), value(std::string(v)) {}
    LogField(std::string_view k, const char* v) : key(k), value(std::string(v)) {}
    LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
    LogField(std::string_view k, bool v) : key(k), value(v) {}
    LogField(std::string_view k, double v) : key(k), value(v) {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    LogField(std::string_view k, T v) : key(k) {
        if constexpr (std::is_signed_v<T>)
            value = static_cast<std::int64_t>(v);
        else
            value = static_cast<std::uint64_t>(v);
    }
};

using LogFields = std::initializer_list<LogField>;

// Where lines go. `write` may be called from any thread.
class LogSink {
 public:
    virtual ~LogSink() = default;
    virtual void write(LogLevel level, std::string_view logger, std::string_view message,
                       const std::vector<LogField>& fields) = 0;
};

enum class LogFormat { json, human, automatic };  // automatic: human when standard error is a tty

// Standard error, through spdlog. Values whose key names a secret (password, secret, token,
// private_key, wif, authorization, cookie, seed; also as a suffix) are written as "[redacted]",
// text above 4 KiB is cut and says so.
std::shared_ptr<LogSink> stderr_sink(LogLevel least, LogFormat format);
// Keeps lines in memory for tests: each is the JSON object that would have been written.
class MemorySink final : public LogSink {
 public:
    void write(LogLevel level, std::string_view logger, std::string_view message,
               const std::vector<LogField>& fields) override;
    std::vector<std::string> lines() const;
    // True when some line contains the text.
    bool contains(std::string_view text) const;

 private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

// Cheap to copy. Fields given to with() are on every line of the copy (request_id, feed_id).
class Logger {
 public:
    Logger() = default;  // writes nowhere
    Logger(std::shared_ptr<LogSink> sink, std::string name);

    Logger with(LogFields fields) const;
    Logger named(std::string_view name) const;  // "node" → "node.publisher"

    void debug(std::string_view message, LogFields fields = {}) const;
    void info(std::string_view message, LogFields fields = {}) const;
    void warn(std::string_view message, LogFields fields = {}) const;
    void error(std::string_view message, LogFields fields = {}) const;

 private:
    void write(LogLevel level, std::string_view message, LogFields fields) const;

    std::shared_ptr<LogSink> sink_;
    std::string name_;
    std::shared_ptr<const std::vector<LogField>> fixed_;
};

}  // namespace nsl
