// SPDX-License-Identifier: Apache-2.0
#include "chain/send_rules.h"

#include <algorithm>

#include "base/checked.h"
#include "base/decimal.h"

namespace nsl::chain {

NextStep next_step(std::span<const Attempt> under_way, const AttemptWatch& watch,
                   std::uint32_t checkpoint, const SendTimes& times) {
    if (under_way.empty()) return NextStep::make;
    const Attempt& newest = under_way.back();
    const std::uint32_t blocks =
        checkpoint >= newest.first_block ? checkpoint - newest.first_block + 1 : 0;
    // One block more must be left for it.
    const bool room = watch.replaceable && under_way.size() < kAttemptsUnderWayMax &&
                      times.replace_after_blocks != 0 &&
                      newest.valid_until_block > checkpoint + std::uint64_t{1};
    // A refusal may be one node's: a block passes before other bytes are tried.
    if (room && (blocks >= times.replace_after_blocks || (watch.refused && blocks >= 1)))
        return NextStep::replace;
    if (!watch.taken) return NextStep::send;
    const std::uint32_t since = checkpoint > watch.sent_at ? checkpoint - watch.sent_at : 0;
    return since >= times.resend_after_blocks ? NextStep::send : NextStep::nothing;
}

Result<std::uint32_t> last_valid_block(std::span<const Attempt> under_way, std::uint32_t checkpoint,
                                       const SendTimes& times, std::uint32_t increment_max) {
    if (!under_way.empty()) return under_way.front().valid_until_block;
    const std::uint32_t window = std::max(std::min(times.valid_for_blocks, increment_max), 1U);
    return checked_add(checkpoint, window);
}

Result<neo::Datoshi> outbidding_fee(neo::Datoshi priced, std::span<const Attempt> under_way,
                                    neo::Datoshi max) {
    if (under_way.empty()) return priced;
    neo::Datoshi together = 0;
    for (const Attempt& attempt : under_way) {
        TRY(together, checked_add(together, attempt.network_fee));
    }
    TRY(const neo::Datoshi more, checked_add(together, neo::Datoshi{1}));
    const neo::Datoshi fee = std::max(priced, more);
    if (fee > max)
        return fail(Errc::limit_exceeded, "outbidding what is under way takes a network fee of " +
                                              fixed_to_string(fee, 8) + " GAS, the limit is " +
                                              fixed_to_string(max, 8));
    return fee;
}

Result<neo::Datoshi> cost_of(const Attempt& attempt, const Intent& intent) {
    TRY(const neo::Datoshi fees, checked_add(attempt.system_fee, attempt.network_fee));
    return checked_add(fees, intent.spends);
}

}  // namespace nsl::chain
