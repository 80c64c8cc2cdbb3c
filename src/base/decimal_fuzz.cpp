// SPDX-License-Identifier: Apache-2.0
// What the parser accepts has a canonical text that means the same; rounding never crashes.
#include "base/decimal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nsl;
    const auto value = Decimal::parse({reinterpret_cast<const char*>(data), size});
    if (!value) return 0;
    const std::string text = value->to_string();
    const auto back = Decimal::parse(text);
    NSL_ASSERT(text.size() > 64 || (back && *back == *value));
    for (int places : {-70, -8, 0, 8, 18, 70}) {
        for (Rounding rounding :
             {Rounding::exact, Rounding::half_even, Rounding::down, Rounding::up}) {
            const auto fixed = value->to_fixed(places, rounding);
            if (fixed && rounding == Rounding::exact && places >= -44 && places <= 64)
                NSL_ASSERT(Decimal::from(*fixed, -places) == *value);
        }
    }
    return 0;
}
