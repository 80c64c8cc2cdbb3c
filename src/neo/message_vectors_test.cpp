// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "neo/message.h"
#include "neo/vector_file.h"
#include "vectors.h"

namespace nsl::neo {
namespace {

json::Value vectors() {
    return parse_vectors(
        testing_support::read_text_file(testing_support::vectors_dir() + "/neo/sign_message.json"));
}

std::string text_or_nothing(const json::Value& value, std::string_view name) {
    const json::Value* member = value.as_object().if_contains(name);
    return member && member->is_string() ? std::string(member->get_string()) : std::string();
}

std::uint32_t network_in(const json::Value& value) {
    const json::Value* member = value.as_object().if_contains("network");
    return member ? static_cast<std::uint32_t>(member->as_int64()) : 0;
}

Signature signature_in(const json::Value& value) {
    Signature out;
    std::ranges::copy(hex_in(value, "signature"), out.begin());
    return out;
}

std::optional<MessageFormat> format_of(std::string_view name) {
    if (name == "salted_legacy") return MessageFormat::salted_legacy;
    if (name == "unsalted_legacy") return MessageFormat::unsalted_legacy;
    if (name == "raw") return MessageFormat::raw;
    if (name == "neoline_v2_salted") return MessageFormat::neoline_v2_salted;
    if (name == "neoline_v2_unsalted") return MessageFormat::neoline_v2_unsalted;
    if (name == "salted_legacy_replay_protected") return MessageFormat::replay_protected;
    return std::nullopt;
}

TEST(MessageVectors, EveryFormatIsSignedAndVerified) {
    const json::Value file = vectors();
    const PrivateKey key = key_in(file, "privateKey");
    int seen = 0;
    for (const json::Value& v : list_in(file, "cases")) {
        const auto format = format_of(text_in(v, "name"));
        if (!format) continue;
        SCOPED_TRACE(text_in(v, "name"));
        const SignedMessage message{.format = *format,
                                    .message = text_in(v, "message"),
                                    .salt = text_or_nothing(v, "salt"),
                                    .network = network_in(v)};
        EXPECT_EQ(message_bytes(message).value(), hex_in(v, "signedBytes"));
        EXPECT_EQ(sign_message(key, message).value(), signature_in(v));
        EXPECT_TRUE(verify_message(key.public_key(), message, signature_in(v)));
        ++seen;
    }
    EXPECT_EQ(seen, 6);
}

LoginForm form_of(std::string_view name) {
    if (name == "nep20_neoline_2026_04") return LoginForm::neoline_2026;
    return name == "nep20_2021_draft" ? LoginForm::nep20_2021 : LoginForm::nep20;
}

TEST(MessageVectors, EveryLoginIsBuiltReadAndVerified) {
    const json::Value file = vectors();
    const PrivateKey key = key_in(file, "privateKey");
    int seen = 0;
    for (const json::Value& v : list_in(file, "cases")) {
        const std::string name = text_in(v, "name");
        if (format_of(name)) continue;
        SCOPED_TRACE(name);
        const LoginForm form = form_of(name);
        const LoginChallenge challenge{
            .nonce = std::stoull(text_in(v, "nonce")),
            .timestamp = static_cast<std::uint32_t>(v.at("timestamp").as_int64()),
            .network = network_in(v),
            .account = from_address(text_in(file, "address")).value(),
            .action = text_or_nothing(v, "action"),
            .domain = text_or_nothing(v, "domain")};
        EXPECT_EQ(login_bytes(challenge, form).value(), hex_in(v, "signedBytes"));
        EXPECT_EQ(parse_login(hex_in(v, "signedBytes"), form).value(), challenge);
        EXPECT_EQ(key.sign(hex_in(v, "signedBytes")), signature_in(v));
        EXPECT_TRUE(verify_login(challenge, form, key.public_key(), signature_in(v)));
        ++seen;
    }
    EXPECT_EQ(seen, 4);
}

TEST(MessageVectors, CutOrChangedLoginsAreRefusedOrAnother) {
    for (const json::Value& v : list_in(vectors(), "cases")) {
        const std::string name = text_in(v, "name");
        if (format_of(name)) continue;
        const LoginForm form = form_of(name);
        Bytes bytes = hex_in(v, "signedBytes");
        const LoginChallenge whole = parse_login(bytes, form).value();
        for (std::size_t size = 0; size < bytes.size(); ++size)
            ASSERT_FALSE(parse_login(ByteView(bytes).first(size), form)) << name << " " << size;
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
            if (const auto other = parse_login(bytes, form)) {
                ASSERT_NE(*other, whole);
                ASSERT_EQ(login_bytes(*other, form).value(), bytes);
            }
            bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        }
        bytes.push_back(0);
        ASSERT_FALSE(parse_login(bytes, form));
    }
}

}  // namespace
}  // namespace nsl::neo
