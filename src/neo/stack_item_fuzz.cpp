// SPDX-License-Identifier: Apache-2.0
// What either form accepts is written back: the bytes the same, the JSON meaning the same.
#include "neo/abi.h"
#include "neo/stack_item.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using nsl::neo::StackItem;
    const nsl::ByteView bytes(data, size);
    if (const auto item = StackItem::deserialize(bytes)) {
        const auto again = item->serialize();
        NSL_ASSERT(again && std::ranges::equal(*again, bytes));
        const auto copy = StackItem::from_json(item->to_json());
        NSL_ASSERT(copy && *copy == *item);
        (void)nsl::neo::decode_by_type(*item, nsl::neo::ParameterType::any);
    }
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto json = nsl::json::parse_value(text, {.depth_max = nsl::neo::kStackItemJsonDepth});
    if (!json) return 0;
    if (const auto item = StackItem::from_json(*json)) {
        const auto copy = StackItem::from_json(item->to_json());
        NSL_ASSERT(copy && *copy == *item);
        // It may hold what cannot be serialized, or bytes beyond the limit.
        if (const auto binary = item->serialize())
            NSL_ASSERT(StackItem::deserialize(*binary).value() == *item);
    }
    return 0;
}
