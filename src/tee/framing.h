// SPDX-License-Identifier: Apache-2.0
// Frames of the enclave protocol: u32 big-endian length, then that many bytes. Pure.
#pragma once
#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl::tee {

inline constexpr std::size_t kFrameHeaderBytes = 4;
inline constexpr std::size_t kFramePayloadBytesMax = 262'144;

// Header and payload. Errors: invalid_argument (empty), limit_exceeded (above the maximum).
Result<Bytes> encode_frame(ByteView payload);

// Takes a stream in whatever pieces it arrives and gives back whole payloads. What it holds is
// bounded by one frame plus the last piece, as long as next() is called until it gives nothing.
class FrameReader {
 public:
    void push(ByteView received);
    // The next payload; nullopt when more bytes are needed. Errors, after which the stream cannot
    // be read on: limit_exceeded (a length above the maximum), invalid_argument (a length of zero).
    Result<std::optional<Bytes>> next();
    // False when the stream ending here would cut a frame.
    bool between_frames() const { return at_ == buffer_.size(); }

 private:
    Bytes buffer_;
    std::size_t at_ = 0;  // bytes of buffer_ already given back
};

}  // namespace nsl::tee
