// SPDX-License-Identifier: Apache-2.0
#include "tee/framing.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace nsl::tee {
namespace {

Bytes stream_of(const std::vector<Bytes>& payloads) {
    Bytes out;
    for (const Bytes& payload : payloads) {
        const Bytes frame = encode_frame(payload).value();
        out.insert(out.end(), frame.begin(), frame.end());
    }
    return out;
}

std::vector<Bytes> drain(FrameReader& reader) {
    std::vector<Bytes> out;
    while (std::optional<Bytes> payload = reader.next().value()) out.push_back(*payload);
    return out;
}

TEST(Framing, StartsWithTheLengthBigEndian) {
    const Bytes frame = encode_frame(Bytes(0x0102, 7)).value();
    EXPECT_EQ(Bytes(frame.begin(), frame.begin() + 4), (Bytes{0, 0, 1, 2}));
    EXPECT_EQ(frame.size(), 4u + 0x0102u);
}

TEST(Framing, GivesTheSamePayloadsWhereverTheStreamIsSplit) {
    const std::vector<Bytes> payloads{{1}, {2, 3, 4}, Bytes(300, 5)};
    const Bytes stream = stream_of(payloads);
    for (std::size_t at = 0; at <= stream.size(); ++at) {
        FrameReader reader;
        reader.push(ByteView(stream).first(at));
        std::vector<Bytes> got = drain(reader);
        reader.push(ByteView(stream).subspan(at));
        for (Bytes& payload : drain(reader)) got.push_back(std::move(payload));
        EXPECT_EQ(got, payloads) << "split at " << at;
        EXPECT_TRUE(reader.between_frames());
    }
}

RC_GTEST_PROP(FramingProperty, PiecesOfAnySizeGiveWhatWasSent,
              (const std::vector<Bytes>& any, std::uint8_t piece)) {
    std::vector<Bytes> payloads;
    for (const Bytes& payload : any)
        if (!payload.empty()) payloads.push_back(payload);
    const Bytes stream = stream_of(payloads);
    FrameReader reader;
    std::vector<Bytes> got;
    const std::size_t step = piece + 1u;
    for (std::size_t at = 0; at < stream.size(); at += step) {
        reader.push(ByteView(stream).subspan(at, std::min(step, stream.size() - at)));
        for (Bytes& payload : drain(reader)) got.push_back(std::move(payload));
    }
    RC_ASSERT(got == payloads);
    RC_ASSERT(reader.between_frames());
}

TEST(Framing, KnowsThatAStreamEndsInsideAFrame) {
    const Bytes frame = encode_frame(Bytes{1, 2, 3}).value();
    for (std::size_t size = 1; size < frame.size(); ++size) {
        FrameReader reader;
        reader.push(ByteView(frame).first(size));
        EXPECT_TRUE(drain(reader).empty());
        EXPECT_FALSE(reader.between_frames()) << size;
    }
}

TEST(Framing, TakesTheLargestFrameAndRefusesOneByteMoreOnItsLengthAlone) {
    const Bytes largest(kFramePayloadBytesMax, 9);
    FrameReader reader;
    reader.push(encode_frame(largest).value());
    EXPECT_EQ(drain(reader), std::vector<Bytes>{largest});

    EXPECT_EQ(encode_frame(Bytes(kFramePayloadBytesMax + 1)).error().code, Errc::limit_exceeded);
    reader.push(Bytes{0, 4, 0, 1});
    EXPECT_EQ(reader.next().error().code, Errc::limit_exceeded);
}

TEST(Framing, RefusesAnEmptyFrame) {
    EXPECT_EQ(encode_frame({}).error().code, Errc::invalid_argument);
    FrameReader reader;
    reader.push(Bytes{0, 0, 0, 0});
    EXPECT_EQ(reader.next().error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace nsl::tee
