// SPDX-License-Identifier: Apache-2.0
#include "enclave/report_desk.h"

namespace nsl::enclave {
namespace {

constexpr const char* kVersion = "0.1.0";

}  // namespace

ReportDesk::ReportDesk(PriceBook& book, Keyring keyring, Clock& clock, std::string provider)
    : book_(book), keyring_(std::move(keyring)), clock_(clock), provider_(std::move(provider)) {}

tee::EnclaveIdentity ReportDesk::identity() const {
    return {.provider = provider_,
            .public_key = keyring_.report_key(),
            .config_id = book_.config_id(),
            .version = kVersion,
            .feeds = book_.published()};
}

Result<tee::SignedReport> ReportDesk::sign(const tee::ReportRequest& request) {
    book_.evaluate(clock_.unix_ms());
    TRY(const tee::PriceReport report,
        build_report(request, book_.snapshot().feeds, book_.config_id(), memory_));
    TRY(tee::SignedReport signed_report, keyring_.sign(report));
    memory_.remember(report);
    return signed_report;
}

}  // namespace nsl::enclave
