// SPDX-License-Identifier: Apache-2.0
// Metrics of what is on its way to the chain.
#pragma once
#include "base/clock.h"
#include "base/metrics.h"
#include "base/task.h"
#include "chain/sender.h"

namespace nsl::node {

class SenderProbe {
 public:
    explicit SenderProbe(Metrics& metrics);

    void saw(const chain::SenderStatus& sender);
    // Each second, until cancelled.
    Task<void> watch(const chain::Sender& sender, Clock& clock);

 private:
    Gauge open_, in_trouble_, height_, foreign_;
};

}  // namespace nsl::node
