// SPDX-License-Identifier: Apache-2.0
// Intents, attempts and blocks for the sender's journal.
#pragma once
#include <string>

#include "chain/send_journal.h"

namespace nsl::testing_support {

using chain::Attempt;
using chain::AttemptState;
using chain::BlockEffect;
using chain::BlockHeader;
using chain::Intent;
using chain::IntentRecord;
using chain::IntentState;
using chain::PaidTransaction;

inline neo::Hash256 hash_of(std::uint32_t seed) {
    neo::Hash256 out;
    for (std::size_t i = 0; i < 4; ++i) out.raw[i] = static_cast<std::uint8_t>(seed >> (8 * i));
    out.raw[31] = 1;
    return out;
}

inline Intent intent_named(std::string id, std::uint32_t windows = 1) {
    return {.id = std::move(id),
            .purpose = "payments",
            .script = {0x00, 0xff, 0x80},
            .spends = 500,
            .windows_max = windows,
            .payload = R"({"note":"ä"})"};
}

inline BlockHeader block_at(std::uint32_t index) {
    return {.index = index,
            .hash = hash_of(0x80000000U | index),
            .previous = hash_of(0x80000000U | (index - 1)),
            .time_ms = 1'700'000'000'000 + index};
}

inline Attempt attempt_for(const std::string& intent, std::uint32_t seed, std::uint32_t until) {
    return {.hash = hash_of(seed),
            .intent = intent,
            .bytes = {0x01, 0x00, static_cast<std::uint8_t>(seed)},
            .network = 860'833'102,
            .system_fee = 1'000,
            .network_fee = 200 + seed,
            .valid_until_block = until};
}

}  // namespace nsl::testing_support
