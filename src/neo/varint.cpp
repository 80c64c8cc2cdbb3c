// SPDX-License-Identifier: Apache-2.0
#include "neo/varint.h"

namespace nsl::neo {

std::size_t varint_size(std::uint64_t value) {
    if (value < 0xfd) return 1;
    if (value <= 0xffff) return 3;
    return value <= 0xffffffff ? 5 : 9;
}

void write_varint(ByteWriter& out, std::uint64_t value) {
    if (value < 0xfd) {
        out.u8(static_cast<std::uint8_t>(value));
    } else if (value <= 0xffff) {
        out.u8(0xfd);
        out.u16(static_cast<std::uint16_t>(value));
    } else if (value <= 0xffffffff) {
        out.u8(0xfe);
        out.u32(static_cast<std::uint32_t>(value));
    } else {
        out.u8(0xff);
        out.u64(value);
    }
}

void write_varbytes(ByteWriter& out, ByteView value) {
    write_varint(out, value.size());
    out.bytes(value);
}

Result<std::uint64_t> read_varint(ByteReader& in, std::uint64_t max) {
    TRY(const std::uint8_t first, in.u8());
    std::uint64_t value = first;
    if (first == 0xfd) {
        TRY(value, in.u16());
    } else if (first == 0xfe) {
        TRY(value, in.u32());
    } else if (first == 0xff) {
        TRY(value, in.u64());
    }
    const std::size_t written = first < 0xfd ? 1 : first == 0xfd ? 3 : first == 0xfe ? 5 : 9;
    if (varint_size(value) != written)
        return fail(Errc::invalid_argument, "a length is not in its shortest form");
    if (value > max)
        return fail(Errc::limit_exceeded, "a length of " + std::to_string(value) + ", at most " +
                                              std::to_string(max) + " is allowed");
    return value;
}

Result<Bytes> read_varbytes(ByteReader& in, std::uint64_t max) {
    TRY(const std::uint64_t size, read_varint(in, max));
    TRY(const ByteView view, in.bytes(size));
    return Bytes(view.begin(), view.end());
}

}  // namespace nsl::neo
