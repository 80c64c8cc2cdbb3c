// SPDX-License-Identifier: Apache-2.0
// Requests to Neo's notary service. Source: neo-go pkg/network/payload notary_request.go.
#pragma once
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/transaction.h"
#include "neo/witness.h"

namespace nsl::neo {

struct NotaryRequest {
    Transaction main;
    Transaction fallback;
    Witness witness{};  // of the fallback's second signer, who pays for it

    Bytes serialize_unsigned() const;  // main ‖ fallback
    Bytes serialize() const;
    // Errors: invalid_argument (bytes; check_pair()), limit_exceeded.
    static Result<NotaryRequest> parse(ByteView data);
    Hash256 hash() const;  // SHA-256 of main ‖ fallback
    // What the protocol asks of the pair: NotaryAssisted in both, with keys in the main transaction
    // and without in the fallback; NotValidBefore and one Conflicts, with the main transaction, in
    // the fallback; the same last block; the Notary first of the fallback's two signers, with a
    // witness to be filled in. Errors: invalid_argument.
    Status check_pair() const;
    // The same, and the witness is the fallback's second signer's. Errors: also as check_witness.
    Status check(std::uint32_t network) const;
    bool operator==(const NotaryRequest&) const = default;
};

}  // namespace nsl::neo
