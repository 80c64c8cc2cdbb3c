// SPDX-License-Identifier: Apache-2.0
// What users of any fabric may rely on. A world gives a FabricLoop (its base) and
//   static const char* missing();   // why its tests cannot run here; null when they can
//   Fabric& here(), & there();      // two ends: two connections, or one fabric twice
//   void destroy();                 // both
#pragma once
#include <boost/system/system_error.hpp>

#include "fabric_world.h"

namespace nsl::store {

template <class World>
class FabricContract : public ::testing::Test {
 protected:
    void SetUp() override {
        if (const char* why = World::missing()) GTEST_SKIP() << why;
        world_ = std::make_unique<World>();
    }
    World& world() { return *world_; }
    Fabric& here() { return world_->here(); }
    Fabric& there() { return world_->there(); }
    std::unique_ptr<FabricSubscription> subscribe(Fabric& fabric, std::string subject,
                                                  std::string group = {},
                                                  std::size_t kept_max = 1'024) {
        auto subscribed = fabric.subscribe(std::move(subject), std::move(group), kept_max);
        EXPECT_TRUE(subscribed) << subscribed.error().message;
        return *std::move(subscribed);
    }
    static void publish(Fabric& fabric, std::string subject, std::string_view what = {}) {
        const Status done = fabric.publish(std::move(subject), payload(what));
        EXPECT_TRUE(done) << done.error().message;
    }
    // What both ends have subscribed to and given up so far is known to both: a message that each
    // hears from itself has followed it.
    void settle() {
        for (Fabric* fabric : {&here(), &there()}) {
            const auto echo = subscribe(*fabric, "settle");
            publish(*fabric, "settle");
            world().next(*echo);
        }
    }
    // All that `from` has published so far has reached the mailboxes of `to`.
    void delivered(Fabric& from, Fabric& to) {
        const auto marker = subscribe(to, "delivered");
        settle();
        publish(from, "delivered");
        world().next(*marker);
    }

