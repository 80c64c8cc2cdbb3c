// SPDX-License-Identifier: Apache-2.0
// What libnats is told before it connects.
#pragma once
#include <nats/nats.h>

#include <memory>

#include "store/fabric.h"

namespace nsl::store {

struct NatsOptionsEnd {
    void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};
using NatsSettings = std::unique_ptr<natsOptions, NatsOptionsEnd>;

// Errors: invalid_argument. Messages never repeat a URL that is wrong: it may hold a password.
Result<NatsSettings> nats_settings(const NatsOptions& options);

}  // namespace nsl::store
