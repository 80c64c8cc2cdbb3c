// SPDX-License-Identifier: Apache-2.0
// Bytes, views of bytes, and little-endian reading and writing with bounds.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace nsl {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

// The bytes of a text, and back. No copy in the first, no check of UTF-8 in either.
ByteView as_bytes(std::string_view text);
std::string as_text(ByteView bytes);

// True when equal. Time depends on the lengths only, never on the content.
bool constant_time_equal(ByteView a, ByteView b);

// Overwrites memory in a way the optimiser may not drop.
void wipe(void* data, std::size_t size);

// Appends integers little-endian.
class ByteWriter {
 public:
    void u8(std::uint8_t value) { out_.push_back(value); }
    void u16(std::uint16_t value) { put(value, 2); }
    void u32(std::uint32_t value) { put(value, 4); }
    void u64(std::uint64_t value) { put(value, 8); }
    void i64(std::int64_t value) { put(static_cast<std::uint64_t>(value), 8); }
    void bytes(ByteView value) { out_.insert(out_.end(), value.begin(), value.end()); }

    void reserve(std::size_t size) { out_.reserve(size); }
    std::size_t size() const { return out_.size(); }
    const Bytes& view() const { return out_; }
    Bytes take() { return std::move(out_); }

 private:
    void put(std::uint64_t value, int count);

    Bytes out_;
};

// Reads integers little-endian. Every read past the end is Errc::invalid_argument.
class ByteReader {
 public:
    explicit ByteReader(ByteView data) : data_(data) {}

    Result<std::uint8_t> u8();
    Result<std::uint16_t> u16();
    Result<std::uint32_t> u32();
    Result<std::uint64_t> u64();
    Result<std::int64_t> i64();
    Result<ByteView> bytes(std::size_t count);
    template <std::size_t N>
    Result<ByteArray<N>> array() {
        TRY(ByteView view, bytes(N));
        ByteArray<N> out;
        std::copy(view.begin(), view.end(), out.begin());
        return out;
    }

    std::size_t left() const { return data_.size() - at_; }
    std::size_t position() const { return at_; }
    // invalid_argument when bytes are left over.
    Status finish() const;

 private:
    Result<std::uint64_t> get(int count);

    ByteView data_;
    std::size_t at_ = 0;
};

}  // namespace nsl
