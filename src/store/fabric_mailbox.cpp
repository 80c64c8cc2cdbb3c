// SPDX-License-Identifier: Apache-2.0
#include "store/fabric_mailbox.h"

#include <boost/asio/post.hpp>

#include "base/encoding.h"
#include "base/random.h"

namespace nsl::store {
namespace {

std::string random_text() {
    ByteArray<16> bytes{};
    OsRandom().fill(bytes);
    return hex_encode(bytes);
}

std::unexpected<Error> closed_error() {
    return fail(Errc::unavailable, "the message fabric is closed");
}

}  // namespace

Status check_message(std::string_view subject, const Bytes& payload) {
    TRY_OK(check_subject(subject));
    if (payload.size() > kFabricPayloadMax)
        return fail(Errc::invalid_argument,
                    "a payload of " + std::to_string(payload.size()) + " bytes: at most " +
                        std::to_string(kFabricPayloadMax) + " go in one message");
    return {};
}

Status check_interest(std::string_view subject, std::string_view group, std::size_t kept_max) {
    TRY_OK(check_subscription(subject));
    TRY_OK(check_group(group));
    if (kept_max == 0)
        return fail(Errc::invalid_argument, "a subscription keeps at least one message");
    return {};
}

Mailbox::Mailbox(asio::any_io_executor executor, std::size_t kept_max)
    : executor_(std::move(executor)), kept_max_(kept_max) {
    NSL_ASSERT(kept_max > 0);
}

void Mailbox::put(FabricMessage message) {
    const std::lock_guard lock(mutex_);
    if (!executor_) return;
    const std::size_t size = message.payload.size();
    if (kept_.size() >= kept_max_ || kept_bytes_ + size > kFabricKeptBytesMax) {
        ++dropped_;
        return;
    }
    kept_.push_back(std::move(message));
    kept_bytes_ += size;
    if (std::exchange(waking_, true)) return;
    // Under the lock: close() takes the executor away before its loop may go.
    asio::post(executor_, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->wake();
    });
}

void Mailbox::lose(std::uint64_t count) {
    const std::lock_guard lock(mutex_);
    dropped_ += count;
}

void Mailbox::wake() {
    {
        const std::lock_guard lock(mutex_);
        waking_ = false;
    }
    arrived_.notify_all();
}

void Mailbox::close() {
    {
        const std::lock_guard lock(mutex_);
        executor_ = {};
        kept_.clear();
        kept_bytes_ = 0;
    }
    arrived_.notify_all();
}

std::uint64_t Mailbox::dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

Task<Result<FabricMessage>> Mailbox::next(std::shared_ptr<Mailbox> self) {
    for (;;) {
        {
            const std::lock_guard lock(self->mutex_);
            if (!self->executor_) co_return closed_error();
            if (!self->kept_.empty()) {
                FabricMessage out = std::move(self->kept_.front());
                self->kept_.pop_front();
                self->kept_bytes_ -= out.payload.size();
                co_return out;
            }
        }
        // Nothing can come between the look above and this wait: wake() runs on our executor.
        co_await self->arrived_.wait();
    }
}

// A request's place among those that wait, given up however the request ends.
struct Answers::Place {
    std::shared_ptr<Answers> answers;
    std::string inbox;
    std::shared_ptr<Waiting> waiting;

    Place(std::shared_ptr<Answers> from, std::pair<std::string, std::shared_ptr<Waiting>> opened)
        : answers(std::move(from)),
          inbox(std::move(opened.first)),
          waiting(std::move(opened.second)) {}
    ~Place() {
        const std::lock_guard lock(answers->mutex_);
        answers->waiting_.erase(inbox);
    }
    Place(const Place&) = delete;
};

Answers::Answers(asio::any_io_executor executor)
    : prefix_("_INBOX." + random_text() + "."), executor_(std::move(executor)) {}

Result<std::pair<std::string, std::shared_ptr<Answers::Waiting>>> Answers::open() {
    const std::lock_guard lock(mutex_);
    if (!executor_) return closed_error();
    if (waiting_.size() >= kFabricRequestsMax)
        return fail(Errc::limit_exceeded, std::to_string(kFabricRequestsMax) +
                                              " requests are waiting for answers; ask later");
    const auto [at, added] = waiting_.emplace(prefix_ + random_text(), std::make_shared<Waiting>());
    NSL_ASSERT(added);
    return *at;
}

void Answers::take(std::string_view subject, Result<Bytes> answer) {
    const std::lock_guard lock(mutex_);
    const auto at = waiting_.find(subject);
    if (at == waiting_.end() || at->second->answer || !executor_) return;
    at->second->answer = std::move(answer);
    asio::post(executor_, [waiting = at->second] { waiting->arrived.notify_all(); });
}

void Answers::close() {
    const std::lock_guard lock(mutex_);
    executor_ = {};
    for (auto& [inbox, waiting] : waiting_) {
        if (!waiting->answer) waiting->answer = closed_error();
        waiting->arrived.notify_all();
    }
}

std::optional<Result<Bytes>> Answers::answer_of(Waiting& waiting) {
    const std::lock_guard lock(mutex_);
    return std::exchange(waiting.answer, std::nullopt);
}

Task<Result<Bytes>> Answers::ask(std::shared_ptr<Answers> self, std::string what,
                                 milliseconds deadline,
                                 std::function<Status(const std::string& inbox)> send) {
    CO_TRY(auto opened, self->open());
    const Place place(self, std::move(opened));
    const auto end = std::chrono::steady_clock::now() + deadline;
    CO_TRY_OK(send(place.inbox));
    for (;;) {
        if (auto answer = self->answer_of(*place.waiting)) {
            if (!answer->has_value()) answer->error().message.append(": ").append(what);
            co_return *std::move(answer);
        }
        const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) break;
        co_await place.waiting->arrived.wait_for(left);
    }
    co_return fail(Errc::timeout, "nobody answered " + what + " within " +
                                      std::to_string(deadline.count()) + " ms");
}

}  // namespace nsl::store
