// SPDX-License-Identifier: Apache-2.0
// Text forms of bytes. Decoders refuse every input that an encoder would not have produced, except
// that hex accepts both cases.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace nsl {

// SHA-256 (FIPS 180-4), and SHA-256 of that, as Bitcoin and Neo use it for checksums.
ByteArray<32> sha256(ByteView data);
ByteArray<32> sha256_twice(ByteView data);

// The same, piece by piece.
class Sha256 {
 public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    void update(ByteView data);
    // Once.
    ByteArray<32> finish();

 private:
    struct State;
    std::unique_ptr<State> state_;
};

// Lower-case hex without prefix. Decoding refuses odd lengths and other characters.
std::string hex_encode(ByteView data);
Result<Bytes> hex_decode(std::string_view text);

// RFC 4648 section 4, padded. Decoding refuses missing padding, white space and non-zero spare
// bits.
std::string base64_encode(ByteView data);
Result<Bytes> base64_decode(std::string_view text);

// Base58 of payload plus the first four bytes of its double SHA-256.
std::string base58check_encode(ByteView payload);
// Errors: invalid_argument for other characters, a wrong checksum, or above 1,024 characters.
Result<Bytes> base58check_decode(std::string_view text);

}  // namespace nsl
