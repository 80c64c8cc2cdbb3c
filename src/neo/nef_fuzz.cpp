// SPDX-License-Identifier: Apache-2.0
// What the NEF parser accepts is written back. The checksum would keep the fuzzer out, so each
// input is read a second time with the right one.
#include "base/encoding.h"
#include "neo/nef.h"

namespace {

void read(nsl::ByteView file) {
    const auto nef = nsl::neo::Nef::parse(file);
    if (!nef) return;
    NSL_ASSERT(std::ranges::equal(nef->serialize(), file));
    const auto copy = nsl::neo::Nef::from_json(nef->to_json());
    NSL_ASSERT(copy && *copy == *nef);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    read({data, size});
    nsl::Bytes sealed(data, data + size);
    const auto digest = nsl::sha256_twice(sealed);
    sealed.insert(sealed.end(), digest.begin(), digest.begin() + 4);
    read(sealed);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto json = nsl::json::parse_value(text)) {
        const auto nef = nsl::neo::Nef::from_json(*json);
        if (nef) NSL_ASSERT(nsl::neo::Nef::parse(nef->serialize()).value() == *nef);
    }
    return 0;
}
