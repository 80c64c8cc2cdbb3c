// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "store/fabric.h"

namespace nsl::store {
namespace {

std::string message_of(const Status& status) {
    return status ? "accepted" : status.error().message;
}

TEST(Subject, TokensOfLettersDigitsUnderscoreAndHyphenAreAccepted) {
    for (const char* subject : {"a", "price.NEO-USD.round", "_INBOX.0af.1", "A-1_b.2"})
        EXPECT_EQ(message_of(check_subject(subject)), "accepted");
    EXPECT_TRUE(check_subject(std::string(200, 'a')));
    for (const char* subject : {"a", "*", ">", "a.*", "a.>", "*.a.*.>", "*.*"})
        EXPECT_EQ(message_of(check_subscription(subject)), "accepted");
}

TEST(Subject, ARefusalSaysWhatWouldBeRight) {
    EXPECT_EQ(message_of(check_subject("a b")),
              "subject 'a b': tokens of letters, digits, '_' and '-', joined by dots, like "
              "price.NEO-USD");
    EXPECT_EQ(message_of(check_subject("")), "subject: 1 to 200 bytes, this has 0");
    EXPECT_EQ(message_of(check_subject(std::string(201, 'a'))),
              "subject: 1 to 200 bytes, this has 201");
    EXPECT_EQ(message_of(check_subject("a.*")),
              "subject 'a.*': wildcards are for subscriptions only");
    EXPECT_EQ(message_of(check_subscription("a.>.b")),
              "subscription 'a.>.b': '>' stands last, for all that follows");
    EXPECT_EQ(message_of(check_subscription("a*")),
              "subscription 'a*': tokens of letters, digits, '_' and '-', joined by dots, like "
              "price.NEO-USD, '*' for one of them, a last '>' for the rest");
    EXPECT_EQ(message_of(check_group("a.b")), "group 'a.b': letters, digits, '_' and '-'");
}

TEST(Subject, WhatCannotBePrintedIsNotRepeated) {
    const std::string message = message_of(check_subject("a\r\nPUB b 0"));
    EXPECT_EQ(message.find('\n'), std::string::npos);
    EXPECT_EQ(message.find("PUB"), std::string::npos);
}

TEST(Subject, EmptyTokensAndOtherCharactersAreRefused) {
    for (const char* subject : {".", "a.", ".a", "a..b", "a/b", "a:b", "\xc3\xa4", "a\tb"}) {
        EXPECT_FALSE(check_subject(subject)) << subject;
        EXPECT_FALSE(check_subscription(subject)) << subject;
    }
    EXPECT_FALSE(check_subject(std::string_view("a\0b", 3)));
}

TEST(Group, IsEmptyOrOneToken) {
    EXPECT_TRUE(check_group(""));
    EXPECT_TRUE(check_group("price-workers_2"));
    for (const char* group : {"a b", "*", ">", "a\n"}) EXPECT_FALSE(check_group(group)) << group;
}

using TokenList = std::vector<std::string>;

std::string joined(const TokenList& tokens) {
    std::string out;
    for (const std::string& token : tokens) out += (out.empty() ? "" : ".") + token;
    return out;
}

// The definition, written as such.
bool naive_match(const TokenList& wanted, const TokenList& given, std::size_t at = 0) {
    if (at == wanted.size()) return given.size() == at;
    if (at >= given.size()) return false;
    if (wanted[at] == ">") return true;
    return (wanted[at] == "*" || wanted[at] == given[at]) && naive_match(wanted, given, at + 1);
}

// Few different tokens, so that matches are common.
rc::Gen<TokenList> some_tokens(std::vector<std::string> from) {
    return rc::gen::resize(
        5, rc::gen::nonEmpty(rc::gen::container<TokenList>(rc::gen::elementOf(std::move(from)))));
}

RC_GTEST_PROP(Subject, MatchesAsDefined, ()) {
    TokenList wanted = *some_tokens({"a", "b", "ab", "*"});
    if (*rc::gen::arbitrary<bool>()) wanted.back() = ">";
    const TokenList given = *some_tokens({"a", "b", "ab"});
    RC_ASSERT(check_subscription(joined(wanted)).has_value());
    RC_ASSERT(check_subject(joined(given)).has_value());
    const bool matches = naive_match(wanted, given);
    RC_CLASSIFY(matches);
    RC_ASSERT(subject_matches(joined(wanted), joined(given)) == matches);
}

// Dots and stars in all places, so that about half are wrong.
RC_GTEST_PROP(Subject, EverySubjectIsASubscriptionAndMatchesItself, ()) {
    const std::string any =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab-_.*>")));
    const bool good = check_subject(any).has_value();
    RC_CLASSIFY(good);
    if (!good) return;
    RC_ASSERT(any.find_first_of("*>") == std::string::npos);
    RC_ASSERT(check_subscription(any).has_value());
    RC_ASSERT(subject_matches(any, any));
    RC_ASSERT(subject_matches(">", any));
}

}  // namespace
}  // namespace nsl::store
