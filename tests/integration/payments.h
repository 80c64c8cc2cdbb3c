// SPDX-License-Identifier: Apache-2.0
// What the payments' worker and its tests agree on: who pays whom how much, all of it from a seed.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/encoding.h"
#include "chain/deploy.h"
#include "chain/send_journal.h"
#include "neo/keys.h"

namespace nsl::payments {

inline constexpr std::size_t kRecipients = 32;

inline ByteArray<32> digest_of(const std::string& text) {
    return sha256(as_bytes(text));
}

// The payer's key. It holds what the test gave it, on a chain that ends with the test.
inline neo::PrivateKey payer_key(std::uint64_t seed) {
    for (int i = 0;; ++i) {
        const auto bytes = digest_of("payer " + std::to_string(seed) + " " + std::to_string(i));
        if (auto key = neo::PrivateKey::from_bytes(bytes)) return *std::move(key);
    }
}

inline neo::Hash160 recipient(std::uint64_t seed, std::size_t number) {
    const auto bytes =
        digest_of("recipient " + std::to_string(seed) + " " + std::to_string(number));
    neo::Hash160 out;
    std::copy_n(bytes.begin(), out.raw.size(), out.raw.begin());
    return out;
}

struct Payment {
    std::string id;  // of its intent
    neo::Hash160 to;
    neo::Datoshi amount = 0;
};

inline Payment payment(std::uint64_t seed, std::size_t number) {
    const auto bytes = digest_of("payment " + std::to_string(seed) + " " + std::to_string(number));
    const std::uint32_t drawn = static_cast<std::uint32_t>(bytes[0]) << 16 |
                                static_cast<std::uint32_t>(bytes[1]) << 8 | bytes[2];
    return {.id = "payment/" + std::to_string(number),
            .to = recipient(seed, bytes[3] % kRecipients),
            .amount = 1 + static_cast<neo::Datoshi>(drawn)};
}

inline chain::Intent intent_of(const Payment& payment, const neo::Hash160& payer) {
    return {.id = payment.id,
            .purpose = "payments",
            .script = chain::gas_transfer(payer, payment.to, payment.amount).value(),
            .spends = payment.amount,
            .windows_max = chain::kWindowsMax};
}

}  // namespace nsl::payments
