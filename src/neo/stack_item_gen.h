// SPDX-License-Identifier: Apache-2.0
// Random stack items, for property tests only.
#pragma once
#include <rapidcheck.h>

#include <algorithm>

#include "neo/stack_item.h"

namespace nsl::neo {

inline Int256 random_integer() {
    Bytes bytes = *rc::gen::resize(32, rc::gen::arbitrary<Bytes>());
    bytes.resize(std::min<std::size_t>(bytes.size(), 32));
    return int256_decode(bytes).value();
}

inline StackItem random_key(std::size_t number) {
    // The number makes keys of one map differ.
    if (number == 0) return StackItem::boolean(*rc::gen::arbitrary<bool>());
    if (number % 2 == 1) return StackItem::integer(number * 1000);
    return StackItem::text("key " + std::to_string(number));
}

// What StdLib.serialize takes: no pointer, no interop interface.
inline StackItem random_item(int depth) {
    const int kind = *rc::gen::inRange(0, depth > 0 ? 8 : 5);
    if (kind == 0) return StackItem::null();
    if (kind == 1) return StackItem::boolean(*rc::gen::arbitrary<bool>());
    if (kind == 2) return StackItem::integer(random_integer());
    if (kind == 3) return StackItem::byte_string(*rc::gen::arbitrary<Bytes>());
    if (kind == 4) return StackItem::buffer(*rc::gen::arbitrary<Bytes>());
    const auto size = *rc::gen::inRange<std::size_t>(0, 4);
    if (kind == 7) {
        std::vector<StackItem::Entry> entries;
        for (std::size_t i = 0; i < size; ++i)
            entries.push_back({random_key(i), random_item(depth - 1)});
        return StackItem::map(std::move(entries));
    }
    std::vector<StackItem> items;
    for (std::size_t i = 0; i < size; ++i) items.push_back(random_item(depth - 1));
    return kind == 5 ? StackItem::array(std::move(items)) : StackItem::structure(std::move(items));
}

}  // namespace nsl::neo
