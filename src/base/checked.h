// SPDX-License-Identifier: Apache-2.0
// Integer arithmetic that reports overflow instead of wrapping.
#pragma once
#include <concepts>

#include "base/result.h"

namespace nsl {

// Errors of all: limit_exceeded when the true result does not fit T.
template <std::integral T>
Result<T> checked_add(T a, T b) {
    T out;
    if (__builtin_add_overflow(a, b, &out)) return fail(Errc::limit_exceeded, "sum overflows");
    return out;
}

template <std::integral T>
Result<T> checked_sub(T a, T b) {
    T out;
    if (__builtin_sub_overflow(a, b, &out))
        return fail(Errc::limit_exceeded, "difference overflows");
    return out;
}

template <std::integral T>
Result<T> checked_mul(T a, T b) {
    T out;
    if (__builtin_mul_overflow(a, b, &out)) return fail(Errc::limit_exceeded, "product overflows");
    return out;
}

// The same value in another integer type.
template <std::integral To, std::integral From>
Result<To> checked_cast(From value) {
    To out;
    if (__builtin_add_overflow(value, From{0}, &out))
        return fail(Errc::limit_exceeded, "value does not fit");
    return out;
}

}  // namespace nsl
