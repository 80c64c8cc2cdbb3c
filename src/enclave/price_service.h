// SPDX-License-Identifier: Apache-2.0
// The price book's connections and its timer.
#pragma once
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/spawn.h"
#include "enclave/config.h"
#include "enclave/price_book.h"
#include "net/websocket.h"

namespace nsl::enclave {

// One connection per venue of the book, kept open, and an evaluation every `evaluate_every`. Runs
// in `tasks` from start() on; stop those before this goes.
class PriceService {
 public:
    // `venues`: an endpoint for each venue of the book, in any order.
    PriceService(TaskGroup& tasks, Clock& clock, Random& random, Logger log, PriceBook& book,
                 const std::vector<VenueSpec>& venues, milliseconds evaluate_every);
    PriceService(const PriceService&) = delete;

    void start();

 private:
    std::unique_ptr<net::WsFeed> connect(std::size_t venue, const VenueSpec& spec, Random& random,
                                         const Logger& log);
    Task<void> evaluate_for_ever();

    TaskGroup& tasks_;
    Clock& clock_;
    PriceBook& book_;
    milliseconds evaluate_every_;
    std::vector<std::unique_ptr<net::WsFeed>> feeds_;  // by position in the book
};

}  // namespace nsl::enclave
