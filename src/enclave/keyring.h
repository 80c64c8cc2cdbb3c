// SPDX-License-Identifier: Apache-2.0
// The enclave's keys: made inside, kept sealed, never shown. Each has one purpose.
#pragma once
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "neo/keys.h"
#include "tee/provider.h"
#include "tee/report.h"

namespace nsl::enclave {

class Keyring {
 public:
    // Opens <data_dir>/report-key.sealed, or makes the key when that file does not exist; it is on
    // disk, and was read back, before this returns. A file that cannot be opened is an error and
    // stays as it is: a new key would be a new signer, which is the operator's decision.
    // Errors: conflict (the file is damaged or of another platform), unavailable (cannot be read or
    // written); both name the file.
    static Result<Keyring> open(tee::Provider& provider, const std::string& data_dir,
                                Random& random);

    // True when open() had to make the key: contracts do not know it yet.
    bool is_new() const { return is_new_; }
    const neo::PublicKey& report_key() const { return report_key_.public_key(); }

    // Signs a report given as fields, never as bytes. What leaves was parsed back, found equal, and
    // its signature verified. Errors: invalid_argument (pack_report).
    Result<tee::SignedReport> sign(const tee::PriceReport& report) const;

 private:
    explicit Keyring(neo::PrivateKey report_key) : report_key_(std::move(report_key)) {}

    neo::PrivateKey report_key_;
    bool is_new_ = false;
};

}  // namespace nsl::enclave
