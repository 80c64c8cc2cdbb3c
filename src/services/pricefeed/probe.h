// SPDX-License-Identifier: Apache-2.0
// The price feed's metrics.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "services/pricefeed/rules_publish.h"
#include "services/pricefeed/types.h"

namespace nsl::pricefeed {

class Probe {
 public:
    Probe(Metrics& metrics, std::vector<std::string> feeds);

    void estimated(std::uint16_t feed, const Estimate& estimate, std::int64_t now_ms);
    void due(PublishCause cause);
    void signed_in(double seconds);     // asked the enclave → signed report in hand
    void submitted_in(double seconds);  // signed report → a node took the transaction
    void stored(std::size_t rounds);
    void failed(std::string_view why);  // one of: sign, send, faulted, expired
    void enclave_up(bool up);

 private:
    std::vector<Gauge> age_, quality_, price_;
    Counter causes_[4];
    Histogram sign_, submit_;
    Counter stored_;
    Counter failed_sign_, failed_send_, failed_faulted_, failed_expired_;
    Gauge enclave_up_;
};

}  // namespace nsl::pricefeed
