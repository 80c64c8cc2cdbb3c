// SPDX-License-Identifier: Apache-2.0
// Scripts, stack items and contracts as neo-go has them (tests/vectors/neo).
#include <gtest/gtest.h>

#include "neo/abi.h"
#include "neo/manifest.h"
#include "neo/nef.h"
#include "neo/script.h"
#include "neo/stack_item.h"
#include "own_vectors.h"

namespace nsl::neo {
namespace {

TEST(NeoGoScripts, PushIntegersAndData) {
    const json::Value file = own_vectors("scripts.json");
    EXPECT_EQ(list_in(file, "integers").size(), 69u);
    for (const json::Value& v : list_in(file, "integers")) {
        ScriptBuilder script;
        script.push_integer(int256_parse(text_in(v, "value")).value());
        EXPECT_EQ(hex_encode(script.view()), text_in(v, "script")) << text_in(v, "value");
    }
    for (const json::Value& v : list_in(file, "data")) {
        const Bytes zeros(v.at("zeros").to_number<std::size_t>());
        Bytes expected = hex_in(v, "prefix");
        expected.insert(expected.end(), zeros.begin(), zeros.end());
        EXPECT_EQ(ScriptBuilder().push_bytes(zeros).take(), expected) << zeros.size();
    }
    for (const json::Value& v : list_in(file, "syscalls"))
        EXPECT_EQ(ScriptBuilder().syscall(text_in(v, "name")).take(), hex_in(v, "script"));
}

std::vector<Argument> arguments_in(const json::Value& v) {
    std::vector<Argument> out;
    for (const json::Value& parameter : list_in(v, "arguments")) {
        auto argument = argument_from_json(parameter);
        EXPECT_TRUE(argument) << argument.error().message;
        if (argument) out.push_back(*std::move(argument));
    }
    return out;
}

TEST(NeoGoScripts, PackArgumentsAndCall) {
    const json::Value file = own_vectors("scripts.json");
    for (const json::Value& v : list_in(file, "arrays")) {
        ScriptBuilder script;
        script.push(Argument::array(arguments_in(v)));
        EXPECT_EQ(hex_encode(script.view()), text_in(v, "script")) << v.at("arguments");
    }
    int flags = 0;
    for (const json::Value& v : list_in(file, "calls")) {
        ScriptBuilder script;
        script.call(hash_in(v, "contract"), text_in(v, "method"), arguments_in(v),
                    static_cast<CallFlags>(++flags));
        EXPECT_EQ(hex_encode(script.assert_true().view()), text_in(v, "script"));
    }
    EXPECT_EQ(flags, 12);
}

TEST(NeoGoStackItems, AreReadAndWrittenBothWays) {
    const json::Value file = own_vectors("stack_items.json");
    for (const json::Value& v : list_in(file, "items")) {
        SCOPED_TRACE(text_in(v, "name"));
        const auto shown = StackItem::from_json(v.at("json"));
        ASSERT_TRUE(shown) << shown.error().message;
        EXPECT_EQ(shown->to_json(), v.at("json"));
        EXPECT_EQ(hex_encode(shown->serialize().value()), text_in(v, "bytes"));
        const auto read = StackItem::deserialize(hex_in(v, "bytes"));
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ(*read, *shown);
    }
    for (const json::Value& v : list_in(file, "only_json")) {
        const auto shown = StackItem::from_json(v.at("json"));
        ASSERT_TRUE(shown) << shown.error().message;
        EXPECT_EQ(shown->to_json(), v.at("json"));
        EXPECT_FALSE(shown->serialize());
    }
    for (const json::Value& v : list_in(file, "refused"))
        EXPECT_FALSE(StackItem::deserialize(hex_in(v, "bytes"))) << text_in(v, "name");
}

TEST(NeoGoStackItems, HaveOneFormOnly) {
    const json::Value file = own_vectors("stack_items.json");
    const auto again = [](const Bytes& data) -> std::optional<Bytes> {
        const auto read = StackItem::deserialize(data);
        return read ? std::optional(read->serialize().value()) : std::nullopt;
    };
    for (const json::Value& v : list_in(file, "items")) {
        expect_one_form_only(hex_in(v, "bytes"), again);
        expect_whole_only(hex_in(v, "bytes"), again);
    }
}

TEST(NeoGoContracts, FilesAreReadAndWrittenBothWays) {
    const json::Value file = own_vectors("contracts.json");
    const Hash160 sender = from_address(text_in(file, "sender")).value();
    for (const json::Value& v : list_in(file, "nefs")) {
        SCOPED_TRACE(text_in(v, "name"));
        const auto nef = Nef::parse(hex_in(v, "bytes"));
        ASSERT_TRUE(nef) << nef.error().message;
        EXPECT_EQ(hex_encode(nef->serialize()), text_in(v, "bytes"));
        EXPECT_EQ(nef->to_json(), v.at("json"));
        const auto shown = Nef::from_json(v.at("json"));
        ASSERT_TRUE(shown) << shown.error().message;
        EXPECT_EQ(*shown, *nef);
        EXPECT_EQ(contract_hash(sender, nef->checksum(), text_in(file, "contract_name")).display(),
                  text_in(v, "hash"));
    }
    for (const json::Value& v : list_in(file, "refused_nefs"))
        EXPECT_FALSE(Nef::parse(hex_in(v, "bytes"))) << text_in(v, "name");
}

TEST(NeoGoContracts, FilesHaveOneFormOnly) {
    const json::Value file = own_vectors("contracts.json");
    const auto again = [](const Bytes& data) -> std::optional<Bytes> {
        const auto nef = Nef::parse(data);
        return nef ? std::optional(nef->serialize()) : std::nullopt;
    };
    for (const json::Value& v : list_in(file, "nefs")) {
        expect_one_form_only(hex_in(v, "bytes"), again);
        expect_whole_only(hex_in(v, "bytes"), again);
    }
}

TEST(NeoGoContracts, ManifestsAreReadAndWrittenBothWays) {
    const json::Value file = own_vectors("contracts.json");
    for (const json::Value& v : list_in(file, "manifests")) {
        SCOPED_TRACE(text_in(v, "name"));
        const auto manifest = Manifest::parse(text_in(v, "given"));
        ASSERT_TRUE(manifest) << manifest.error().message;
        EXPECT_EQ(json::write_value(manifest->to_json()), text_in(v, "canonical"));
        EXPECT_EQ(Manifest::parse(text_in(v, "canonical")).value(), *manifest);
        EXPECT_TRUE(manifest->groups_signed(hash_in(file, "grouped_contract")));
        EXPECT_EQ(manifest->groups_signed(native::gas_token()), manifest->groups.empty());
    }
    for (const json::Value& v : list_in(file, "refused_manifests"))
        EXPECT_FALSE(Manifest::parse(text_in(v, "given"))) << text_in(v, "name");
}

TEST(NeoGoContracts, ManifestsAreRefusedCutShort) {
    const json::Value file = own_vectors("contracts.json");
    for (const json::Value& v : list_in(file, "manifests")) {
        const std::string text = text_in(v, "canonical");
        for (std::size_t size = 0; size < text.size(); ++size)
            ASSERT_FALSE(Manifest::parse(text.substr(0, size)))
                << text_in(v, "name") << " " << size;
    }
}

}  // namespace
}  // namespace nsl::neo
