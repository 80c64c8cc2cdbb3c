// SPDX-License-Identifier: Apache-2.0
#include "api/target.h"

#include <algorithm>

#include "base/utf8.h"

namespace nsl::api {
namespace {

constexpr std::size_t kSegmentsMax = 32;
constexpr std::size_t kQueryMax = 32;
constexpr std::size_t kShownMax = 64;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus_is_space) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return fail(Errc::invalid_argument,
                            "in a URL, '%' must be followed by two hexadecimal digits");
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(out, is_control) || !utf8_valid(out))
        return fail(Errc::invalid_argument,
                    "what a URL escapes must be UTF-8 without control characters");
    return out;
}

Result<std::string_view> origin_form(std::string_view text) {
    if (!std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; }))
        return fail(Errc::invalid_argument, "a URL must be printable ASCII without spaces");
    for (std::string_view scheme : {"http://", "https://"}) {
        if (!text.starts_with(scheme)) continue;
        const std::size_t path = text.find_first_of("/?", scheme.size());
        text = path == std::string_view::npos ? "/" : text.substr(path);
        break;
    }
    if (!text.starts_with('/'))
        return fail(Errc::invalid_argument,
                    "the target of a request must be a path such as /livez");
    return text;
}

Error query_fault(std::string_view name, std::string_view what) {
    std::string pointer = "/";
    for (char c : utf8_cut(name, kShownMax)) {
        if (c == '~')
            pointer += "~0";
        else if (c == '/')
            pointer += "~1";
        else
            pointer += c;
    }
    Error out{Errc::invalid_argument, pointer + ' ' + std::string(what)};
    out.faults.push_back({std::move(pointer), std::string(what)});
    return out;
}

Result<json::Object> parse_query(std::string_view text) {
    json::Object out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view part = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (part.empty()) continue;
        if (out.size() == kQueryMax)
            return fail(Errc::invalid_argument,
                        "a query has at most " + std::to_string(kQueryMax) + " parameters");
        const std::size_t equals = std::min(part.find('='), part.size());
        TRY(const std::string name, percent_decode(part.substr(0, equals), true));
        TRY(const std::string value,
            percent_decode(part.substr(std::min(equals + 1, part.size())), true));
        if (!out.emplace(name, value).second)
            return std::unexpected(query_fault(name, "must be given once"));
    }
    return out;
}

std::vector<std::string_view> split_path(std::string_view path) {
    std::vector<std::string_view> out;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::size_t end = std::min(path.find('/'), path.size());
        out.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return out;
}

// Sorts literal segments before parameters, from the left.
std::string rank(const std::vector<std::string>& segments) {
    std::string out;
    for (const std::string& segment : segments) out += parameter_name(segment).empty() ? '0' : '1';
    return out;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
    return std::ranges::equal(
        pattern, segments, [](const std::string& wanted, const std::string& given) {
            return parameter_name(wanted).empty() ? wanted == given : !given.empty();
        });
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
    TRY(const std::string_view target, origin_form(text));
    const std::size_t mark = std::min(target.find('?'), target.size());
    Target out{.path = std::string(target.substr(0, mark)), .segments = {}, .query = {}};
    for (std::string_view part : split_path(out.path)) {
        if (out.segments.size() == kSegmentsMax)
            return fail(Errc::invalid_argument,
                        "a path has at most " + std::to_string(kSegmentsMax) + " segments");
        TRY(std::string segment, percent_decode(part, false));
        // What stands before this server may resolve them differently than we would.
        if (segment == "." || segment == "..")
            return fail(Errc::invalid_argument, "a path must not contain '.' or '..' segments");
        out.segments.push_back(std::move(segment));
    }
    TRY(out.query, parse_query(target.substr(std::min(mark + 1, target.size()))));
    return out;
}

std::vector<std::string> template_segments(std::string_view path) {
    const std::vector<std::string_view> parts = split_path(path);
    return {parts.begin(), parts.end()};
}

std::string_view parameter_name(std::string_view segment) {
    if (segment.size() < 3 || segment.front() != '{' || segment.back() != '}') return {};
    return segment.substr(1, segment.size() - 2);
}

RouteTable::RouteTable(const std::vector<RawRoute>& routes) {
    for (const RawRoute& route : routes)
        entries_.push_back({&route, template_segments(route.path)});
    std::ranges::sort(entries_, {}, [](const Entry& e) { return rank(e.segments); });
}

RouteTable::Match RouteTable::find(std::string_view method,
                                   const std::vector<std::string>& segments) const {
    Match out;
    const std::string_view wanted = method == "HEAD" ? "GET" : method;
    for (const Entry& entry : entries_) {
        if (!fits(entry.segments, segments)) continue;
        if (entry.route->method != wanted) {
            out.allow += (out.allow.empty() ? "" : ", ") + entry.route->method;
            if (entry.route->method == "GET") out.allow += ", HEAD";
            continue;
        }
        out.route = entry.route;
        out.allow.clear();
        for (std::size_t i = 0; i < segments.size(); ++i) {
            const std::string_view name = parameter_name(entry.segments[i]);
            if (!name.empty()) out.params.emplace(name, segments[i]);
        }
        return out;
    }
    return out;
}

Result<json::Value> merge_params(json::Object path, const json::Object& query) {
    for (const auto& [name, value] : query) {
        if (!path.emplace(name, value).second)
            return std::unexpected(query_fault({name.data(), name.size()},
                                               "is given in the path and must not be repeated"));
    }
    return json::Value(std::move(path));
}

}  // namespace nsl::api
