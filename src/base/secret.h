// SPDX-License-Identifier: Apache-2.0
// Values that must never be printed and must not stay in memory.
#pragma once
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "base/bytes.h"

namespace nsl {

// `size` bytes of memory that is locked (not swapped, not in core dumps where the system allows)
// and wiped when it goes. Move only: a copy of a secret is asked for by name.
class SecretBytes {
 public:
    SecretBytes() = default;
    explicit SecretBytes(std::size_t size);
    static SecretBytes copy_of(ByteView data);
    ~SecretBytes();
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;

    SecretBytes clone() const { return copy_of(reveal()); }
    // Named so that every use shows in review.
    ByteView reveal() const { return {data_, size_}; }
    std::span<std::uint8_t> reveal_mutable() { return {data_, size_}; }
    std::size_t size() const { return size_; }

 private:
    std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
};

// Overwrites what a value holds: its bytes when it is trivially copyable; all of its buffer, used
// or not, when it is a string or a vector.
template <class T>
void wipe_value(T& value) {
    if constexpr (std::is_trivially_copyable_v<T>) {
        wipe(&value, sizeof value);
    } else if constexpr (requires { value.resize(value.capacity()); }) {
        value.resize(value.capacity());
        wipe(value.data(), value.size() * sizeof(*value.data()));
        value.clear();
    }
}

// A secret of another type (a key handle, a password). Unprintable; its memory is wiped as
// wipe_value says, other types wipe themselves.
template <class T>
class Secret {
 public:
    Secret() = default;
    // Wipes what moving leaves behind in the argument.
    explicit Secret(T value) : value_(std::move(value)) { wipe_value(value); }
    ~Secret() { wipe_value(value_); }
    Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { wipe_value(other.value_); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            wipe_value(value_);
            value_ = std::move(other.value_);
            wipe_value(other.value_);
        }
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    const T& reveal() const { return value_; }

 private:
    T value_{};
};

}  // namespace nsl
