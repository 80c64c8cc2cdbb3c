// SPDX-License-Identifier: Apache-2.0
// Where an enclave's root of trust comes from: SEV-SNP, TDX, Nitro, a TPM, or for development none.
#pragma once
#include <memory>
#include <string>

#include "base/random.h"
#include "base/result.h"
#include "base/secret.h"

namespace nsl::tee {

class Provider {
 public:
    virtual ~Provider() = default;
    virtual std::string name() const = 0;
    // Encrypts so that only the same enclave on the same platform can open it; `label` is bound to
    // the result. Never contains the plain text.
    virtual Result<Bytes> seal(std::string label, ByteView secret) = 0;
    // Errors: unauthenticated (other label, other platform, altered), invalid_argument (format).
    virtual Result<SecretBytes> unseal(std::string label, ByteView sealed) = 0;
};

// Development only: AES-256-GCM under a platform key kept in a file beside the sealed data. It
// protects nothing from the host, and its name says "simulated". The platform key is made on first
// use with mode 0600. Errors: unavailable (file cannot be read or written; says which).
Result<std::unique_ptr<Provider>> simulated_provider(std::string platform_key_file, Random& random);

}  // namespace nsl::tee
