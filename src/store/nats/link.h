// SPDX-License-Identifier: Apache-2.0
// libnats behind a queue and a thread of our own, so that nothing it does holds up a caller.
#pragma once
#include <functional>
#include <memory>

#include "store/nats/options.h"

namespace nsl::store {

// What came on a subscription.
struct NatsArrival {
    FabricMessage message;
    bool nobody_listens = false;  // the server's answer to a request
    std::uint64_t lost = 0;       // messages before this one that libnats dropped
    bool unfit = false;           // no message that a fabric can have sent; it is empty
};

// Runs on libnats' thread, one arrival after the other, perhaps even when the subscription and the
// link are gone.
using NatsReceiver = std::function<void(NatsArrival)>;

class NatsLink {
 public:
    NatsLink(NatsSettings settings, Logger log, std::size_t pending_max);
    // Sends what waits if it can be sent at once. Waits for its thread, at most kLinkStopMax.
    ~NatsLink();
    NatsLink(const NatsLink&) = delete;

    // None of these waits.
    // False, and counted, when `pending_max` bytes are waiting already.
    bool publish(FabricMessage message);
    std::uint64_t subscribe(std::string subject, std::string group, NatsReceiver receiver);
    void unsubscribe(std::uint64_t id);
    bool connected() const;
    std::uint64_t dropped() const;

 private:
    struct State;
    std::shared_ptr<State> state_;  // shared with the thread
    struct Thread;
    std::unique_ptr<Thread> thread_;
};

constexpr milliseconds kLinkStopMax{3'000};

}  // namespace nsl::store
