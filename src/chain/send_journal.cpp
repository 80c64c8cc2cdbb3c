// SPDX-License-Identifier: Apache-2.0
#include "chain/send_journal.h"

#include <array>
#include <utility>

namespace nsl::chain {
namespace {

Status check_size(const char* what, std::size_t size, std::size_t least, std::size_t most) {
    if (size >= least && size <= most) return {};
    return fail(Errc::invalid_argument, std::string(what) + " has " + std::to_string(least) +
                                            " to " + std::to_string(most) +
                                            " bytes, this one has " + std::to_string(size));
}

}  // namespace

const char* intent_state_name(IntentState state) {
    constexpr std::array kNames = {"pending",  "in_flight", "halted", "faulted",
                                   "included", "expired",   "refused"};
    return kNames.at(static_cast<std::size_t>(state));
}

bool intent_ended(IntentState state) {
    return state != IntentState::pending && state != IntentState::in_flight;
}

const char* attempt_state_name(AttemptState state) {
    constexpr std::array kNames = {"prepared", "submitted", "halted",  "faulted",
                                   "included", "expired",   "replaced"};
    return kNames.at(static_cast<std::size_t>(state));
}

bool attempt_ended(AttemptState state) {
    return state != AttemptState::prepared && state != AttemptState::submitted;
}

Status check_intent(const Intent& intent) {
    TRY_OK(check_size("the id of an intent", intent.id.size(), 1, kIntentIdMax));
    TRY_OK(check_size("the purpose of an intent", intent.purpose.size(), 1, kPurposeMax));
    TRY_OK(check_size("a script", intent.script.size(), 1, kIntentScriptMax));
    TRY_OK(check_size("the payload of an intent", intent.payload.size(), 0, kPayloadMax));
    if (intent.spends < 0)
        return fail(Errc::invalid_argument, "what an intent spends is not negative");
    if (intent.windows_max < 1 || intent.windows_max > kWindowsMax)
        return fail(Errc::invalid_argument,
                    "an intent has 1 to 1,000 windows, not " + std::to_string(intent.windows_max));
    return {};
}

}  // namespace nsl::chain
