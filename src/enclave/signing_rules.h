// SPDX-License-Identifier: Apache-2.0
// What the report key may sign: the policy, pure. The host says which feeds, which rounds and for
// which contract; every price comes from the enclave's own estimates.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "tee/enclave_client.h"
#include "tee/report.h"

namespace nsl::enclave {

// A host that names ever new contracts must not fill the memory.
inline constexpr std::size_t kSigningTargetsMax = 64;

// Where a report counts.
struct SigningTarget {
    std::uint32_t network = 0;
    neo::Hash160 contract;
    auto operator<=>(const SigningTarget&) const = default;
};

// The newest that was signed, by target and feed. Of this process's life only: after a restart the
// contract's own order of rounds and times is what remains.
class SigningMemory {
 public:
    struct Mark {
        std::uint64_t round = 0;
        std::int64_t observed_ms = 0;
    };

    // Zeros when nothing was signed.
    Mark mark(const SigningTarget& target, std::uint16_t feed) const;
    bool has_room_for(const SigningTarget& target) const;
    void remember(const tee::PriceReport& report);

 private:
    std::map<SigningTarget, std::map<std::uint16_t, Mark>> marks_;
};

// The report to sign, or why none. `published` holds the present estimate of every published feed,
// in the order of the feed numbers. A round may be signed again with a newer value, as a host does
// whose transaction was lost; never a lower round or an older observation than before.
// Errors: invalid_argument (no entry or more than 25, sequence or round 0, a feed twice), not_found
// (no such published feed), conflict (a feed that is not ok, or older than what was signed),
// limit_exceeded (too many targets).
Result<tee::PriceReport> build_report(const tee::ReportRequest& request,
                                      const std::vector<tee::FeedEstimate>& published,
                                      const ByteArray<32>& config, const SigningMemory& memory);

}  // namespace nsl::enclave