 private:
    std::unique_ptr<World> world_;
};

TYPED_TEST_SUITE_P(FabricContract);

TYPED_TEST_P(FabricContract, EverybodyWithoutAGroupGetsEachMessageOnce) {
    const auto one = this->world().listen(this->here(), "price.NEO");
    const auto two = this->world().listen(this->there(), "price.NEO");
    const auto three = this->world().listen(this->there(), "price.NEO");
    this->settle();
    this->publish(this->here(), "price.NEO", "1");
    this->publish(this->here(), "price.NEO", "2");
    this->delivered(this->here(), this->here());
    this->delivered(this->here(), this->there());
    const std::vector<std::string> both{"1", "2"};
    for (const auto& listener : {one, two, three})
        EXPECT_TRUE(this->world().eventually([&] { return listener->heard == both; }));
}

TYPED_TEST_P(FabricContract, AMessageArrivesAsItWasSent) {
    const auto subscription = this->subscribe(this->there(), "bytes.>");
    this->settle();
    const Bytes odd = {0, 1, 255, '\r', '\n', 0};
    ASSERT_TRUE(this->here().publish("bytes.odd", odd));
    ASSERT_TRUE(this->here().publish("bytes.none", {}));
    const FabricMessage first = this->world().next(*subscription);
    EXPECT_EQ(first.subject, "bytes.odd");
    EXPECT_EQ(first.payload, odd);
    EXPECT_EQ(first.reply_to, "");
    const FabricMessage second = this->world().next(*subscription);
    EXPECT_EQ(second.subject, "bytes.none");
    EXPECT_TRUE(second.payload.empty());
}

TYPED_TEST_P(FabricContract, OneMemberOfAGroupGetsAMessageAndEveryGroupItsOwn) {
    auto& world = this->world();
    const auto near = world.listen(this->here(), "work.a", "workers");
    const auto far = world.listen(this->there(), "work.a", "workers");
    const auto wide = world.listen(this->there(), "work.*", "workers");
    const auto audit = world.listen(this->there(), "work.a", "audit");
    const auto all = world.listen(this->here(), "work.a");
    this->settle();
    constexpr std::size_t kMessages = 100;
    for (std::size_t i = 0; i < kMessages; ++i)
        this->publish(this->here(), "work.a", std::to_string(i));
    this->delivered(this->here(), this->here());
    this->delivered(this->here(), this->there());
    const auto complete = [&] {
        return near->heard.size() + far->heard.size() + wide->heard.size() >= kMessages &&
               audit->heard.size() >= kMessages && all->heard.size() >= kMessages;
    };
    ASSERT_TRUE(world.eventually(complete));
    world.loop.poll();
    EXPECT_EQ(near->heard.size() + far->heard.size() + wide->heard.size(), kMessages);
    EXPECT_EQ(audit->heard.size(), kMessages);
    EXPECT_EQ(all->heard.size(), kMessages);
    std::set<std::string> different;
    for (const auto& member : {near, far, wide})
        different.insert(member->heard.begin(), member->heard.end());
    EXPECT_EQ(different.size(), kMessages);
}

TYPED_TEST_P(FabricContract, WorkIsSharedAmongTheMembersOfAGroup) {
    auto& world = this->world();
    const auto one = world.listen(this->here(), "work.a", "workers");
    const auto two = world.listen(this->here(), "work.a", "workers");
    this->settle();
    for (int i = 0; i < 100; ++i) this->publish(this->here(), "work.a", "x");
    EXPECT_TRUE(world.eventually([&] { return one->heard.size() + two->heard.size() == 100; }));
    EXPECT_FALSE(one->heard.empty());
    EXPECT_FALSE(two->heard.empty());
}

TYPED_TEST_P(FabricContract, KeepsTheOrderOfOnePublisher) {
    const auto listener = this->world().listen(this->there(), "order.>");
    this->settle();
    std::vector<std::string> sent;
    for (int i = 0; i < 500; ++i) {
        sent.push_back(std::to_string(i));
        this->publish(this->here(), i % 2 == 0 ? "order.even" : "order.odd", sent.back());
    }
    EXPECT_TRUE(this->world().eventually([&] { return listener->heard.size() >= sent.size(); }));
    EXPECT_EQ(listener->heard, sent);
}

TYPED_TEST_P(FabricContract, WildcardsMatchOneTokenOrTheRest) {
    auto& world = this->world();
    const auto one = world.listen(this->there(), "a.*.c");
    const auto rest = world.listen(this->there(), "a.>");
    const auto all = world.listen(this->there(), "x-1.a_b");
    this->settle();
    for (const char* subject : {"a", "a.b", "a.b.c", "a.b.c.d", "a.x.c", "b.b.c", "x-1.a_b"})
        this->publish(this->here(), subject, subject);
    ASSERT_TRUE(world.eventually([&] { return !all->heard.empty(); }));
    world.loop.poll();
    EXPECT_EQ(one->heard, (std::vector<std::string>{"a.b.c", "a.x.c"}));
    EXPECT_EQ(rest->heard, (std::vector<std::string>{"a.b", "a.b.c", "a.b.c.d", "a.x.c"}));
}

TYPED_TEST_P(FabricContract, ASlowSubscriberLosesTheNewestAndCountsThem) {
    const auto slow = this->subscribe(this->there(), "ticks", {}, 10);
    const auto quick = this->world().listen(this->there(), "ticks");
    this->settle();
    for (int i = 0; i < 100; ++i) this->publish(this->here(), "ticks", std::to_string(i));
    ASSERT_TRUE(this->world().eventually([&] { return quick->heard.size() == 100; }));
    EXPECT_TRUE(this->world().eventually([&] { return slow->dropped() == 90; }));
    EXPECT_EQ(quick->subscription->dropped(), 0u);
    for (int i = 0; i < 10; ++i) EXPECT_EQ(text(this->world().next(*slow)), std::to_string(i));
    this->publish(this->here(), "ticks", "later");
    EXPECT_EQ(text(this->world().next(*slow)), "later");
    EXPECT_EQ(slow->dropped(), 90u);
}

TYPED_TEST_P(FabricContract, ASubscriberKeepsNoMoreBytesThanItsShare) {
    const auto slow = this->subscribe(this->there(), "blobs");
    const auto quick = this->world().listen(this->there(), "blobs");
    this->settle();
    const std::size_t fit = kFabricKeptBytesMax / kFabricPayloadMax;
    for (std::size_t i = 0; i < fit + 2; ++i) {
        ASSERT_TRUE(this->here().publish("blobs", Bytes(kFabricPayloadMax)));
        ASSERT_TRUE(this->world().eventually([&] { return quick->heard.size() == i + 1; }));
    }
    EXPECT_TRUE(this->world().eventually([&] { return slow->dropped() == 2; }));
}

TYPED_TEST_P(FabricContract, AHandlerMayPublish) {
    auto& world = this->world();
    const auto forwarded = world.listen(this->here(), "second");
    const auto first = this->subscribe(this->there(), "first");
    const auto forward = [](FabricSubscription& from, Fabric& to) -> Task<void> {
        for (int i = 0; i < 3; ++i) {
            auto message = co_await from.next();
            if (message) EXPECT_TRUE(to.publish("second", message->payload));
        }
    };
    world.tasks.spawn("forward", forward(*first, this->there()));
    this->settle();
    for (const char* what : {"1", "2", "3"}) this->publish(this->here(), "first", what);
    EXPECT_TRUE(world.eventually([&] { return forwarded->heard.size() == 3; }));
}

TYPED_TEST_P(FabricContract, UnsubscribingEndsTheWaitAndTheDeliveries) {
    auto& world = this->world();
    auto gone = world.listen(this->there(), "news");
    const auto stays = world.listen(this->there(), "news");
    this->settle();
    this->publish(this->here(), "news", "1");
    ASSERT_TRUE(world.eventually([&] { return gone->heard.size() == 1; }));
    // The waiting task holds the listener; only its subscription goes.
    gone->subscription.reset();
    ASSERT_TRUE(world.eventually([&] { return gone->ended.has_value(); }));
    EXPECT_EQ(gone->ended->code, Errc::unavailable);
    this->publish(this->here(), "news", "2");
    ASSERT_TRUE(world.eventually([&] { return stays->heard.size() == 2; }));
    EXPECT_EQ(gone->heard.size(), 1u);
}

TYPED_TEST_P(FabricContract, WhoHasUnsubscribedIsNotThere) {
    auto subscription = this->subscribe(this->there(), "service");
    this->settle();
    EXPECT_EQ(this->world().ask(this->here(), "service", "?", milliseconds(1)), "timeout");
    subscription.reset();
    this->settle();
    EXPECT_EQ(this->world().ask(this->here(), "service", "?"), "unavailable");
}

TYPED_TEST_P(FabricContract, ARequestIsAnswered) {
    const auto service = this->world().answer(
        this->there(), "echo.*", [](std::string question) { return "re: " + question; });
    this->settle();
    EXPECT_EQ(this->world().ask(this->here(), "echo.a", "hello"), "re: hello");
    EXPECT_EQ(this->world().ask(this->here(), "echo.b", ""), "re: ");
    EXPECT_EQ(this->world().ask(this->there(), "echo.c", "self"), "re: self");
}

TYPED_TEST_P(FabricContract, ManyRequestsAtOnceGetTheirOwnAnswers) {
    auto& world = this->world();
    const auto service =
        world.answer(this->there(), "echo", [](std::string question) { return question; });
    this->settle();
    int right = 0;
    const auto one = [](Fabric& fabric, std::string question, int& count) -> Task<void> {
        auto answer = co_await fabric.request("echo", payload(question), kPatience);
        if (answer && as_text(*answer) == question) ++count;
    };
    for (int i = 0; i < 200; ++i)
        world.tasks.spawn("request", one(this->here(), std::to_string(i), right));
    EXPECT_TRUE(world.eventually([&] { return right == 200; }));
}

TYPED_TEST_P(FabricContract, ARequestToAGroupIsAnsweredByOneMember) {
    auto& world = this->world();
    const auto one = this->subscribe(this->there(), "pick", "pickers");
    const auto two = this->subscribe(this->here(), "pick", "pickers");
    int asked = 0;
    const auto serve = [](Fabric& fabric, FabricSubscription& from, int& count) -> Task<void> {
        for (;;) {
            auto question = co_await from.next();
            if (!question) co_return;
            ++count;
            EXPECT_TRUE(fabric.publish(question->reply_to, payload("me")));
        }
    };
    world.tasks.spawn("one", serve(this->there(), *one, asked));
    world.tasks.spawn("two", serve(this->here(), *two, asked));
    this->settle();
    for (int i = 0; i < 20; ++i) EXPECT_EQ(world.ask(this->here(), "pick", "?"), "me");
    EXPECT_EQ(asked, 20);
}

TYPED_TEST_P(FabricContract, ARequestThatNobodyAnswersTimesOut) {
    const auto silent = this->subscribe(this->there(), "silent");
    this->settle();
    auto answer = run_blocking(this->world().loop,
                               this->here().request("silent", payload("?"), milliseconds(30)));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::timeout);
    EXPECT_EQ(answer.error().message, "nobody answered silent within 30 ms");
}

