// SPDX-License-Identifier: Apache-2.0
// Typed JSON: a struct described with BOOST_DESCRIBE_STRUCT is parsed strictly, written, and turned
// into its JSON Schema (2020-12) from that one description.
//
// Members may be bool, integers of up to 64 bits, double, std::string, std::optional, std::vector,
// std::map<std::string, T>, described enums (as their names), json::Value (anything), and described
// structs. 64-bit amounts that may pass 2^53 are declared as strings by the caller.
#pragma once
#include <boost/describe.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"

namespace nsl::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

// What a field must satisfy beyond its type. For a described struct T, declare beside it
//   std::vector<json::Rule> json_rules(std::type_identity<T>);
struct Rule {
    std::string_view field;
    std::optional<std::int64_t> minimum = {};  // of a number
    std::optional<std::int64_t> maximum = {};
    std::optional<std::size_t> min_length = {};  // of a string in bytes, of an array in items
    std::optional<std::size_t> max_length = {};
    bool may_miss = false;              // when missing, the member keeps its initialiser
    std::string_view description = {};  // for the schema
};

struct Limits {
    std::size_t bytes_max = 1 << 20;
    std::size_t depth_max = 32;
};

// Parses any JSON. Errors: invalid_argument (syntax with its offset, duplicate keys, invalid
// UTF-8), limit_exceeded.
Result<Value> parse_value(std::string_view text, Limits limits = {});

// Compact text, always valid: bytes that are not UTF-8 become U+FFFD.
std::string write_value(const Value& value);

// Fills a T. Unknown and missing members, wrong types, and broken rules are all collected: the
// error is invalid_argument with one Fault per problem (the first 64), each at its JSON pointer. A
// std::optional and a member whose Rule says may_miss may be missing; null in a std::optional is as
// if it were missing. T must be default-constructible.
template <class T>
Result<T> decode(const Value& value);
template <class T>
Result<T> parse(std::string_view text, Limits limits = {});

// An empty std::optional is left out; a double that is not finite becomes null.
template <class T>
Value encode(const T& value);
template <class T>
std::string write(const T& value) {
    return write_value(encode(value));
}

// JSON Schema of T, nested structs inline: T must not contain itself.
template <class T>
Value schema();

}  // namespace nsl::json

#include "base/json_detail.h"
