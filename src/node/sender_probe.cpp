// SPDX-License-Identifier: Apache-2.0
#include "node/sender_probe.h"

namespace nsl::node {
namespace {

constexpr milliseconds kEvery{1'000};

}  // namespace

SenderProbe::SenderProbe(Metrics& metrics)
    : open_(metrics.gauge("nsl_chain_intents_open", "What is to get on chain and has not ended")),
      in_trouble_(metrics.gauge("nsl_chain_intents_in_trouble",
                                "Of the open ones, those whose last step failed")),
      height_(metrics.gauge("nsl_chain_sender_height",
                            "Last block of which the journal of transactions has the outcome")),
      foreign_(metrics.gauge("nsl_chain_foreign_spends",
                             "Transactions ever that our account paid and we did not make")) {}

void SenderProbe::saw(const chain::SenderStatus& sender) {
    open_.set(static_cast<double>(sender.open));
    in_trouble_.set(static_cast<double>(sender.in_trouble));
    if (sender.checkpoint) height_.set(sender.checkpoint->index);
    foreign_.set(static_cast<double>(sender.foreign_spends));
}

Task<void> SenderProbe::watch(const chain::Sender& sender, Clock& clock) {
    for (;;) {
        saw(sender.status());
        co_await clock.sleep_for(kEvery);
    }
}

}  // namespace nsl::node
