// SPDX-License-Identifier: Apache-2.0
#include "chain/fees.h"

#include <algorithm>

#include "base/checked.h"
#include "base/decimal.h"

namespace nsl::chain {
namespace {

constexpr int kGasPlaces = 8;

Result<neo::Datoshi> capped(neo::Datoshi fee, neo::Datoshi max, const char* what) {
    NSL_ASSERT(fee >= 0);
    if (fee > max)
        return fail(Errc::limit_exceeded,
                    std::string(what) + " fee of " + fixed_to_string(fee, kGasPlaces) +
                        " GAS is above the limit of " + fixed_to_string(max, kGasPlaces) + " GAS");
    return fee;
}

}  // namespace

Result<neo::Datoshi> system_fee_of(neo::Datoshi simulated, int margin_percent, neo::Datoshi max) {
    NSL_ASSERT(simulated >= 0 && margin_percent >= 0);
    TRY(neo::Datoshi fee, neo::system_fee(simulated, margin_percent));
    return capped(fee, max, "system");
}

Result<NetworkFee> network_fee_of(const Result<neo::Datoshi>& ours,
                                  const Result<neo::Datoshi>& node, neo::Datoshi max) {
    if (!ours && !node) return std::unexpected(node.error());
    neo::Datoshi told = node.value_or(0);
    if (ours) {
        TRY(const neo::Datoshi most, checked_mul(*ours, neo::Datoshi{2}));
        told = std::min(told, most);
    }
    TRY(neo::Datoshi fee, capped(std::max(ours.value_or(0), told), max, "network"));
    return NetworkFee{.amount = fee, .differed = ours && node && *ours != *node};
}

}  // namespace nsl::chain
