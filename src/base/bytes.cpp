// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <openssl/crypto.h>

namespace nsl {

ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool constant_time_equal(ByteView a, ByteView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(void* data, std::size_t size) {
    OPENSSL_cleanse(data, size);
}

void ByteWriter::put(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

Result<std::uint64_t> ByteReader::get(int count) {
    TRY(ByteView view, bytes(static_cast<std::size_t>(count)));
    std::uint64_t value = 0;
    for (int i = count - 1; i >= 0; --i) value = value << 8 | view[static_cast<std::size_t>(i)];
    return value;
}

Result<std::uint8_t> ByteReader::u8() {
    TRY(const std::uint64_t value, get(1));
    return static_cast<std::uint8_t>(value);
}

Result<std::uint16_t> ByteReader::u16() {
    TRY(const std::uint64_t value, get(2));
    return static_cast<std::uint16_t>(value);
}

Result<std::uint32_t> ByteReader::u32() {
    TRY(const std::uint64_t value, get(4));
    return static_cast<std::uint32_t>(value);
}

Result<std::uint64_t> ByteReader::u64() {
    return get(8);
}

Result<std::int64_t> ByteReader::i64() {
    TRY(const std::uint64_t value, get(8));
    return static_cast<std::int64_t>(value);
}

Result<ByteView> ByteReader::bytes(std::size_t count) {
    if (count > left()) {
        return fail(Errc::invalid_argument, "data ends early: " + std::to_string(count) +
                                                " bytes wanted at offset " + std::to_string(at_) +
                                                ", " + std::to_string(left()) + " left");
    }
    ByteView out = data_.subspan(at_, count);
    at_ += count;
    return out;
}

Status ByteReader::finish() const {
    if (left() == 0) return {};
    return fail(Errc::invalid_argument,
                std::to_string(left()) + " bytes left over at offset " + std::to_string(at_));
}

}  // namespace nsl
