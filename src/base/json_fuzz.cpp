// SPDX-License-Identifier: Apache-2.0
// What the parser accepts, it writes and reads back unchanged; decoding never crashes.
#include "base/json.h"

namespace nsl::fuzz {

enum class Kind { one, two };
BOOST_DESCRIBE_ENUM(Kind, one, two)

struct Body {
    std::string a;
    std::int32_t b = 0;
    std::optional<double> c;
    std::vector<Kind> d;
    std::map<std::string, json::Value> e;
};
BOOST_DESCRIBE_STRUCT(Body, (), (a, b, c, d, e))

}  // namespace nsl::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nsl;
    const auto value = json::parse_value({reinterpret_cast<const char*>(data), size});
    if (!value) return 0;
    const std::string text = json::write_value(*value);
    const auto back = json::parse_value(text, {.bytes_max = text.size()});
    NSL_ASSERT(back && *back == *value);
    const auto body = json::decode<fuzz::Body>(*value);
    if (body) NSL_ASSERT(json::decode<fuzz::Body>(json::encode(*body)).has_value());
    return 0;
}
