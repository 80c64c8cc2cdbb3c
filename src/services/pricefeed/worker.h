// SPDX-License-Identifier: Apache-2.0
// The publisher: watches the enclave's estimates, and gets due feeds on chain in one batch at a
// time.
#pragma once
#include "base/clock.h"
#include "base/log.h"
#include "services/pricefeed/ports.h"
#include "services/pricefeed/probe.h"
#include "services/pricefeed/service.h"

namespace nsl::pricefeed {

struct WorkerOptions {
    milliseconds block_time{1'000};
    milliseconds between_polls{20};  // least pause between two questions to the enclave
    milliseconds long_poll{1'000};   // how long the enclave may hold an unchanged answer
    milliseconds retry_first{200};   // after a failure, doubling
    milliseconds retry_cap{5'000};
};

class Worker {
 public:
    Worker(Service& service, PriceEnclave& enclave, FeedContract& contract, FeedStore& store,
           Clock& clock, Probe& probe, Logger log, WorkerOptions options);

    // Keeps the service's estimates fresh. Returns only when cancelled.
    Task<void> watch();
    // Publishes. Returns only when cancelled. After a crash it first sees the batch in flight to
    // its end, so that one price never becomes two rounds.
    Task<void> publish();

 private:
    Task<Status> refresh_state();
    Task<Status> settle(std::string batch);
    Task<Status> publish_due();
    Task<Status> send(tee::SignedReport report);
    std::vector<DueFeed> due() const;
    void lose_enclave(const std::string& why);
    void tell_estimates();
    Task<void> back_off(int& failures, const Error& error);
    void note_failure(std::string_view stage, const std::string& why);

    Service& service_;
    PriceEnclave& enclave_;
    FeedContract& contract_;
    FeedStore& store_;
    Clock& clock_;
    Probe& probe_;
    Logger log_;
    WorkerOptions options_;
    PublisherStatus status_;
    bool state_is_fresh_ = false;  // nothing failed or ended since the contract was read
};

}  // namespace nsl::pricefeed
