// SPDX-License-Identifier: Apache-2.0
// What StdLib.serialize and neo-go's JSON-RPC made of the same values.
#include <gtest/gtest.h>

#include "neo/stack_item.h"
#include "neo/vector_file.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

json::Value vectors() {
    return parse_vectors(
        testing_support::read_text_file(testing_support::vectors_dir() + "/neo/stackitems.json"));
}

TEST(StackItemVectors, BothFormsReadAndWriteAlike) {
    int seen = 0;
    const json::Value file = vectors();
    for (const json::Value& v : file.as_array()) {
        SCOPED_TRACE(text_in(v, "name"));
        const json::Value& json = v.at("stackItemJson");
        const auto item = StackItem::from_json(json);
        ASSERT_TRUE(item) << item.error().message;
        EXPECT_EQ(json::write_value(item->to_json()), json::write_value(json));
        EXPECT_EQ(hex_encode(item->serialize().value()), text_in(v, "serialized"));
        const auto binary = StackItem::deserialize(hex_in(v, "serialized"));
        ASSERT_TRUE(binary) << binary.error().message;
        EXPECT_EQ(*binary, *item);
        ++seen;
    }
    EXPECT_EQ(seen, 13);
}

TEST(StackItemVectors, DamageIsRefusedOrWrittenBack) {
    const json::Value file = vectors();
    for (const json::Value& v : file.as_array()) {
        const Bytes bytes = hex_in(v, "serialized");
        for (std::size_t end = 0; end < bytes.size(); ++end)
            EXPECT_FALSE(StackItem::deserialize(ByteView(bytes).first(end)))
                << text_in(v, "name") << " cut at " << end;
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            Bytes damaged = bytes;
            damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
            const auto item = StackItem::deserialize(damaged);
            if (item)
                EXPECT_EQ(item->serialize().value(), damaged) << text_in(v, "name") << " " << bit;
        }
    }
}

// Each item is read as what it is and refused as what it is not.
TEST(StackItemVectors, EveryItemReads) {
    const json::Value file = vectors();
    int integers = 0, booleans = 0, bytes = 0, lists = 0, others = 0;
    for (const json::Value& v : file.as_array()) {
        const json::Value& json = v.at("stackItemJson");
        const StackItem item = StackItem::from_json(json).value();
        const std::string type = text_in(json, "type");
        EXPECT_EQ(stack_item_type_name(item.type), type);
        SCOPED_TRACE(text_in(v, "name"));
        if (type == "Integer") {
            EXPECT_EQ(int256_text(item.as_integer().value()), text_in(json, "value"));
            EXPECT_FALSE(item.as_text());
            EXPECT_FALSE(item.as_hash160());
            ++integers;
        } else if (type == "Boolean") {
            EXPECT_EQ(item.as_boolean().value(), json.at("value").as_bool());
            ++booleans;
        } else if (type == "ByteString") {
            EXPECT_EQ(item.as_bytes().value(), base64_in(json, "value"));
            EXPECT_EQ(as_bytes(item.as_text().value()).size(), base64_in(json, "value").size());
            ++bytes;
        } else if (type == "Array" || type == "Struct") {
            EXPECT_EQ(item.as_array().value()->size(), list_in(json, "value").size());
            EXPECT_FALSE(item.as_integer());
            ++lists;
        } else {
            EXPECT_TRUE(type == "Any" || type == "Map") << type;
            EXPECT_FALSE(item.as_integer());
            EXPECT_FALSE(item.as_bytes());
            EXPECT_FALSE(item.as_array());
            ++others;
        }
    }
    EXPECT_EQ(integers, 6);
    EXPECT_EQ(booleans, 1);
    EXPECT_EQ(bytes, 2);
    EXPECT_EQ(lists, 2);
    EXPECT_EQ(others, 2);
}

}  // namespace
}  // namespace nsl::neo
