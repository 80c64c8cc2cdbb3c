// SPDX-License-Identifier: Apache-2.0
#include "enclave/keyring.h"

#include <optional>

#include "base/file.h"

namespace nsl::enclave {
namespace {

// Bound to the sealed bytes: no other secret of this enclave can take this one's place.
constexpr const char* kReportKeyLabel = "nsl-enclave/report-key/v1";
constexpr const char* kReportKeyFile = "/report-key.sealed";
constexpr std::size_t kSealedBytesMax = 4'096;

std::unexpected<Error> damaged(const std::string& path, const Error& why) {
    return fail(Errc::conflict,
                path + ": cannot be opened: " + why.message +
                    "; restore it from a backup, or move it away to start with a new key");
}

// nullopt when there is no file.
Result<std::optional<neo::PrivateKey>> read_key(tee::Provider& provider, const std::string& path) {
    auto sealed = read_private_file(path, kSealedBytesMax);
    if (!sealed) {
        if (sealed.error().code == Errc::limit_exceeded) return damaged(path, sealed.error());
        return fail(Errc::unavailable, std::move(sealed).error().message);
    }
    if (!*sealed) return std::nullopt;
    Result<SecretBytes> secret = provider.unseal(kReportKeyLabel, (*sealed)->reveal());
    if (!secret) return damaged(path, secret.error());
    Result<neo::PrivateKey> key = neo::PrivateKey::from_bytes(secret->reveal());
    if (!key) return damaged(path, key.error());
    return *std::move(key);
}

}  // namespace

Result<Keyring> Keyring::open(tee::Provider& provider, const std::string& data_dir,
                              Random& random) {
    const std::string path = data_dir + kReportKeyFile;
    TRY(std::optional<neo::PrivateKey> found, read_key(provider, path));
    if (found) return Keyring(*std::move(found));

    const neo::PrivateKey made = neo::PrivateKey::generate(random);
    TRY(const Bytes sealed, provider.seal(kReportKeyLabel, made.secret().reveal()));
    if (Status written = create_private_file(path, sealed); !written)
        return fail(Errc::unavailable, std::move(written).error().message);
    TRY(std::optional<neo::PrivateKey> stored, read_key(provider, path));
    if (!stored || stored->public_key() != made.public_key())
        return fail(Errc::unavailable, path + ": does not hold what was written to it");
    Keyring out(*std::move(stored));
    out.is_new_ = true;
    return out;
}

Result<tee::SignedReport> Keyring::sign(const tee::PriceReport& report) const {
    TRY(Bytes bytes, tee::pack_report(report));
    const neo::Signature signature = report_key_.sign(bytes);
    tee::SignedReport out{
        .report = std::move(bytes), .signer = report_key(), .signature = signature};
    // A fault in the arithmetic (of hardware too) must not give a wrong signature away.
    TRY(const tee::PriceReport parsed, tee::verify_report(out));
    if (parsed != report)
        return fail(Errc::internal, "the report does not read back as it was written");
    return out;
}

}  // namespace nsl::enclave
