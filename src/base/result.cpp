// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

namespace nsl {

const char* errc_name(Errc code) {
    switch (code) {
        case Errc::invalid_argument:
            return "invalid_argument";
        case Errc::unauthenticated:
            return "unauthenticated";
        case Errc::forbidden:
            return "forbidden";
        case Errc::not_found:
            return "not_found";
        case Errc::conflict:
            return "conflict";
        case Errc::insufficient_funds:
            return "insufficient_funds";
        case Errc::limit_exceeded:
            return "limit_exceeded";
        case Errc::unavailable:
            return "unavailable";
        case Errc::timeout:
            return "timeout";
        case Errc::internal:
            return "internal";
    }
    return "internal";
}

}  // namespace nsl
