// SPDX-License-Identifier: Apache-2.0
#include "enclave/signing_rules.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string>

namespace nsl::enclave {
namespace {

std::string named(std::uint16_t feed) {
    return "feed " + std::to_string(feed);
}

Status check_form(const tee::ReportRequest& request) {
    if (request.entries.empty() || request.entries.size() > tee::kReportRecordsMax)
        return fail(Errc::invalid_argument, "a report has 1 to 25 feeds");
    if (request.sequence == 0) return fail(Errc::invalid_argument, "sequence must not be 0");
    std::set<std::uint16_t> seen;
    for (const tee::ReportEntry& entry : request.entries) {
        if (entry.round == 0)
            return fail(Errc::invalid_argument, named(entry.feed) + ": round must not be 0");
        if (!seen.insert(entry.feed).second)
            return fail(Errc::invalid_argument, named(entry.feed) + " is asked for twice");
    }
    return {};
}

Result<tee::PriceRecord> record_of(const tee::ReportEntry& entry, const tee::FeedEstimate& estimate,
                                   const SigningMemory::Mark& mark) {
    NSL_ASSERT(estimate.feed == entry.feed);
    if (estimate.status != tee::EstimateStatus::ok)
        return fail(Errc::conflict, named(entry.feed) + " is " +
                                        tee::estimate_status_name(estimate.status) +
                                        (estimate.reason.empty() ? "" : ": " + estimate.reason));
    if (entry.round < mark.round)
        return fail(Errc::conflict, named(entry.feed) + ": round " + std::to_string(mark.round) +
                                        " was signed already");
    if (estimate.observed_ms < mark.observed_ms)
        return fail(Errc::conflict, named(entry.feed) + ": a newer observation was signed already");
    const std::uint32_t sources_max = std::numeric_limits<std::uint8_t>::max();
    return tee::PriceRecord{
        .feed = entry.feed,
        .status = tee::FeedStatus::trading,
        .sources = static_cast<std::uint8_t>(std::min(estimate.sources, sources_max)),
        .round = entry.round,
        .price = estimate.price,
        .confidence = estimate.confidence,
        .observed_ms = estimate.observed_ms,
    };
}

}  // namespace

SigningMemory::Mark SigningMemory::mark(const SigningTarget& target, std::uint16_t feed) const {
    const auto found = marks_.find(target);
    if (found == marks_.end()) return {};
    const auto mark = found->second.find(feed);
    return mark == found->second.end() ? Mark{} : mark->second;
}

bool SigningMemory::has_room_for(const SigningTarget& target) const {
    return marks_.size() < kSigningTargetsMax || marks_.contains(target);
}

void SigningMemory::remember(const tee::PriceReport& report) {
    const SigningTarget target{.network = report.network, .contract = report.contract};
    NSL_ASSERT(has_room_for(target));
    std::map<std::uint16_t, Mark>& feeds = marks_[target];
    for (const tee::PriceRecord& record : report.records) {
        Mark& mark = feeds[record.feed];
        NSL_ASSERT(record.round >= mark.round && record.observed_ms >= mark.observed_ms);
        mark = {.round = record.round, .observed_ms = record.observed_ms};
    }
}

Result<tee::PriceReport> build_report(const tee::ReportRequest& request,
                                      const std::vector<tee::FeedEstimate>& published,
                                      const ByteArray<32>& config, const SigningMemory& memory) {
    TRY_OK(check_form(request));
    const SigningTarget target{.network = request.network, .contract = request.contract};
    if (!memory.has_room_for(target))
        return fail(Errc::limit_exceeded,
                    "reports for 64 contracts were signed since the enclave started; it signs for "
                    "no further one");
    tee::PriceReport report{.network = request.network,
                            .contract = request.contract,
                            .config = config,
                            .sequence = request.sequence,
                            .records = {}};
    for (const tee::ReportEntry& entry : request.entries) {
        if (entry.feed >= published.size())
            return fail(Errc::not_found, named(entry.feed) + " is no published feed");
        TRY(tee::PriceRecord record,
            record_of(entry, published[entry.feed], memory.mark(target, entry.feed)));
        report.records.push_back(record);
    }
    return report;
}

}  // namespace nsl::enclave
