// SPDX-License-Identifier: Apache-2.0
// From the target of a request to a route and its parameters. Pure.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/router.h"

namespace nsl::api {

struct Target {
    std::string path;                   // as sent, still encoded, without the query
    std::vector<std::string> segments;  // between the slashes, decoded
    json::Object query;                 // {name: text…}, decoded
};

// RFC 9112 section 3.2, origin form and absolute form. The path is split before it is decoded, so
// an encoded slash belongs to its segment; in a query '+' is a space. Errors: invalid_argument for
// another form, bytes outside printable ASCII, a broken or non-UTF-8 escape, an escaped control
// character, `.` and `..` segments, a parameter given twice, or more than 32 of either.
Result<Target> parse_target(std::string_view text);

// The segments of a route's path: "{id}" is a parameter.
std::vector<std::string> template_segments(std::string_view path);
// The name in "{name}", or empty.
std::string_view parameter_name(std::string_view segment);

// Finds routes by path. Refers to the routes it was given.
class RouteTable {
 public:
    explicit RouteTable(const std::vector<RawRoute>& routes);

    struct Match {
        const RawRoute* route = nullptr;
        std::string allow;    // methods of the path, when it has none that fits; else empty
        json::Object params;  // those in the path
    };
    // HEAD finds the GET route. A literal segment goes before a parameter: /a/b before /a/{id}. A
    // parameter is never empty.
    Match find(std::string_view method, const std::vector<std::string>& segments) const;

 private:
    struct Entry {
        const RawRoute* route;
        std::vector<std::string> segments;
    };
    std::vector<Entry> entries_;  // the more literal first
};

// Path and query parameters together. Errors: invalid_argument when the query repeats a name of
// the path.
Result<json::Value> merge_params(json::Object path, const json::Object& query);

}  // namespace nsl::api