TYPED_TEST_P(FabricContract, ARequestThatNobodyHearsIsRefusedAtOnce) {
    const auto other = this->subscribe(this->there(), "somebody.*");
    this->settle();
    auto answer =
        run_blocking(this->world().loop, this->here().request("nobody", payload("?"), kPatience));
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, Errc::unavailable);
    EXPECT_NE(answer.error().message.find("nobody listens"), std::string::npos)
        << answer.error().message;
}

TYPED_TEST_P(FabricContract, LateAndFurtherAnswersHarmNobody) {
    auto& world = this->world();
    const auto questions = this->subscribe(this->there(), "slow");
    this->settle();
    EXPECT_EQ(world.ask(this->here(), "slow", "first", milliseconds(30)), "timeout");
    const std::string late = world.next(*questions).reply_to;
    this->publish(this->there(), late, "too late");

    const auto twice = [](Fabric& fabric, FabricSubscription& from) -> Task<void> {
        auto question = co_await from.next();
        for (const char* what : {"right", "again", "and again"})
            if (question) EXPECT_TRUE(fabric.publish(question->reply_to, payload(what)));
    };
    for (int i = 0; i < 2; ++i) {
        world.tasks.spawn("twice", twice(this->there(), *questions));
        EXPECT_EQ(world.ask(this->here(), "slow", "second"), "right");
    }
}

