// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "base/random.h"
#include "store/fabric_mailbox.h"

namespace nsl::store {
namespace {

struct Subscriber {
    std::string subject;
    std::string group;
    std::shared_ptr<Mailbox> mailbox;
};

// Who listens. Subscriptions and requests that outlive the fabric find it closed.
struct Switchboard {
    std::map<std::uint64_t, Subscriber> subscribers;  // in the order they came
    std::shared_ptr<Answers> answers;
    std::uint64_t last_id = 0;
    SeededRandom random{1};  // which member of a group: as in NATS, but the same in every run

    // False when nobody listens.
    bool deliver(const FabricMessage& message) {
        std::map<std::string_view, std::vector<Mailbox*>> groups;
        bool heard = false;
        for (auto& [id, subscriber] : subscribers) {
            if (!subject_matches(subscriber.subject, message.subject)) continue;
            heard = true;
            if (subscriber.group.empty())
                subscriber.mailbox->put(message);
            else
                groups[subscriber.group].push_back(subscriber.mailbox.get());
        }
        for (auto& [name, members] : groups) members[random.below(members.size())]->put(message);
        return heard;
    }
};

class LocalSubscription final : public FabricSubscription {
 public:
    LocalSubscription(std::weak_ptr<Switchboard> board, std::uint64_t id,
                      std::shared_ptr<Mailbox> mailbox)
        : board_(std::move(board)), id_(id), mailbox_(std::move(mailbox)) {}
    ~LocalSubscription() override {
        if (const auto board = board_.lock()) board->subscribers.erase(id_);
        mailbox_->close();
    }
    Task<Result<FabricMessage>> next() override { return Mailbox::next(mailbox_); }
    std::uint64_t dropped() const override { return mailbox_->dropped(); }

 private:
    std::weak_ptr<Switchboard> board_;
    std::uint64_t id_;
    std::shared_ptr<Mailbox> mailbox_;
};

class LocalFabric final : public Fabric {
 public:
    explicit LocalFabric(asio::any_io_executor executor)
        : executor_(std::move(executor)), board_(std::make_shared<Switchboard>()) {
        board_->answers = std::make_shared<Answers>(executor_);
    }
    ~LocalFabric() override {
        for (auto& [id, subscriber] : board_->subscribers) subscriber.mailbox->close();
        board_->answers->close();
    }

    Status publish(std::string subject, Bytes payload) override {
        TRY_OK(check_message(subject, payload));
        const FabricMessage message{std::move(subject), std::move(payload), {}};
        board_->deliver(message);
        board_->answers->take(message.subject, message.payload);
        return {};
    }
    Result<std::unique_ptr<FabricSubscription>> subscribe(std::string subject, std::string group,
                                                          std::size_t kept_max) override {
        TRY_OK(check_interest(subject, group, kept_max));
        auto mailbox = std::make_shared<Mailbox>(executor_, kept_max);
        const std::uint64_t id = ++board_->last_id;
        board_->subscribers[id] = {std::move(subject), std::move(group), mailbox};
        return std::make_unique<LocalSubscription>(board_, id, std::move(mailbox));
    }
    Task<Result<Bytes>> request(std::string subject, Bytes payload,
                                milliseconds deadline) override {
        return ask(board_, std::move(subject), std::move(payload), deadline);
    }
    bool connected() const override { return true; }
    std::uint64_t dropped() const override { return 0; }

 private:
    static Task<Result<Bytes>> ask(std::shared_ptr<Switchboard> board, std::string subject,
                                   Bytes payload, milliseconds deadline) {
        CO_TRY_OK(check_message(subject, payload));
        const auto send = [&](const std::string& inbox) -> Status {
            if (board->deliver({subject, std::move(payload), inbox})) return {};
            return fail(Errc::unavailable, "nobody listens to " + subject);
        };
        co_return co_await Answers::ask(board->answers, subject, deadline, send);
    }

    asio::any_io_executor executor_;
    std::shared_ptr<Switchboard> board_;
};

}  // namespace

std::unique_ptr<Fabric> local_fabric(asio::any_io_executor executor) {
    return std::make_unique<LocalFabric>(std::move(executor));
}

}  // namespace nsl::store
