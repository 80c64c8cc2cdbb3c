// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the size of the pieces; the payloads must not depend on it.
#include <algorithm>

#include "tee/framing.h"

namespace {

struct Outcome {
    std::vector<nsl::Bytes> payloads;
    bool refused = false;
    bool operator==(const Outcome&) const = default;
};

Outcome read(nsl::ByteView stream, std::size_t piece) {
    nsl::tee::FrameReader reader;
    Outcome out;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        reader.push(stream.subspan(at, std::min(piece, stream.size() - at)));
        for (;;) {
            auto payload = reader.next();
            if (!payload) {
                out.refused = true;
                return out;
            }
            if (!*payload) break;
            NSL_ASSERT(!(*payload)->empty() &&
                       (*payload)->size() <= nsl::tee::kFramePayloadBytesMax);
            out.payloads.push_back(**std::move(payload));
        }
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const nsl::ByteView stream(data + 1, size - 1);
    NSL_ASSERT(read(stream, data[0] + 1u) == read(stream, std::max<std::size_t>(1, stream.size())));
    return 0;
}
