// SPDX-License-Identifier: Apache-2.0
// Variable-length integers as Neo writes them: below 0xfd one byte, else fd, fe or ff and 2, 4 or 8
// bytes little-endian.
#pragma once
#include "base/bytes.h"
#include "base/result.h"

namespace nsl::neo {

std::size_t varint_size(std::uint64_t value);
void write_varint(ByteWriter& out, std::uint64_t value);
void write_varbytes(ByteWriter& out, ByteView value);
// Errors: invalid_argument (non-canonical or cut short), limit_exceeded (above max).
Result<std::uint64_t> read_varint(ByteReader& in, std::uint64_t max);
Result<Bytes> read_varbytes(ByteReader& in, std::uint64_t max);

}  // namespace nsl::neo
