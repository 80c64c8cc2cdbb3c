// SPDX-License-Identifier: Apache-2.0
#include "store/fabric_mailbox.h"
#include "store/nats/link.h"

namespace nsl::store {
namespace {

// What subscriptions and requests share with the fabric; those that outlive it find it closed.
// libnats' threads reach mailboxes and answers only, never this.
struct Ends {
    std::unique_ptr<NatsLink> link;  // null when closed
    std::shared_ptr<Answers> answers;
    std::map<std::uint64_t, std::shared_ptr<Mailbox>> mailboxes;
};

class NatsFabricSubscription final : public FabricSubscription {
 public:
    NatsFabricSubscription(std::weak_ptr<Ends> ends, std::uint64_t id,
                           std::shared_ptr<Mailbox> mailbox)
        : ends_(std::move(ends)), id_(id), mailbox_(std::move(mailbox)) {}
    ~NatsFabricSubscription() override {
        const auto ends = ends_.lock();
        if (ends && ends->link) {
            ends->link->unsubscribe(id_);
            ends->mailboxes.erase(id_);
        }
        mailbox_->close();
    }
    Task<Result<FabricMessage>> next() override { return Mailbox::next(mailbox_); }
    std::uint64_t dropped() const override { return mailbox_->dropped(); }

 private:
    std::weak_ptr<Ends> ends_;
    std::uint64_t id_;
    std::shared_ptr<Mailbox> mailbox_;
};

class NatsFabric final : public Fabric {
 public:
    NatsFabric(asio::any_io_executor executor, std::unique_ptr<NatsLink> link)
        : executor_(std::move(executor)), ends_(std::make_shared<Ends>()) {
        ends_->link = std::move(link);
        ends_->answers = std::make_shared<Answers>(executor_);
        ends_->link->subscribe(ends_->answers->subscription(), {},
                               [answers = ends_->answers](NatsArrival arrival) {
                                   if (arrival.unfit) return;
                                   answers->take(arrival.message.subject, outcome(arrival));
                               });
    }
    ~NatsFabric() override {
        for (auto& [id, mailbox] : ends_->mailboxes) mailbox->close();
        ends_->answers->close();
        ends_->link.reset();
    }

    Status publish(std::string subject, Bytes payload) override {
        TRY_OK(check_message(subject, payload));
        ends_->link->publish({std::move(subject), std::move(payload), {}});
        return {};
    }
    Result<std::unique_ptr<FabricSubscription>> subscribe(std::string subject, std::string group,
                                                          std::size_t kept_max) override {
        TRY_OK(check_interest(subject, group, kept_max));
        auto mailbox = std::make_shared<Mailbox>(executor_, kept_max);
        const auto receive = [mailbox](NatsArrival arrival) {
            mailbox->lose(arrival.lost + (arrival.unfit ? 1 : 0));
            if (!arrival.unfit) mailbox->put(std::move(arrival.message));
        };
        const std::uint64_t id =
            ends_->link->subscribe(std::move(subject), std::move(group), receive);
        ends_->mailboxes[id] = mailbox;
        return std::make_unique<NatsFabricSubscription>(ends_, id, std::move(mailbox));
    }
    Task<Result<Bytes>> request(std::string subject, Bytes payload,
                                milliseconds deadline) override {
        return ask(ends_, std::move(subject), std::move(payload), deadline);
    }
    bool connected() const override { return ends_->link->connected(); }
    std::uint64_t dropped() const override { return ends_->link->dropped(); }

 private:
    static Result<Bytes> outcome(NatsArrival& arrival) {
        if (arrival.nobody_listens) return fail(Errc::unavailable, "nobody listens");
        return std::move(arrival.message.payload);
    }

    // A request that could go out only when its caller has given up would be answered to nobody, so
    // it does not wait for a connection.
    static Task<Result<Bytes>> ask(std::shared_ptr<Ends> ends, std::string subject, Bytes payload,
                                   milliseconds deadline) {
        CO_TRY_OK(check_message(subject, payload));
        const auto send = [&](const std::string& inbox) -> Status {
            if (!ends->link->connected())
                return fail(Errc::unavailable, "not connected to the message server");
            if (ends->link->publish({subject, std::move(payload), inbox})) return {};
            return fail(Errc::unavailable, "too much waits for the message server");
        };
        co_return co_await Answers::ask(ends->answers, subject, deadline, send);
    }

    asio::any_io_executor executor_;
    std::shared_ptr<Ends> ends_;
};

}  // namespace

Result<std::unique_ptr<Fabric>> nats_fabric(asio::any_io_executor executor, Logger log,
                                            NatsOptions options) {
    TRY(NatsSettings settings, nats_settings(options));
    auto link =
        std::make_unique<NatsLink>(std::move(settings), std::move(log), options.pending_max);
    return std::make_unique<NatsFabric>(std::move(executor), std::move(link));
}

}  // namespace nsl::store
