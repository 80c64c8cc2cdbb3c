// SPDX-License-Identifier: Apache-2.0
// A node may answer anything: readers refuse it or give a value, nothing else.
#include "chain/rpc_reply.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    if (const auto batch = nsl::chain::read_batch(body, 1, 3)) NSL_ASSERT(batch->size() == 3);
    const auto reply = nsl::chain::read_reply(body, 1);
    if (!reply) return 0;
    if (const auto* failure = std::get_if<nsl::chain::RpcFailure>(&*reply)) {
        NSL_ASSERT(failure->message.size() <= 512);
        return 0;
    }
    const auto& value = std::get<nsl::json::Value>(*reply);
    (void)nsl::chain::read_version(value);
    (void)nsl::chain::read_block(value);
    (void)nsl::chain::read_network_fee(value);
    (void)nsl::chain::read_application_log(value, nsl::neo::Hash256{});
    if (const auto run = nsl::chain::read_execution(value)) NSL_ASSERT(run->gas_consumed >= 0);
    return 0;
}
