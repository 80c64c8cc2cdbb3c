// SPDX-License-Identifier: Apache-2.0
// Targets and requests from outside never crash the parsers; what they accept keeps their promises.
#include "api/request_parser.h"
#include "api/target.h"
#include "base/utf8.h"

namespace {

using namespace nsl;
using namespace nsl::api;

void check_target(std::string_view text) {
    const auto target = parse_target(text);
    if (!target) {
        NSL_ASSERT(target.error().code == Errc::invalid_argument);
        return;
    }
    NSL_ASSERT(target->path.starts_with('/') && !target->segments.empty());
    for (const std::string& segment : target->segments)
        NSL_ASSERT(utf8_valid(segment) && segment != "." && segment != "..");
    static const std::vector<RawRoute> routes = {{.method = "GET", .path = "/v1/{id}"},
                                                 {.method = "GET", .path = "/{a}/{b}/{c}"}};
    static const RouteTable table(routes);
    auto match = table.find("GET", target->segments);
    if (const auto merged = merge_params(std::move(match.params), target->query))
        NSL_ASSERT(convert_params(*merged, {{"properties", {{"id", {{"type", "integer"}}}}}}));
}

// The same bytes give the same request however they arrive.
void check_request(std::string_view text, std::size_t step) {
    RequestParser parser(1'024, 1'024);
    std::string buffer;
    for (std::size_t at = 0; at < text.size() && !parser.done(); at += step) {
        buffer += text.substr(at, step);
        const auto used = parser.put(buffer);
        if (!used) return;
        NSL_ASSERT(*used <= buffer.size());
        buffer.erase(0, *used);
        NSL_ASSERT(buffer.size() <= 2'048 + step);
    }
    if (parser.done()) check_target(parser.request().target);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_target(text);
    check_request(text, 1);
    check_request(text, 64);
    return 0;
}
