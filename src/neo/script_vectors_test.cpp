// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "neo/manifest.h"
#include "neo/script.h"
#include "neo/stack_item.h"
#include "neo/vector_file.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

json::Value shared_vectors(const std::string& file) {
    const std::string path = testing_support::vectors_dir() + "/neo/" + file;
    return parse_vectors(testing_support::read_text_file(path));
}

Argument argument_of(const json::Value& json) {
    const std::string type = text_in(json, "type");
    const json::Value* value = json.as_object().if_contains("value");
    if (!value || value->is_null()) return Argument::null();
    if (type == "Boolean") return Argument::boolean(value->as_bool());
    if (type == "Array") {
        Argument::Array items;
        for (const json::Value& item : value->as_array()) items.push_back(argument_of(item));
        return Argument::array(std::move(items));
    }
    const std::string text(value->as_string());
    if (type == "Integer") return Argument::integer(int256_parse(text).value());
    if (type == "String") return Argument::text(text);
    if (type == "Hash160") return Argument::hash(Hash160::parse(text).value());
    if (type == "PublicKey") return Argument::key(PublicKey::parse(text).value());
    if (type == "ByteArray") return Argument::bytes(base64_decode(text).value());
    throw std::runtime_error("no argument of type " + type);
}

// Arguments in the shorthand of `calls`: null, a number, or "hex:" and raw bytes.
Argument short_argument_of(const json::Value& json) {
    if (json.is_null()) return Argument::null();
    if (json.is_int64()) return Argument::integer(json.get_int64());
    return Argument::bytes(hex_decode(std::string_view(json.as_string()).substr(4)).value());
}

TEST(ScriptVectors, Integers) {
    const json::Value file = shared_vectors("scripts.json");
    int seen = 0;
    for (const json::Value& v : list_in(file, "integers")) {
        const Int256 value = int256_parse(text_in(v, "value")).value();
        EXPECT_EQ(hex_encode(ScriptBuilder().push_integer(value).take()), text_in(v, "script"));
        ++seen;
    }
    EXPECT_EQ(seen, 28);
}

TEST(ScriptVectors, Parameters) {
    const json::Value file = shared_vectors("scripts.json");
    int seen = 0;
    for (const json::Value& v : list_in(file, "params")) {
        std::string expected = text_in(v, "script");
        // neon-js packs zero items; we write NEWARRAY0 as C# and neo-go do. The file says so.
        if (text_in(v, "name") == "empty array") expected = "c2";
        EXPECT_EQ(hex_encode(ScriptBuilder().push(argument_of(v.at("json"))).take()), expected);
        ++seen;
    }
    EXPECT_EQ(seen, 9);
}

TEST(ScriptVectors, Calls) {
    const json::Value file = shared_vectors("scripts.json");
    int seen = 0;
    for (const json::Value& v : list_in(file, "calls")) {
        std::vector<Argument> args;
        for (const json::Value& arg : list_in(v, "args")) args.push_back(short_argument_of(arg));
        const auto flags = static_cast<CallFlags>(v.at("callflags").as_int64());
        const Bytes script =
            ScriptBuilder().call(hash_in(v, "contract"), text_in(v, "method"), args, flags).take();
        EXPECT_EQ(hex_encode(script), text_in(v, "script")) << text_in(v, "name");
        ++seen;
    }
    EXPECT_EQ(seen, 3);
}

TEST(ScriptVectors, DataPushesAndSyscalls) {
    const json::Value file = shared_vectors("scripts.json");
    int seen = 0;
    for (const json::Value& v : list_in(file, "data_push")) {
        const auto size = static_cast<std::size_t>(v.at("len").as_int64());
        const std::string prefix = text_in(v, "prefix");
        const Bytes script = ScriptBuilder().push_bytes(Bytes(size, 0x7e)).take();
        EXPECT_EQ(script.size(), size + prefix.size() / 2);
        EXPECT_EQ(hex_encode(ByteView(script).first(prefix.size() / 2)), prefix);
        ++seen;
    }
    EXPECT_EQ(seen, 8);
    for (const auto& [name, id] : file.at("syscalls").as_object()) {
        EXPECT_EQ(hex_encode(ScriptBuilder().syscall(name).take()),
                  "41" + std::string(id.as_string()));
        ++seen;
    }
    EXPECT_EQ(seen, 8 + 13);
}

TEST(ContractVectors, HashOfADeployedContract) {
    const json::Value file = shared_vectors("contract.json");
    const auto checksum = nef_checksum(base64_in(file, "nefBase64"));
    ASSERT_TRUE(checksum);
    EXPECT_EQ(*checksum, static_cast<std::uint32_t>(file.at("nefChecksum").as_int64()));
    const auto name = manifest_name(json::write_value(file.at("manifest")));
    ASSERT_TRUE(name);
    EXPECT_EQ(*name, text_in(file, "name"));
    EXPECT_EQ(contract_hash(hash_in(file, "sender"), *checksum, *name).display(),
              text_in(file, "contractHash"));
    EXPECT_EQ(hash160(hex_in(file, "hashScript")).display(), text_in(file, "contractHash"));
}

// Each item is read as what it is and refused as what it is not.
TEST(StackItemVectors, EveryItemReads) {
    const json::Value file = shared_vectors("stackitems.json");
    int integers = 0, booleans = 0, bytes = 0, lists = 0, others = 0;
    for (const json::Value& v : file.as_array()) {
        const json::Value& item = v.at("stackItemJson");
        const std::string type = text_in(item, "type");
        SCOPED_TRACE(text_in(v, "name"));
        if (type == "Integer") {
            EXPECT_EQ(int256_text(item_integer(item).value()), text_in(item, "value"));
            EXPECT_FALSE(item_bytes(item));
            ++integers;
        } else if (type == "Boolean") {
            EXPECT_EQ(item_boolean(item).value(), item.at("value").as_bool());
            ++booleans;
        } else if (type == "ByteString") {
            EXPECT_EQ(item_bytes(item).value(), base64_in(item, "value"));
            EXPECT_EQ(as_bytes(item_text(item).value()).size(), base64_in(item, "value").size());
            ++bytes;
        } else if (type == "Array" || type == "Struct") {
            EXPECT_EQ(*item_array(item).value(), list_in(item, "value"));
            EXPECT_FALSE(item_integer(item));
            ++lists;
        } else {
            EXPECT_TRUE(type == "Any" || type == "Map") << type;
            EXPECT_FALSE(item_integer(item));
            EXPECT_FALSE(item_bytes(item));
            EXPECT_FALSE(item_array(item));
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
