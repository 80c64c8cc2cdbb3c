// SPDX-License-Identifier: Apache-2.0
// What parse() accepts is written so that it reads back the same, and a complete one gives a
// transaction whose witnesses hold.
#include "neo/signing_context.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto context = nsl::neo::SigningContext::parse(nsl::as_text({data, size}));
    if (!context) return 0;
    const std::string text = nsl::json::write_value(context->to_json());
    const auto again = nsl::neo::SigningContext::parse(text);
    NSL_ASSERT(again && nsl::json::write_value(again->to_json()) == text);
    const auto tx = context->finish();
    NSL_ASSERT(tx.has_value() == context->complete());
    if (!tx) return 0;
    for (std::size_t i = 0; i < tx->witnesses.size(); ++i) {
        const auto& witness = tx->witnesses[i];
        if (witness.verification.empty()) continue;
        NSL_ASSERT(
            check_witness(witness, tx->signers[i].account, tx->sign_data(context->network())));
    }
    return 0;
}
