// SPDX-License-Identifier: Apache-2.0
// What both fabrics are made of, for their files only: what a subscription keeps until it is asked
// for it, and the requests that wait for answers.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include "base/async_event.h"
#include "store/fabric.h"

namespace nsl::store {

// put() and lose() from any thread, also when the mailbox is closed and its executor gone; the rest
// on the executor.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
    Mailbox(asio::any_io_executor executor, std::size_t kept_max);

    void put(FabricMessage message);
    void lose(std::uint64_t count);
    // What is kept is gone, and so is the executor.
    void close();
    std::uint64_t dropped() const;

    static Task<Result<FabricMessage>> next(std::shared_ptr<Mailbox> self);

 private:
    void wake();

    mutable std::mutex mutex_;
    asio::any_io_executor executor_;  // empty when closed
    const std::size_t kept_max_;
    std::deque<FabricMessage> kept_;
    std::size_t kept_bytes_ = 0;
    std::uint64_t dropped_ = 0;
    bool waking_ = false;  // one wake-up on the executor's way is enough
    AsyncEvent arrived_;
};

// Requests and their inboxes: subjects below one that nobody else can guess. take() from any
// thread, the rest on the executor.
class Answers : public std::enable_shared_from_this<Answers> {
 public:
    explicit Answers(asio::any_io_executor executor);

    // What to subscribe to for the answers.
    std::string subscription() const { return prefix_ + "*"; }
    // The answer to the request whose inbox is `subject`; the first counts, nothing happens when
    // nobody waits for it any more.
    void take(std::string_view subject, Result<Bytes> answer);
    void close();

    // `send` publishes, with the inbox it is given; its error ends the request. `what` names the
    // request in messages.
    static Task<Result<Bytes>> ask(std::shared_ptr<Answers> self, std::string what,
                                   milliseconds deadline,
                                   std::function<Status(const std::string& inbox)> send);

 private:
    struct Waiting {
        std::optional<Result<Bytes>> answer;
        AsyncEvent arrived;
    };
    struct Place;

    Result<std::pair<std::string, std::shared_ptr<Waiting>>> open();
    std::optional<Result<Bytes>> answer_of(Waiting& waiting);

    const std::string prefix_;
    std::mutex mutex_;
    asio::any_io_executor executor_;                                        // empty when closed
    std::map<std::string, std::shared_ptr<Waiting>, std::less<>> waiting_;  // by inbox
};

// What every fabric checks first.
Status check_message(std::string_view subject, const Bytes& payload);
Status check_interest(std::string_view subject, std::string_view group, std::size_t kept_max);

}  // namespace nsl::store
