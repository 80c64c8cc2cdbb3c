// SPDX-License-Identifier: Apache-2.0
#include "enclave/price_service.h"

#include <algorithm>

namespace nsl::enclave {

PriceService::PriceService(TaskGroup& tasks, Clock& clock, Random& random, Logger log,
                           PriceBook& book, const std::vector<VenueSpec>& venues,
                           milliseconds evaluate_every)
    : tasks_(tasks), clock_(clock), book_(book), evaluate_every_(evaluate_every) {
    const std::vector<std::string> names = book.venues();
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto spec = std::find_if(venues.begin(), venues.end(), [&](const VenueSpec& venue) {
            return venue.name == names[i];
        });
        NSL_ASSERT(spec != venues.end());
        feeds_.push_back(connect(i, *spec, random, log));
    }
}

std::unique_ptr<net::WsFeed> PriceService::connect(std::size_t venue, const VenueSpec& spec,
                                                   Random& random, const Logger& log) {
    const Venue& format = book_.venue(venue);
    net::WsFeedOptions options{
        .url = spec.url.empty() ? std::string(format.default_url()) : spec.url,
        // A venue's own endpoint is public; one that the operator names may be the simulator's.
        .egress = spec.url.empty() ? net::EgressPolicy::public_only() : net::EgressPolicy::any(),
        .limits = {.message_max = kFrameBytesMax},
        .tls = {.ca_file = spec.ca_file},
        .ping_every = milliseconds(format.ping_every_ms()),
        .ping_text = std::string(format.ping_text()),
    };
    net::WsFeedHandlers handlers{
        .on_open = [this, venue] { return book_.on_open(venue); },
        .on_message =
            [this, venue](std::string_view message) {
                FrameAnswer answer = book_.on_frame(venue, message, clock_.unix_ms());
                if (answer.reconnect) feeds_[venue]->reconnect();
                return std::move(answer.reply);
            },
        .on_close = [this, venue](const Error&) { book_.on_close(venue); },
    };
    return std::make_unique<net::WsFeed>(tasks_.executor(), clock_, random,
                                         log.with({{"venue", spec.name}}), std::move(options),
                                         std::move(handlers));
}

void PriceService::start() {
    for (const std::unique_ptr<net::WsFeed>& feed : feeds_)
        tasks_.spawn("venue connection", feed->run());
    tasks_.spawn("price evaluation", evaluate_for_ever());
}

Task<void> PriceService::evaluate_for_ever() {
    for (;;) {
        co_await clock_.sleep_for(evaluate_every_);
        const std::int64_t now_ms = clock_.unix_ms();
        book_.evaluate(now_ms);
        for (std::size_t venue : book_.take_frozen(now_ms)) feeds_[venue]->reconnect();
    }
}

}  // namespace nsl::enclave
