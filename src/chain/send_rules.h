// SPDX-License-Identifier: Apache-2.0
// What to do next for an intent that has not ended. Pure.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "chain/send_journal.h"

namespace nsl::chain {

// How a sender goes about it.
struct SendTimes {
    std::uint32_t valid_for_blocks = 20;     // of an attempt, cut to what the chain allows
    std::uint32_t resend_after_blocks = 2;   // the same bytes again, while no block holds them
    std::uint32_t replace_after_blocks = 8;  // a dearer attempt that rules the others out; 0: never
};

// What the nodes said of the newest attempt under way, in this life.
struct AttemptWatch {
    bool taken = false;         // one has it
    std::uint32_t sent_at = 0;  // the checkpoint when one took it last
    bool refused = false;       // one said that it never will
    bool replaceable = true;    // as far as is known: a dearer one is within the limits
};

enum class NextStep {
    nothing,
    make,    // the first attempt of a window
    send,    // the newest attempt, the same bytes
    replace  // a further attempt, dearer than all of those that it rules out
};
// `under_way` by number; `checkpoint`: the last block that was read.
NextStep next_step(std::span<const Attempt> under_way, const AttemptWatch& watch,
                   std::uint32_t checkpoint, const SendTimes& times);

// The last block of a new attempt: that of those it rules out, so that replacing makes no window
// longer; of a window's first attempt, counted from the checkpoint, which is known to be signed.
// Errors: limit_exceeded.
Result<std::uint32_t> last_valid_block(std::span<const Attempt> under_way, std::uint32_t checkpoint,
                                       const SendTimes& times, std::uint32_t increment_max);

// What a transaction that is priced at `priced` must pay so that nodes put it in the place of all
// those `under_way`: more than they pay together (neo-go pkg/core/mempool). Errors: limit_exceeded
// (above `max`).
Result<neo::Datoshi> outbidding_fee(neo::Datoshi priced, std::span<const Attempt> under_way,
                                    neo::Datoshi max);

// What an attempt may cost its account: fees, and what the script takes. Errors: limit_exceeded.
Result<neo::Datoshi> cost_of(const Attempt& attempt, const Intent& intent);

}  // namespace nsl::chain
