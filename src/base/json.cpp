// SPDX-License-Identifier: Apache-2.0
// JSON text to values and back, on Boost.JSON's parser with a handler of ours that refuses what the
// library lets pass: keys given twice, and numbers that no double can hold.
#include "base/json.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <charconv>
#include <unordered_set>

#include "base/utf8.h"

namespace nsl::json {
namespace {

using boost::json::error_code;
using Text = boost::json::string_view;

struct Handler {
    // The names Boost.JSON asks for.
    // NOLINTBEGIN(readability-identifier-naming)
    static constexpr std::size_t max_object_size = Object::max_size();
    static constexpr std::size_t max_array_size = Array::max_size();
    static constexpr std::size_t max_key_size = boost::json::string::max_size();
    static constexpr std::size_t max_string_size = boost::json::string::max_size();
    // NOLINTEND(readability-identifier-naming)

    boost::json::value_stack stack;
    std::vector<std::unordered_set<std::string>> keys;  // of the objects that are open
    std::string key;                                    // its parts so far
    std::string refusal;                                // why we, not the library, stopped

    bool refuse(std::string why, error_code& ec) {
        refusal = std::move(why);
        ec = boost::json::error::syntax;
        return false;
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code&) {
        keys.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t count, error_code&) {
        keys.pop_back();
        stack.push_object(count);
        return true;
    }
    bool on_array_begin(error_code&) { return true; }
    bool on_array_end(std::size_t count, error_code&) {
        stack.push_array(count);
        return true;
    }
    bool on_key_part(Text part, std::size_t, error_code&) {
        key.append(part.data(), part.size());
        stack.push_chars(part);
        return true;
    }
    bool on_key(Text part, std::size_t, error_code& ec) {
        key.append(part.data(), part.size());
        stack.push_key(part);
        if (!keys.back().insert(std::exchange(key, {})).second)
            return refuse("an object has the same key twice", ec);
        return true;
    }
    bool on_string_part(Text part, std::size_t, error_code&) {
        stack.push_chars(part);
        return true;
    }
    bool on_string(Text part, std::size_t, error_code&) {
        stack.push_string(part);
        return true;
    }
    bool on_number_part(Text, error_code&) { return true; }
    bool on_int64(std::int64_t value, Text, error_code&) {
        stack.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, Text, error_code&) {
        stack.push_uint64(value);
        return true;
    }
    // The library's own conversion may be off in the last place; the text is whole here because the
    // document is given in one piece.
    bool on_double(double, Text text, error_code& ec) {
        double value = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
        if (read.ec != std::errc() || read.ptr != text.data() + text.size())
            return refuse("a number is outside the range of a double", ec);
        stack.push_double(value);
        return true;
    }
    bool on_bool(bool value, error_code&) {
        stack.push_bool(value);
        return true;
    }
    bool on_null(error_code&) {
        stack.push_null();
        return true;
    }
    bool on_comment_part(Text, error_code&) { return true; }
    bool on_comment(Text, error_code&) { return true; }
};

}  // namespace

Result<Value> parse_value(std::string_view text, Limits limits) {
    if (text.size() > limits.bytes_max) {
        return fail(Errc::limit_exceeded, "JSON text has " + std::to_string(text.size()) +
                                              " bytes, at most " +
                                              std::to_string(limits.bytes_max) + " are taken");
    }
    boost::json::parse_options options;
    options.max_depth = limits.depth_max;
    boost::json::basic_parser<Handler> parser(options);
    parser.handler().stack.reset();
    error_code ec;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
    if (ec == boost::json::error::too_deep) {
        return fail(Errc::limit_exceeded, "JSON text is nested deeper than " +
                                              std::to_string(limits.depth_max) + " levels");
    }
    if (!ec && used < text.size()) ec = boost::json::error::extra_data;
    if (ec) {
        const std::string& refusal = parser.handler().refusal;
        return fail(Errc::invalid_argument, "not valid JSON at offset " + std::to_string(used) +
                                                ": " + (refusal.empty() ? ec.message() : refusal));
    }
    return parser.handler().stack.release();
}

std::string write_value(const Value& value) {
    std::string text = boost::json::serialize(value);
    return utf8_valid(text) ? text : utf8_clean(text);
}

}  // namespace nsl::json
