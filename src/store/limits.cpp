// SPDX-License-Identifier: Apache-2.0
#include "store/limits.h"

#include <string>

#include "base/utf8.h"

namespace nsl::store {
namespace {

std::string range(std::int64_t least, std::int64_t most) {
    return std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

Status check_text(std::string_view what, std::string_view text, std::size_t least,
                  std::size_t most) {
    if (text.size() < least || text.size() > most)
        return fail(Errc::invalid_argument,
                    std::string(what) + " has " + std::to_string(text.size()) +
                        " bytes; it takes " +
                        range(static_cast<std::int64_t>(least), static_cast<std::int64_t>(most)));
    if (!utf8_valid(text) || text.find('\0') != std::string_view::npos)
        return fail(Errc::invalid_argument,
                    std::string(what) + " must be UTF-8 text without a NUL byte");
    return {};
}

Status check_range(std::string_view what, std::int64_t value, std::int64_t least,
                   std::int64_t most) {
    if (value >= least && value <= most) return {};
    return fail(Errc::invalid_argument, std::string(what) + " is " + std::to_string(value) +
                                            "; it must be " + range(least, most));
}

}  // namespace nsl::store
