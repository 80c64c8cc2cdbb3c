// SPDX-License-Identifier: Apache-2.0
// One connection to a NATS server, from its beginning to its end. Used by the link's thread alone;
// all calls may block, none for much longer than the connect timeout or the write deadline.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <vector>

#include "store/nats/link.h"

namespace nsl::store {

class NatsSession {
 public:
    // `on_closed` runs once, on libnats' thread, when the connection has ended. Errors:
    // unavailable.
    static Result<std::unique_ptr<NatsSession>> open(natsOptions& settings,
                                                     std::function<void()> on_closed);
    ~NatsSession();
    NatsSession(const NatsSession&) = delete;

    // False when it could not be sent.
    bool publish(const FabricMessage& message);
    void subscribe(std::uint64_t id, const std::string& subject, const std::string& group,
                   const NatsReceiver& receiver);
    void unsubscribe(std::uint64_t id);
    // Frees what ended some time ago.
    void reap();
    // True when the server does not permit a subject that we used.
    bool refused() const;
    std::string server() const;

 private:
    explicit NatsSession(natsConnection* connection) : connection_(connection) {}

    struct Ended {
        natsSubscription* subscription;
        std::chrono::steady_clock::time_point at;
    };

    natsConnection* const connection_;
    std::map<std::uint64_t, natsSubscription*> subscriptions_;
    std::vector<Ended> ended_;  // oldest first
};

}  // namespace nsl::store
