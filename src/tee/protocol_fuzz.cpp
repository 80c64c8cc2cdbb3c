// SPDX-License-Identifier: Apache-2.0
// Whatever is accepted must survive being written and read again.
#include "tee/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const nsl::ByteView payload(data, size);
    if (const auto request = nsl::tee::parse_request(payload)) {
        const nsl::Bytes bytes = nsl::tee::encode_request(*request);
        const auto again = nsl::tee::parse_request(bytes);
        NSL_ASSERT(again.has_value());
        NSL_ASSERT(nsl::tee::encode_request(*again) == bytes);
    }
    if (const auto reply = nsl::tee::parse_reply(payload)) {
        const nsl::Bytes bytes = nsl::tee::encode_reply(*reply);
        const auto again = nsl::tee::parse_reply(bytes);
        NSL_ASSERT(again.has_value());
        NSL_ASSERT(nsl::tee::encode_reply(*again) == bytes);
    }
    return 0;
}
