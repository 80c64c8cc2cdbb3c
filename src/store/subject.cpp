// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "store/fabric.h"

namespace nsl::store {
namespace {

bool is_token(std::string_view token) {
    return !token.empty() && std::ranges::all_of(token, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
}

// Takes the tokens of a subject one by one.
class Tokens {
 public:
    explicit Tokens(std::string_view subject) : left_(subject) {}

    std::optional<std::string_view> next() {
        if (!left_) return std::nullopt;
        const std::size_t dot = left_->find('.');
        const std::string_view token = left_->substr(0, dot);
        if (dot == std::string_view::npos)
            left_.reset();
        else
            left_ = left_->substr(dot + 1);
        return token;
    }
    bool at_end() const { return !left_; }

 private:
    std::optional<std::string_view> left_;
};

constexpr std::string_view kTokenRule =
    "tokens of letters, digits, '_' and '-', joined by dots, like price.NEO-USD";

// What was asked for is repeated only when it is short and harmless to print.
std::unexpected<Error> bad(std::string_view what, std::string_view given, std::string_view right) {
    std::string message(what);
    const bool printable = std::ranges::all_of(given, [](char c) { return c >= ' ' && c <= '~'; });
    if (!given.empty() && given.size() <= kFabricSubjectMax && printable)
        message.append(" '").append(given).append("'");
    return fail(Errc::invalid_argument, message.append(": ").append(right));
}

Status check_length(std::string_view what, std::string_view given) {
    if (!given.empty() && given.size() <= kFabricSubjectMax) return {};
    return bad(what, given,
               "1 to " + std::to_string(kFabricSubjectMax) + " bytes, this has " +
                   std::to_string(given.size()));
}

}  // namespace

Status check_subject(std::string_view subject) {
    TRY_OK(check_length("subject", subject));
    Tokens tokens(subject);
    while (const auto token = tokens.next()) {
        if (*token == "*" || *token == ">")
            return bad("subject", subject, "wildcards are for subscriptions only");
        if (!is_token(*token)) return bad("subject", subject, kTokenRule);
    }
    return {};
}

Status check_subscription(std::string_view subject) {
    TRY_OK(check_length("subscription", subject));
    Tokens tokens(subject);
    while (const auto token = tokens.next()) {
        if (*token == ">" && !tokens.at_end())
            return bad("subscription", subject, "'>' stands last, for all that follows");
        if (*token != "*" && *token != ">" && !is_token(*token))
            return bad("subscription", subject,
                       std::string(kTokenRule) + ", '*' for one of them, a last '>' for the rest");
    }
    return {};
}

Status check_group(std::string_view group) {
    if (group.empty()) return {};
    TRY_OK(check_length("group", group));
    if (!is_token(group)) return bad("group", group, "letters, digits, '_' and '-'");
    return {};
}

bool subject_matches(std::string_view subscription, std::string_view subject) {
    Tokens wanted(subscription), given(subject);
    for (;;) {
        const auto want = wanted.next();
        const auto have = given.next();
        if (!want || !have) return !want && !have;
        if (*want == ">") return true;
        if (*want != "*" && *want != *have) return false;
    }
}

}  // namespace nsl::store
