// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "neo/abi.h"
#include "neo/script.h"
#include "neo/vector_file.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

json::Value shared_vectors(const std::string& file) {
    const std::string path = testing_support::vectors_dir() + "/neo/" + file;
    return parse_vectors(testing_support::read_text_file(path));
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
        EXPECT_EQ(hex_encode(ScriptBuilder().push(argument_from_json(v.at("json")).value()).take()),
                  expected);
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

}  // namespace
}  // namespace nsl::neo
