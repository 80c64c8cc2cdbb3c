// SPDX-License-Identifier: Apache-2.0
// 256-bit signed integers: what the Neo virtual machine calls Integer.
#pragma once
#include <boost/multiprecision/cpp_int.hpp>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl {

// Checked: arithmetic that overflows 256 bits throws std::overflow_error or
// std::range_error.
using Int256 = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<
    256, 256, boost::multiprecision::signed_magnitude, boost::multiprecision::checked>>;

// Decimal text with optional leading '-', no leading zeros and no "-0". Errors: invalid_argument,
// limit_exceeded (outside
// [-2^255, 2^255)).
Result<Int256> int256_parse(std::string_view text);
std::string int256_text(const Int256& value);

// Shortest two's complement, little-endian, as the VM stores it (neo-go pkg/encoding/bigint); zero
// is empty. A value outside [-2^255, 2^255) gives 33 bytes, which no VM takes.
Bytes int256_encode(const Int256& value);
// Errors: limit_exceeded above 32 bytes. Accepts redundant sign bytes, as the VM does.
Result<Int256> int256_decode(ByteView data);

// Errors: limit_exceeded when it does not fit.
Result<std::int64_t> int256_to_i64(const Int256& value);

}  // namespace nsl
