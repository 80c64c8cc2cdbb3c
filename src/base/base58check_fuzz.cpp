// SPDX-License-Identifier: Apache-2.0
// What a decoder accepts is what the encoder writes; every payload survives the round trip.
#include "base/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace nsl;
    const std::string text = as_text({data, size});
    if (const auto payload = base58check_decode(text))
        NSL_ASSERT(base58check_encode(*payload) == text);
    if (const auto decoded = base64_decode(text)) NSL_ASSERT(base64_encode(*decoded) == text);
    const ByteView payload(data, std::min<std::size_t>(size, 256));
    const auto back = base58check_decode(base58check_encode(payload));
    NSL_ASSERT(back && std::ranges::equal(*back, payload));
    return 0;
}
