// SPDX-License-Identifier: Apache-2.0
// Every way to cut or to flip one bit of an input. For tests only.
#pragma once
#include <string>

#include "base/bytes.h"

namespace nsl::neo {

// Of Bytes or std::string: all proper prefixes.
template <class Input, class Use>
void each_cut(const Input& whole, Use use) {
    for (std::size_t size = 0; size < whole.size(); ++size)
        use(Input(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
}

template <class Input, class Use>
void each_flipped_bit(const Input& whole, Use use) {
    Input changed = whole;
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        const auto mask = static_cast<typename Input::value_type>(1 << (bit % 8));
        changed[bit / 8] = static_cast<typename Input::value_type>(changed[bit / 8] ^ mask);
        use(changed);
        changed[bit / 8] = whole[bit / 8];
    }
}

}  // namespace nsl::neo
