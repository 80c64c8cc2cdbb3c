// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "checks.h"
#include "neo/abi.h"
#include "neo/nef.h"
#include "neo/script.h"
#include "neo/vector_file.h"

namespace nsl::neo::differential {
namespace {

std::vector<Argument> arguments_in(const json::Value& record) {
    std::vector<Argument> out;
    for (const json::Value& parameter : list_in(record, "arguments")) {
        auto argument = argument_from_json(parameter);
        EXPECT_TRUE(argument) << argument.error().message;
        if (argument) out.push_back(*std::move(argument));
    }
    return out;
}

void check_script(const json::Value& record) {
    ScriptBuilder script;
    for (const Argument& argument : arguments_in(record)) script.push(argument);
    EXPECT_EQ(hex_encode(script.view()), text_in(record, "script"));
}

void check_call(const json::Value& record) {
    const auto flags = static_cast<CallFlags>(record.at("flags").to_number<std::uint8_t>());
    ScriptBuilder script;
    script.call(hash_in(record, "contract"), text_in(record, "method"), arguments_in(record),
                flags);
    EXPECT_EQ(hex_encode(script.view()), text_in(record, "script"));
}

void check_nef(const json::Value& record) {
    const Bytes bytes = hex_in(record, "bytes");
    const auto nef = Nef::parse(bytes);
    ASSERT_TRUE(nef) << nef.error().message;
    EXPECT_EQ(nef->serialize(), bytes);
    EXPECT_EQ(nef->checksum(), record.at("json").at("checksum").to_number<std::uint32_t>());
    EXPECT_EQ(nef->to_json(), record.at("json"));
    const auto from_json = Nef::from_json(record.at("json"));
    ASSERT_TRUE(from_json) << from_json.error().message;
    EXPECT_EQ(*from_json, *nef);
}

}  // namespace

Check find_script_check(std::string_view kind) {
    if (kind == "script") return check_script;
    if (kind == "call") return check_call;
    return kind == "nef" ? check_nef : nullptr;
}

}  // namespace nsl::neo::differential
