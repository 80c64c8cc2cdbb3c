// SPDX-License-Identifier: Apache-2.0
// NEFs and manifests of contracts that neo-go compiled, deployed or showed.
#include <gtest/gtest.h>

#include "neo/manifest.h"
#include "neo/nef.h"
#include "neo/vector_file.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

json::Value shared_vectors(const std::string& file) {
    const std::string path = testing_support::vectors_dir() + "/neo/" + file;
    return json::parse_value(testing_support::read_text_file(path), {.bytes_max = 1 << 24}).value();
}

void expect_same_manifest(const json::Value& value) {
    const auto manifest = Manifest::from_json(value);
    ASSERT_TRUE(manifest) << manifest.error().message;
    EXPECT_EQ(manifest->to_json(), value);
    EXPECT_TRUE(manifest->groups_signed(Hash160{}));  // none of them is in a group
}

void expect_same_nef(const json::Value& value) {
    const auto nef = Nef::from_json(value);
    ASSERT_TRUE(nef) << nef.error().message;
    EXPECT_EQ(json::write_value(nef->to_json()), json::write_value(value));
    EXPECT_EQ(Nef::parse(nef->serialize()).value(), *nef);
}

TEST(ContractVectors, HashOfADeployedContract) {
    const json::Value file = shared_vectors("contract.json");
    const Bytes bytes = base64_in(file, "nefBase64");
    const auto nef = Nef::parse(bytes);
    ASSERT_TRUE(nef) << nef.error().message;
    EXPECT_EQ(nef->serialize(), bytes);
    EXPECT_EQ(nef->checksum(), static_cast<std::uint32_t>(file.at("nefChecksum").as_int64()));
    const auto manifest = Manifest::from_json(file.at("manifest"));
    ASSERT_TRUE(manifest) << manifest.error().message;
    EXPECT_EQ(manifest->name, text_in(file, "name"));
    EXPECT_EQ(json::write_value(manifest->to_json()), json::write_value(file.at("manifest")));
    EXPECT_EQ(contract_hash(hash_in(file, "sender"), nef->checksum(), manifest->name).display(),
              text_in(file, "contractHash"));
    EXPECT_EQ(hash160(hex_in(file, "hashScript")).display(), text_in(file, "contractHash"));
}

TEST(ContractVectors, DamageToANefIsRefused) {
    const Bytes bytes = base64_in(shared_vectors("contract.json"), "nefBase64");
    for (std::size_t end = 0; end < bytes.size(); ++end)
        EXPECT_FALSE(Nef::parse(ByteView(bytes).first(end))) << end;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        Bytes damaged = bytes;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        EXPECT_FALSE(Nef::parse(damaged)) << bit;
    }
}

TEST(ContractVectors, ContractsThatNodesShow) {
    int seen = 0;
    for (const json::Value& sample : shared_vectors("rpc_samples_neogo.json").as_array()) {
        const json::Value* reply = sample.as_object().if_contains("response");
        const json::Value* result =
            reply && reply->is_object() ? reply->as_object().if_contains("result") : nullptr;
        if (text_in(sample, "name") != "getcontractstate" || !result) continue;
        expect_same_nef(result->at("nef"));
        expect_same_manifest(result->at("manifest"));
        ++seen;
    }
    EXPECT_EQ(seen, 1);
    for (const json::Value& sample : shared_vectors("rpc_samples_csharp.json").as_array()) {
        if (sample.at("Request").at("method").as_string() != "getcontractstate") continue;
        const json::Value& result = sample.at("Response").at("result");
        expect_same_nef(result.at("nef"));
        expect_same_manifest(result.at("manifest"));
        ++seen;
    }
    EXPECT_EQ(seen, 2);
}

}  // namespace
}  // namespace nsl::neo
