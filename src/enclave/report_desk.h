// SPDX-License-Identifier: Apache-2.0
// Everything that the enclave tells the host: three questions, no more.
#pragma once
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "enclave/keyring.h"
#include "enclave/price_book.h"
#include "enclave/signing_rules.h"
#include "tee/enclave_client.h"

namespace nsl::enclave {

class ReportDesk {
 public:
    ReportDesk(PriceBook& book, Keyring keyring, Clock& clock, std::string provider);

    tee::EnclaveIdentity identity() const;
    tee::PriceSnapshot prices() const { return book_.snapshot(); }
    std::uint64_t version() const { return book_.version(); }
    AsyncEvent& changed() { return book_.changed(); }
    // Evaluates, builds the report by the signing policy, signs it, remembers it.
    // Errors: those of build_report.
    Result<tee::SignedReport> sign(const tee::ReportRequest& request);

 private:
    PriceBook& book_;
    Keyring keyring_;
    Clock& clock_;
    std::string provider_;
    SigningMemory memory_;
};

}  // namespace nsl::enclave
