// SPDX-License-Identifier: Apache-2.0
#include "neo/message.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"
#include "base/utf8.h"

namespace nsl::neo {
namespace {

constexpr std::string_view kSalt = "000102030405060708090a0b0c0d0e0f";
constexpr LoginForm kForms[] = {LoginForm::nep20, LoginForm::nep20_2021, LoginForm::neoline_2026};

PrivateKey key_from(std::uint64_t seed) {
    SeededRandom random(seed);
    return PrivateKey::generate(random);
}

SignedMessage message_of(MessageFormat format, std::string text) {
    return {.format = format,
            .message = std::move(text),
            .salt = message_is_salted(format) ? std::string(kSalt) : std::string()};
}

TEST(Message, FormatsHaveNamesThatReadBack) {
    for (const MessageFormat format : message_formats())
        EXPECT_EQ(parse_message_format(message_format_name(format)).value(), format);
    const auto unknown = parse_message_format("salted");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::invalid_argument);
    EXPECT_NE(unknown.error().message.find("salted-legacy, unsalted-legacy, raw"),
              std::string::npos);
}

RC_GTEST_PROP(Message, VerifiesInItsFormatByItsKeyOnly, (const std::string& any)) {
    const PrivateKey key = key_from(1);
    const std::string text = utf8_clean(any);
    RC_PRE(text.size() != 36u);
    for (const MessageFormat format : message_formats()) {
        const SignedMessage message = message_of(format, text);
        const Signature signature = sign_message(key, message).value();
        RC_ASSERT(verify_message(key.public_key(), message, signature).has_value());
        RC_ASSERT(verify_message(key_from(2).public_key(), message, signature).error().code ==
                  Errc::unauthenticated);
        RC_ASSERT(!verify_message(key.public_key(), message_of(format, text + "!"), signature));
        for (const MessageFormat other : message_formats())
            if (other != format)
                RC_ASSERT(!verify_message(key.public_key(), message_of(other, text), signature));
    }
}

TEST(Message, SaltAndNetworkAreSignedWhereTheFormatHasThem) {
    const PrivateKey key = key_from(1);
    SignedMessage message = message_of(MessageFormat::replay_protected, "hello");
    message.network = 1;
    const Signature signature = sign_message(key, message).value();
    EXPECT_TRUE(verify_message(key.public_key(), message, signature));
    message.network = 2;
    EXPECT_FALSE(verify_message(key.public_key(), message, signature));
    message.network = 1;
    message.salt.back() = '0';
    EXPECT_FALSE(verify_message(key.public_key(), message, signature));
}

TEST(Message, RefusesSaltsThatAreNone) {
    for (const MessageFormat format : message_formats()) {
        SignedMessage message = message_of(format, "hello");
        ASSERT_TRUE(message_bytes(message));
        const std::vector<std::string> wrong =
            message_is_salted(format) ? std::vector<std::string>{"",
                                                                 "00",
                                                                 std::string(31, 'a'),
                                                                 std::string(33, 'a'),
                                                                 std::string(32, 'A'),
                                                                 std::string(32, 'g')}
                                      : std::vector<std::string>{std::string(kSalt), "0"};
        for (const std::string& salt : wrong) {
            message.salt = salt;
            EXPECT_EQ(message_bytes(message).error().code, Errc::invalid_argument) << salt;
            EXPECT_EQ(sign_message(key_from(1), message).error().code, Errc::invalid_argument);
            EXPECT_EQ(verify_message(key_from(1).public_key(), message, {}).error().code,
                      Errc::invalid_argument);
        }
    }
}

TEST(Message, RefusesWhatIsNoTextOrTooLong) {
    for (const MessageFormat format : message_formats()) {
        EXPECT_EQ(message_bytes(message_of(format, "a\xff")).error().code, Errc::invalid_argument);
        EXPECT_TRUE(message_bytes(message_of(format, std::string(kMessageBytesMax, 'a'))));
        EXPECT_EQ(
            message_bytes(message_of(format, std::string(kMessageBytesMax + 1, 'a'))).error().code,
            Errc::limit_exceeded);
    }
}

// "NEO3" are the four bytes of the main network's magic: with 32 more the text is what a
// transaction's signers sign, and whoever chose the text may have chosen the transaction.
TEST(Message, NeverSignsATransactionInDisguise) {
    const std::string text = "NEO3" + std::string(32, 'a');
    const PrivateKey key = key_from(1);
    EXPECT_EQ(sign_message(key, message_of(MessageFormat::raw, text)).error().code,
              Errc::invalid_argument);
    EXPECT_TRUE(sign_message(key, message_of(MessageFormat::raw, text + "a")));
    EXPECT_TRUE(sign_message(key, message_of(MessageFormat::unsalted_legacy, text)));
    // What another wallet signed is still verified.
    EXPECT_TRUE(verify_message(key.public_key(), message_of(MessageFormat::raw, text),
                               key.sign(as_bytes(text))));
}

TEST(Message, SaltsAreFresh) {
    OsRandom random;
    const std::string one = new_salt(random), two = new_salt(random);
    EXPECT_NE(one, two);
    SignedMessage message = message_of(MessageFormat::salted_legacy, "hello");
    message.salt = one;
    EXPECT_TRUE(message_bytes(message));
}

RC_GTEST_PROP(Login, ReadsBackWhatItWrites, (std::uint64_t nonce, std::uint32_t time)) {
    const auto text = [] {
        std::string out = utf8_clean(*rc::gen::arbitrary<std::string>());
        return std::string(utf8_cut(out, 255));
    };
    LoginChallenge challenge{.nonce = nonce,
                             .timestamp = time,
                             .network = *rc::gen::arbitrary<std::uint32_t>(),
                             .account = account_of(key_from(nonce).public_key()),
                             .action = text(),
                             .domain = text()};
    for (const LoginForm form : kForms) {
        if (form != LoginForm::nep20) challenge.action = challenge.domain = "";
        const Bytes bytes = login_bytes(challenge, form).value();
        RC_ASSERT(parse_login(bytes, form).value() == challenge);
    }
}

TEST(Login, FormsWithoutActionAndDomainRefuseThem) {
    const LoginChallenge asked{.domain = "example.com"};
    EXPECT_TRUE(login_bytes(asked, LoginForm::nep20));
    for (const LoginForm form : {LoginForm::nep20_2021, LoginForm::neoline_2026}) {
        EXPECT_EQ(login_bytes(asked, form).error().code, Errc::invalid_argument);
        EXPECT_EQ(login_bytes(LoginChallenge{}, form).error().code, Errc::invalid_argument);
        EXPECT_TRUE(login_bytes(LoginChallenge{.action = ""}, form));
    }
}

TEST(Login, TextsAreShortAndUtf8) {
    EXPECT_TRUE(login_bytes({.domain = std::string(255, 'a')}, LoginForm::nep20));
    EXPECT_EQ(login_bytes({.domain = std::string(256, 'a')}, LoginForm::nep20).error().code,
              Errc::limit_exceeded);
    EXPECT_EQ(login_bytes({.action = "\xff"}, LoginForm::nep20).error().code,
              Errc::invalid_argument);
}

TEST(Login, RefusesLengthsThatLie) {
    const Bytes head = login_bytes({.action = ""}, LoginForm::nep20).value();
    const std::string fixed = hex_encode(ByteView(head).first(36));
    const auto code = [&](std::string_view rest) {
        const auto login =
            parse_login(hex_decode(fixed + std::string(rest)).value(), LoginForm::nep20);
        return login ? std::string("read") : errc_name(login.error().code);
    };
    EXPECT_EQ(code("0000"), "read");
    EXPECT_EQ(code("fd000000"), "invalid_argument");            // zero in three bytes
    EXPECT_EQ(code("fd000100"), "limit_exceeded");              // 256
    EXPECT_EQ(code("feffffffff00"), "limit_exceeded");          // 2^32 - 1
    EXPECT_EQ(code("ff000000000100000000"), "limit_exceeded");  // 2^32
    EXPECT_EQ(code("ffffffffffffffffff00"), "limit_exceeded");  // 2^64 - 1
    EXPECT_EQ(code("01ff00"), "invalid_argument");              // not UTF-8
    EXPECT_EQ(code("000000"), "invalid_argument");              // one byte too many
}

TEST(Login, AnswerMustBeByTheAccountsKeyOverTheseBytes) {
    SeededRandom random(1);
    const PrivateKey key = key_from(1), stranger = key_from(2);
    const LoginChallenge asked =
        new_login(random, 1'700'000'000, 860'833'102, account_of(key.public_key()), "example.com");
    EXPECT_LT(asked.nonce, std::uint64_t{1} << 53);
    EXPECT_NE(new_login(random, 0, 0, {}, "").nonce, asked.nonce);
    EXPECT_EQ(asked.action, "Authentication");
    const Bytes bytes = login_bytes(asked, LoginForm::nep20).value();
    const auto code = [&](const LoginChallenge& challenge, const PrivateKey& by) {
        const Status status =
            verify_login(challenge, LoginForm::nep20, by.public_key(), by.sign(bytes));
        return status ? std::string("fits") : errc_name(status.error().code);
    };
    EXPECT_EQ(code(asked, key), "fits");
    EXPECT_EQ(code(asked, stranger), "unauthenticated");
    LoginChallenge other = asked;
    other.domain = "example.org";
    EXPECT_EQ(code(other, key), "unauthenticated");
    other = asked;
    ++other.nonce;
    EXPECT_EQ(code(other, key), "unauthenticated");
    other.domain = "\xff";
    EXPECT_EQ(code(other, key), "invalid_argument");
}

}  // namespace
}  // namespace nsl::neo
