// SPDX-License-Identifier: Apache-2.0
// What the sender knows of an open intent. Private to it.
#pragma once
#include <string>
#include <vector>

#include "base/async_event.h"
#include "chain/sender.h"

namespace nsl::chain {

struct Sender::Flight {
    IntentRecord record;
    std::vector<Attempt> attempts;  // under way, by number
    AttemptWatch watch{};
    bool busy = false;     // a worker has it
    bool queued = false;   // in `ready_`
    bool waiting = false;  // in `later_`
    bool ended = false;
    bool in_doubt = false;                      // the journal may know more of it
    std::optional<std::uint32_t> doubted_at{};  // the checkpoint when a node first spoke against it
    unsigned troubles = 0;                      // in a row
    AsyncEvent changed{};
};

}  // namespace nsl::chain
