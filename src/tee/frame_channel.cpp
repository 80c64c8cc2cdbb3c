// SPDX-License-Identifier: Apache-2.0
#include "tee/frame_channel.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace nsl::tee {
namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

}  // namespace

Task<Result<Bytes>> FrameChannel::read() {
    for (;;) {
        CO_TRY(std::optional<Bytes> payload, reader_.next());
        if (payload) co_return *std::move(payload);
        if (closed_) co_return fail(Errc::unavailable, "connection is closed");
        const auto [error, count] = co_await socket_.async_read_some(asio::buffer(piece_), kTuple);
        if (error || closed_) {
            if (error == asio::error::eof && !reader_.between_frames())
                co_return fail(Errc::invalid_argument, "connection ended inside a frame");
            co_return fail(Errc::unavailable, "connection is closed");
        }
        reader_.push(ByteView(piece_).first(count));
    }
}

bool FrameChannel::send(ByteView payload) {
    if (closed_) return false;
    Result<Bytes> frame = encode_frame(payload);
    if (!frame || queue_bytes_ + frame->size() > kChannelQueueBytesMax) return false;
    queue_bytes_ += frame->size();
    queue_.push_back(*std::move(frame));
    queued_.notify_all();
    return true;
}

Task<void> FrameChannel::write_all() {
    while (!closed_) {
        if (queue_.empty()) {
            co_await queued_.wait();
            continue;
        }
        // Its bytes count as queued until they are written, or a peer that does not read would get
        // one frame more.
        const Bytes frame = std::move(queue_.front());
        queue_.pop_front();
        const auto [error, count] =
            co_await asio::async_write(socket_, asio::buffer(frame), kTuple);
        queue_bytes_ -= frame.size();
        if (error) close();
    }
}

void FrameChannel::close() {
    if (closed_) return;
    closed_ = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
    queued_.notify_all();
}

}  // namespace nsl::tee
