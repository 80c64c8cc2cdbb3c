// SPDX-License-Identifier: Apache-2.0
// A loop for fabrics, and listeners that write down what they hear.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <functional>

#include "base/deadline.h"
#include "base/spawn.h"
#include "store/fabric.h"

namespace nsl::store {

constexpr milliseconds kPatience{20'000};  // no test waits so long unless it fails

inline Bytes payload(std::string_view text) {
    return Bytes(text.begin(), text.end());
}

inline std::string text(const FabricMessage& message) {
    return as_text(message.payload);
}

// A subscription and what came on it, in order.
struct Listener {
    std::unique_ptr<FabricSubscription> subscription;
    std::vector<std::string> heard;
    std::optional<Error> ended;
};

class FabricLoop {
 public:
    ~FabricLoop() {
        EXPECT_TRUE(run_blocking(loop, tasks.stop(kPatience)));
        loop.restart();
        loop.poll();
    }

    // Runs the loop until `done` holds; false when it does not within kPatience.
    bool eventually(const std::function<bool()>& done) {
        const auto end = std::chrono::steady_clock::now() + kPatience;
        while (!done()) {
            if (std::chrono::steady_clock::now() > end) return false;
            loop.restart();
            loop.run_one_for(milliseconds(10));
        }
        return true;
    }
    template <class T>
    Result<T> run(Task<Result<T>> work) {
        return run_blocking(loop, with_deadline(std::move(work), kPatience, "a test"));
    }
    // The next message.
    FabricMessage next(FabricSubscription& subscription) {
        auto message = run(subscription.next());
        EXPECT_TRUE(message) << message.error().message;
        return message ? *std::move(message) : FabricMessage{};
    }
    // What a request got, as text; an error's name instead.
    std::string ask(Fabric& fabric, std::string subject, std::string_view question,
                    milliseconds deadline = kPatience) {
        auto answer = run_blocking(loop, fabric.request(subject, payload(question), deadline));
        return answer ? as_text(*answer) : errc_name(answer.error().code);
    }
    std::shared_ptr<Listener> listen(Fabric& fabric, std::string subject, std::string group = {}) {
        auto listener = std::make_shared<Listener>();
        auto subscribed = fabric.subscribe(std::move(subject), std::move(group));
        EXPECT_TRUE(subscribed) << subscribed.error().message;
        listener->subscription = *std::move(subscribed);
        tasks.spawn("listener", hear(listener));
        return listener;
    }
    // Answers every request for `subject` with what `reply` makes of it.
    std::unique_ptr<FabricSubscription> answer(Fabric& fabric, std::string subject,
                                               std::function<std::string(std::string)> reply) {
        auto subscribed = fabric.subscribe(std::move(subject)).value();
        tasks.spawn("answering", serve(fabric, *subscribed, std::move(reply)));
        return subscribed;
    }

    asio::io_context loop{1};
    asio::executor_work_guard<asio::io_context::executor_type> open{loop.get_executor()};
    TaskGroup tasks{loop.get_executor(), Logger()};

 private:
    static Task<void> hear(std::shared_ptr<Listener> listener) {
        while (listener->subscription) {
            auto message = co_await listener->subscription->next();
            if (!message) {
                listener->ended = message.error();
                co_return;
            }
            listener->heard.push_back(text(*message));
        }
    }
    static Task<void> serve(Fabric& fabric, FabricSubscription& subscription,
                            std::function<std::string(std::string)> reply) {
        for (;;) {
            auto question = co_await subscription.next();
            if (!question) co_return;
            EXPECT_TRUE(fabric.publish(question->reply_to, payload(reply(text(*question)))));
        }
    }
};

}  // namespace nsl::store
