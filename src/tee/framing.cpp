// SPDX-License-Identifier: Apache-2.0
#include "tee/framing.h"

namespace nsl::tee {

Result<Bytes> encode_frame(ByteView payload) {
    if (payload.empty()) return fail(Errc::invalid_argument, "frame is empty");
    if (payload.size() > kFramePayloadBytesMax)
        return fail(Errc::limit_exceeded, "frame is above 262,144 bytes");
    Bytes out;
    out.reserve(kFrameHeaderBytes + payload.size());
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<std::uint8_t>(payload.size() >> shift));
    out.insert(out.end(), payload.begin(), payload.end());
    return out;
}

void FrameReader::push(ByteView received) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    buffer_.insert(buffer_.end(), received.begin(), received.end());
}

Result<std::optional<Bytes>> FrameReader::next() {
    const ByteView left = ByteView(buffer_).subspan(at_);
    if (left.size() < kFrameHeaderBytes) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < kFrameHeaderBytes; ++i) length = length << 8 | left[i];
    // Refused on the length alone: nobody gets us to collect what we would then throw away.
    if (length == 0) return fail(Errc::invalid_argument, "frame is empty");
    if (length > kFramePayloadBytesMax)
        return fail(Errc::limit_exceeded, "frame is above 262,144 bytes");
    if (left.size() - kFrameHeaderBytes < length) return std::nullopt;
    const ByteView payload = left.subspan(kFrameHeaderBytes, length);
    at_ += kFrameHeaderBytes + length;
    return Bytes(payload.begin(), payload.end());
}

}  // namespace nsl::tee
