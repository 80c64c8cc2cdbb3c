// SPDX-License-Identifier: Apache-2.0
// Frames over one Unix socket, for either side.
#pragma once
#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <deque>

#include "base/async_event.h"
#include "base/bytes.h"
#include "base/result.h"
#include "base/task.h"
#include "tee/framing.h"

namespace nsl::tee {

using UnixSocket = asio::local::stream_protocol::socket;

// Bytes waiting to be written; above it the peer does not read and is not worth waiting for.
inline constexpr std::size_t kChannelQueueBytesMax = 4 * kFramePayloadBytesMax;

// Used from one executor. Kept alive by a shared_ptr in each coroutine that uses it.
class FrameChannel {
 public:
    explicit FrameChannel(UnixSocket socket) : socket_(std::move(socket)) {}
    FrameChannel(const FrameChannel&) = delete;

    // The next payload. One reader at a time. Errors: unavailable (closed between two frames or by
    // us, reset), invalid_argument (empty frame, or cut by the end of the stream), limit_exceeded.
    Task<Result<Bytes>> read();
    // Queues a payload for write_all(). False when closed, the payload has no frame, or the queue
    // is full; the caller then closes.
    bool send(ByteView payload);
    // Writes what is queued until closed; run as a task of its own. Closes when the peer is gone.
    Task<void> write_all();
    void close();
    bool closed() const { return closed_; }

 private:
    UnixSocket socket_;
    FrameReader reader_;
    std::array<std::uint8_t, 16 * 1024> piece_{};
    std::deque<Bytes> queue_;
    std::size_t queue_bytes_ = 0;
    AsyncEvent queued_;
    bool closed_ = false;
};

}  // namespace nsl::tee
