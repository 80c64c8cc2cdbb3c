// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>

#include "base/json.h"

namespace nsl {
namespace {

struct Captured {
    std::shared_ptr<MemorySink> sink = std::make_shared<MemorySink>();
    Logger log{sink, "node"};

    json::Object last() const {
        return json::parse_value(sink->lines().back()).value().as_object();
    }
};

}  // namespace

TEST(Log, ALineIsOneJsonObject) {
    const Captured captured;
    captured.log.info("price published", {{"feed", "NEO-USD"},
                                          {"round", 7},
                                          {"height", std::uint64_t{1} << 63},
                                          {"change", -0.5},
                                          {"late", false}});
    EXPECT_EQ(captured.sink->lines(),
              std::vector<std::string>{
                  R"({"level":"info","logger":"node","message":"price published","feed":"NEO-USD",)"
                  R"("round":7,"height":9223372036854775808,"change":-0.5,"late":false})"});
}

TEST(Log, FieldsGivenToWithAreOnEveryLineOfTheCopy) {
    const Captured captured;
    const Logger request = captured.log.named("api").with({{"request_id", "r-1"}});
    request.info("started");
    request.with({{"feed", "GAS-USD"}}).warn("slow", {{"ms", 12}});
    captured.log.info("elsewhere");
    const auto lines = captured.sink->lines();
    EXPECT_NE(lines[0].find(R"("logger":"node.api","message":"started","request_id":"r-1")"),
              std::string::npos);
    EXPECT_NE(lines[1].find(R"("request_id":"r-1","feed":"GAS-USD","ms":12)"), std::string::npos);
    EXPECT_EQ(lines[2].find("r-1"), std::string::npos);
}

TEST(Log, AKeyGivenAgainReplacesTheEarlierField) {
    const Captured captured;
    captured.log.with({{"attempt", 1}}).info("sent", {{"attempt", 2}});
    EXPECT_EQ(captured.last()["attempt"], 2);
}

TEST(Log, FieldsCannotReplaceThePartsOfTheLine) {
    const Captured captured;
    captured.log.info("real", {{"message", "forged"}, {"level", "error"}});
    EXPECT_EQ(captured.last()["message"], "real");
    EXPECT_EQ(captured.last()["level"], "info");
    EXPECT_EQ(captured.last()["message_field"], "forged");
}

TEST(Log, ValuesOfSecretKeysAreRedacted) {
    const Captured captured;
    for (const char* key :
         {"password", "db_password", "secret", "client_secret", "token", "API_Token", "private_key",
          "wif", "Authorization", "set-cookie", "x_private-key", "seed"}) {
        captured.log.info("x", {{key, "hunter2"}});
        EXPECT_EQ(captured.last()[key], "[redacted]") << key;
    }
    captured.log.info("x", {{"token", 12345}});
    EXPECT_EQ(captured.last()["token"], "[redacted]");
    captured.log.with({{"token", "hunter2"}}).info("x");
    EXPECT_FALSE(captured.sink->contains("hunter2"));
    captured.log.info("x", {{"secret_name", "shown"}, {"token_count", 3}});
    EXPECT_TRUE(captured.sink->contains("shown"));
}

TEST(Log, LongTextIsCutAndSaysSo) {
    const Captured captured;
    captured.log.info("x", {{"body", std::string(5000, 'a')}, {"fits", std::string(4096, 'b')}});
    const std::string body(captured.last()["body"].as_string());
    EXPECT_EQ(body, std::string(4096, 'a') + "... [cut from 5000 bytes]");
    EXPECT_EQ(captured.last()["fits"].as_string().size(), 4096U);
    captured.log.info(std::string(100'000, 'm'));
    EXPECT_LT(captured.sink->lines().back().size(), 5000U);
}

RC_GTEST_PROP(Log, AnyTextMakesAValidLine, (std::string text)) {
    const Captured captured;
    captured.log.info(text, {{"field", text}});
    const auto lines = captured.sink->lines();
    RC_ASSERT(json::parse_value(lines.back()).has_value());
    for (char c : lines.back()) RC_ASSERT(static_cast<unsigned char>(c) >= 0x20);
}

TEST(Log, ControlCharactersCannotReachTheTerminal) {
    const Captured captured;
    captured.log.info("x", {{"field", "\x1b[2J\x7f\xc2\x9b"}});
    EXPECT_TRUE(captured.sink->contains(R"("\u001b[2J\u007f\u009b")"));
}

TEST(Log, NumbersThatJsonLacksAreWrittenAsText) {
    const Captured captured;
    captured.log.info("x", {{"a", std::nan("")}, {"b", INFINITY}});
    EXPECT_EQ(captured.last()["a"], "nan");
    EXPECT_EQ(captured.last()["b"], "inf");
}

TEST(Log, ALoggerWithoutASinkWritesNowhere) {
    const Logger log;
    log.with({{"a", 1}}).named("x").error("nothing");
}

TEST(StderrSink, WritesJsonLinesWithUtcTime) {
    testing::internal::CaptureStderr();
    const Logger log(stderr_sink(LogLevel::info, LogFormat::json), "node");
    log.debug("too low");
    log.warn("degraded", {{"reason", "a \"quote\" and {braces}"}});
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::ranges::count(text, '\n'), 1);
    const json::Object line = json::parse_value(text).value().as_object();
    EXPECT_EQ(line.at("message"), "degraded");
    EXPECT_EQ(line.at("reason"), "a \"quote\" and {braces}");
    const std::string time(line.at("time").as_string());
    EXPECT_EQ(time.size(), std::string("2026-01-02T03:04:05.678Z").size());
    EXPECT_TRUE(time.ends_with('Z'));
}

TEST(StderrSink, WritesOneLineForPeople) {
    testing::internal::CaptureStderr();
    const Logger log(stderr_sink(LogLevel::debug, LogFormat::human), "node");
    log.error("cannot \"publish\"\nnow", {{"feed", "NEO-USD"}, {"why", "no gas"}, {"wif", "Kx"}});
    const std::string text = testing::internal::GetCapturedStderr();
    EXPECT_NE(
        text.find("node: cannot \"publish\"\\nnow feed=NEO-USD why=\"no gas\" wif=[redacted]\n"),
        std::string::npos)
        << text;
}

TEST(StderrSink, IsJsonWhenNobodyWatches) {
    testing::internal::CaptureStderr();
    Logger(stderr_sink(LogLevel::debug, LogFormat::automatic), "n").info("m");
    EXPECT_TRUE(json::parse_value(testing::internal::GetCapturedStderr()));
}

}  // namespace nsl
