// SPDX-License-Identifier: Apache-2.0
#include "node/sender_probe.h"

namespace nsl::node {
namespace {

constexpr milliseconds kEvery{1'000};

}  // namespace

SenderProbe::SenderProbe(Metrics& metrics)
    : open_(metrics.gauge("nsl_chain_intents_open", "What is to get on chain and has not ended")),
      in_trouble_(metrics.gauge("nsl_chain_sender_in_trouble",
                                "1 when the last step for a transaction failed")),
      height_(metrics.gauge("nsl_chain_sender_height",
                            "Last block of which the journal of transactions has the outcome")),
      foreign_(metrics.counter("nsl_chain_foreign_spends_total",
                               "Transactions that our account paid and we did not make")) {}

void SenderProbe::saw(const chain::SenderStatus& sender) {
    open_.set(static_cast<double>(sender.open));
    in_trouble_.set(sender.trouble.empty() ? 0 : 1);
    if (sender.checkpoint) height_.set(sender.checkpoint->index);
    foreign_.add(static_cast<double>(sender.foreign_spends - foreign_told_));
    foreign_told_ = sender.foreign_spends;
}

Task<void> SenderProbe::watch(const chain::Sender& sender, Clock& clock) {
    for (;;) {
        saw(sender.status());
        co_await clock.sleep_for(kEvery);
    }
}

}  // namespace nsl::node
