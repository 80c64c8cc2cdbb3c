// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/probe.h"

namespace nsl::pricefeed {
namespace {
constexpr PublishCause kCauses[] = {PublishCause::first, PublishCause::deviation,
                                    PublishCause::heartbeat, PublishCause::coalesced};
const std::vector<double> kSeconds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                      0.1,   0.25,   0.5,   1,    2.5};
}  // namespace

Probe::Probe(Metrics& metrics, std::vector<std::string> feeds) {
    for (const std::string& feed : feeds) {
        age_.push_back(metrics.gauge("nsl_pricefeed_observation_age_seconds",
                                     "Age of the newest accepted observation", {{"feed", feed}}));
        quality_.push_back(metrics.gauge("nsl_pricefeed_quality_ok",
                                         "1 while the feed may be published", {{"feed", feed}}));
        price_.push_back(metrics.gauge("nsl_pricefeed_price_quote_units",
                                       "Last accepted price; for charts only", {{"feed", feed}}));
    }
    for (PublishCause cause : kCauses)
        causes_[static_cast<int>(cause)] =
            metrics.counter("nsl_pricefeed_due_feeds_total", "Feeds put into a batch, by cause",
                            {{"cause", publish_cause_name(cause)}});
    sign_ = metrics.histogram("nsl_pricefeed_sign_seconds",
                              "Asking the enclave for a signed report", kSeconds);
    submit_ =
        metrics.histogram("nsl_pricefeed_submit_seconds",
                          "Signed report to a node's acceptance of its transaction", kSeconds);
    stored_ = metrics.counter("nsl_pricefeed_rounds_stored_total", "Rounds seen on chain");
    auto failed = [&](const char* stage) {
        return metrics.counter("nsl_pricefeed_batches_failed_total",
                               "Batches that did not become rounds, by stage", {{"stage", stage}});
    };
    failed_sign_ = failed("sign");
    failed_send_ = failed("send");
    failed_faulted_ = failed("faulted");
    failed_expired_ = failed("expired");
    enclave_up_ = metrics.gauge("nsl_pricefeed_enclave_up", "1 while the enclave answers");
}

void Probe::estimated(std::uint16_t feed, const Estimate& estimate, std::int64_t now_ms) {
    if (feed >= age_.size()) return;
    if (estimate.observed_ms > 0)
        age_[feed].set(static_cast<double>(now_ms - estimate.observed_ms) / 1e3);
    quality_[feed].set(estimate.quality == Quality::ok ? 1 : 0);
    price_[feed].set(static_cast<double>(estimate.price) / 1e8);
}

void Probe::due(PublishCause cause) {
    causes_[static_cast<int>(cause)].add();
}
void Probe::signed_in(double seconds) {
    sign_.observe(seconds);
}
void Probe::submitted_in(double seconds) {
    submit_.observe(seconds);
}
void Probe::stored(std::size_t rounds) {
    stored_.add(static_cast<double>(rounds));
}

void Probe::failed(std::string_view why) {
    if (why == "sign") failed_sign_.add();
    if (why == "send") failed_send_.add();
    if (why == "faulted") failed_faulted_.add();
    if (why == "expired") failed_expired_.add();
}

void Probe::enclave_up(bool up) {
    enclave_up_.set(up ? 1 : 0);
}

}  // namespace nsl::pricefeed