TYPED_TEST_P(FabricContract, TooManyRequestsAtOnceAreRefused) {
    auto& world = this->world();
    const auto silent = this->subscribe(this->there(), "silent");
    this->settle();
    std::map<std::string, std::size_t> outcomes;
    const auto one = [](Fabric& fabric, std::map<std::string, std::size_t>& into) -> Task<void> {
        auto answer = co_await fabric.request("silent", {}, kPatience);
        ++into[answer ? "answered" : errc_name(answer.error().code)];
    };
    for (std::size_t i = 0; i < kFabricRequestsMax + 3; ++i)
        world.tasks.spawn("request", one(this->here(), outcomes));
    EXPECT_TRUE(world.eventually([&] { return outcomes["limit_exceeded"] == 3; }));
    // Those that are given up make room.
    EXPECT_TRUE(run_blocking(world.loop, world.tasks.stop(kPatience)));
    EXPECT_EQ(world.ask(this->here(), "silent", "?", milliseconds(1)), "timeout");
}

TYPED_TEST_P(FabricContract, PayloadsAreLimited) {
    const auto subscription = this->subscribe(this->there(), "big");
    this->settle();
    ASSERT_TRUE(this->here().publish("big", Bytes(kFabricPayloadMax, 7)));
    EXPECT_EQ(this->world().next(*subscription).payload, Bytes(kFabricPayloadMax, 7));
    const Status refused = this->here().publish("big", Bytes(kFabricPayloadMax + 1));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid_argument);
    EXPECT_EQ(refused.error().message,
              "a payload of 524289 bytes: at most 524288 go in one message");
    const auto request = run_blocking(
        this->world().loop, this->here().request("big", Bytes(kFabricPayloadMax + 1), kPatience));
    EXPECT_EQ(request.error().code, Errc::invalid_argument);
}

