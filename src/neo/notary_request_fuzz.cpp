// SPDX-License-Identifier: Apache-2.0
// What parse() accepts must serialize to the same bytes.
#include "neo/notary_request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const nsl::ByteView input(data, size);
    const auto request = nsl::neo::NotaryRequest::parse(input);
    if (!request) return 0;
    NSL_ASSERT(std::ranges::equal(request->serialize(), input));
    NSL_ASSERT(request->check_pair());
    (void)request->check(0);
    return 0;
}
