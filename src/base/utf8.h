// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace nsl {

// Well-formed UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
bool utf8_valid(std::string_view text);

// The same text with every byte that does not belong to a well-formed sequence replaced by U+FFFD.
std::string utf8_clean(std::string_view text);

// The longest start of at most `size` bytes that does not cut a sequence in two.
std::string_view utf8_cut(std::string_view text, std::size_t size);

// The same text in Unicode normal form C (UAX #15). Made for passwords: what it works in is wiped,
// and so is what it gives. Errors: invalid_argument (not UTF-8), limit_exceeded (above 64 KiB).
Result<Secret<std::string>> utf8_nfc(std::string_view text);

}  // namespace nsl
