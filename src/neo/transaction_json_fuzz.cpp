// SPDX-License-Identifier: Apache-2.0
// What transaction_from_json() accepts is a transaction: its bytes read back, and its JSON too.
#include "neo/transaction_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using nsl::neo::Transaction;
    const auto value = nsl::json::parse_value(nsl::as_text({data, size}));
    if (!value) return 0;
    if (const auto signer = nsl::neo::signer_from_json(*value))
        NSL_ASSERT(nsl::neo::signer_from_json(nsl::neo::signer_to_json(*signer)) == *signer);
    const auto tx = nsl::neo::transaction_from_json(*value);
    if (!tx) return 0;
    const auto read = Transaction::parse(tx->serialize());
    NSL_ASSERT(read && *read == *tx);
    NSL_ASSERT(nsl::neo::transaction_from_json(nsl::neo::transaction_to_json(*tx)) == *tx);
    return 0;
}