TYPED_TEST_P(FabricContract, WrongSubjectsAreRefused) {
    for (const char* subject : {"", "a b", "a..b", ".a", "a.", "a.*", ">", "a\r\nPUB b 0"}) {
        const Status published = this->here().publish(subject, {});
        ASSERT_FALSE(published) << subject;
        EXPECT_EQ(published.error().code, Errc::invalid_argument);
        EXPECT_EQ(this->world().ask(this->here(), subject, "?"), "invalid_argument");
    }
    for (const char* subject : {"", "a b", "a..b", "a.>.b", "a*", "a.b>"})
        EXPECT_EQ(this->here().subscribe(subject).error().code, Errc::invalid_argument) << subject;
    EXPECT_EQ(this->here().subscribe("a", "two words").error().code, Errc::invalid_argument);
    EXPECT_EQ(this->here().subscribe("a", {}, 0).error().code, Errc::invalid_argument);
}

TYPED_TEST_P(FabricContract, ACancelledWaitLosesNothing) {
    auto& world = this->world();
    const auto subscription = this->subscribe(this->there(), "later");
    this->settle();
    const auto waited =
        run_blocking(world.loop, with_deadline(subscription->next(), milliseconds(20), "news"));
    EXPECT_EQ(waited.error().code, Errc::timeout);
    this->publish(this->here(), "later", "still there");
    EXPECT_EQ(text(world.next(*subscription)), "still there");
}

TYPED_TEST_P(FabricContract, ItsEndEndsWhatWaits) {
    auto& world = this->world();
    const auto listener = world.listen(this->here(), "news");
    const auto silent = this->subscribe(this->there(), "silent");
    this->settle();
    std::optional<Result<Bytes>> waiting;
    const auto keep = [](Task<Result<Bytes>> work, auto& into) -> Task<void> {
        into = co_await std::move(work);
    };
    world.tasks.spawn("request", keep(this->here().request("silent", {}, kPatience), waiting));
    world.next(*silent);
    Task<Result<Bytes>> unawaited = this->here().request("silent", {}, kPatience);
    world.destroy();
    ASSERT_TRUE(world.eventually([&] { return waiting && listener->ended; }));
    EXPECT_EQ(waiting->error().code, Errc::unavailable);
    EXPECT_EQ(listener->ended->code, Errc::unavailable);
    EXPECT_EQ(world.run(std::move(unawaited)).error().code, Errc::unavailable);
    EXPECT_EQ(world.run(silent->next()).error().code, Errc::unavailable);
}

REGISTER_TYPED_TEST_SUITE_P(
    FabricContract, EverybodyWithoutAGroupGetsEachMessageOnce, AMessageArrivesAsItWasSent,
    OneMemberOfAGroupGetsAMessageAndEveryGroupItsOwn, WorkIsSharedAmongTheMembersOfAGroup,
    KeepsTheOrderOfOnePublisher, WildcardsMatchOneTokenOrTheRest,
    ASlowSubscriberLosesTheNewestAndCountsThem, ASubscriberKeepsNoMoreBytesThanItsShare,
    AHandlerMayPublish, UnsubscribingEndsTheWaitAndTheDeliveries, WhoHasUnsubscribedIsNotThere,
    ARequestIsAnswered, ManyRequestsAtOnceGetTheirOwnAnswers, ARequestToAGroupIsAnsweredByOneMember,
    ARequestThatNobodyAnswersTimesOut, ARequestThatNobodyHearsIsRefusedAtOnce,
    LateAndFurtherAnswersHarmNobody, TooManyRequestsAtOnceAreRefused, PayloadsAreLimited,
    WrongSubjectsAreRefused, ACancelledWaitLosesNothing, ItsEndEndsWhatWaits);

}  // namespace nsl::store
