// SPDX-License-Identifier: Apache-2.0
#include "base/encoding.h"

#include <openssl/evp.h>

#include <array>
#include <memory>

#include "base/secret.h"

namespace nsl {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase58Digits =
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr std::size_t kBase58TextMax = 1024;
constexpr std::size_t kChecksumSize = 4;

// Which digit each character is; -1 for those that are none.
constexpr std::array<int, 256> digit_table(std::string_view digits) {
    std::array<int, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < digits.size(); ++i)
        table[static_cast<std::uint8_t>(digits[i])] = static_cast<int>(i);
    return table;
}

constexpr auto kBase58Values = digit_table(kBase58Digits);
constexpr auto kBase64Values =
    digit_table("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

constexpr auto kHexValues = [] {
    auto table = digit_table(kHexDigits);
    for (char c = 'a'; c <= 'f'; ++c)
        table[static_cast<std::size_t>(c - 'a' + 'A')] = table[static_cast<std::size_t>(c)];
    return table;
}();

int hex_value(char c) {
    return kHexValues[static_cast<std::uint8_t>(c)];
}

int base64_value(char c) {
    return kBase64Values[static_cast<std::uint8_t>(c)];
}

// Big-endian base conversion; leading zero bytes become leading '1' characters.
std::string base58_encode(ByteView data) {
    std::size_t zeros = 0;
    while (zeros < data.size() && data[zeros] == 0) ++zeros;
    std::vector<std::uint8_t> digits;  // base 58, least significant first
    for (std::uint8_t byte : data.subspan(zeros)) {
        unsigned carry = byte;
        for (std::uint8_t& digit : digits) {
            carry += digit * 256U;
            digit = static_cast<std::uint8_t>(carry % 58);
            carry /= 58;
        }
        for (; carry != 0; carry /= 58) digits.push_back(static_cast<std::uint8_t>(carry % 58));
    }
    std::string text(zeros, '1');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit)
        text += kBase58Digits[*digit];
    return text;
}

Result<Bytes> base58_decode(std::string_view text) {
    std::size_t zeros = 0;
    while (zeros < text.size() && text[zeros] == '1') ++zeros;
    Bytes little;                 // least significant first
    little.reserve(text.size());  // keys pass here: no copies are left behind by growing
    for (char c : text.substr(zeros)) {
        const int value = kBase58Values[static_cast<std::uint8_t>(c)];
        if (value < 0)
            return fail(Errc::invalid_argument, "base58 text has a character outside its alphabet");
        auto carry = static_cast<unsigned>(value);
        for (std::uint8_t& byte : little) {
            carry += byte * 58U;
            byte = static_cast<std::uint8_t>(carry);
            carry >>= 8;
        }
        if (carry != 0) little.push_back(static_cast<std::uint8_t>(carry));
    }
    Bytes out(zeros, 0);
    out.insert(out.end(), little.rbegin(), little.rend());
    wipe_value(little);
    return out;
}

struct FreeDigest {
    void operator()(EVP_MD* p) const { EVP_MD_free(p); }
    void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeDigest>;

// Looked up once: for short inputs the look-up is most of the time.
const EVP_MD* sha256_algorithm() {
    static const std::unique_ptr<EVP_MD, FreeDigest> algorithm(
        EVP_MD_fetch(nullptr, "SHA256", nullptr));
    return algorithm.get();
}

}  // namespace

// A context is kept for each thread, for the same reason.
ByteArray<32> sha256(ByteView data) {
    thread_local const DigestContext context(EVP_MD_CTX_new());
    ByteArray<32> out;
    NSL_ASSERT(EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1 &&
               EVP_DigestUpdate(context.get(), data.data(), data.size()) == 1 &&
               EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1);
    return out;
}

struct Sha256::State {
    DigestContext context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    NSL_ASSERT(EVP_DigestInit_ex2(state_->context.get(), sha256_algorithm(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::update(ByteView data) {
    NSL_ASSERT(EVP_DigestUpdate(state_->context.get(), data.data(), data.size()) == 1);
}

ByteArray<32> Sha256::finish() {
    ByteArray<32> out;
    NSL_ASSERT(EVP_DigestFinal_ex(state_->context.get(), out.data(), nullptr) == 1);
    return out;
}

ByteArray<32> sha256_twice(ByteView data) {
    return sha256(sha256(data));
}

std::string hex_encode(ByteView data) {
    std::string text;
    text.reserve(data.size() * 2);
    for (std::uint8_t byte : data) {
        text += kHexDigits[byte >> 4];
        text += kHexDigits[byte & 15];
    }
    return text;
}

Result<Bytes> hex_decode(std::string_view text) {
    if (text.size() % 2 != 0)
        return fail(Errc::invalid_argument, "hex text must have an even number of digits");
    Bytes out(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]);
        const int low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) {
            return fail(
                Errc::invalid_argument,
                "hex text has a character that is no hex digit near offset " + std::to_string(i));
        }
        out[i / 2] = static_cast<std::uint8_t>(high << 4 | low);
    }
    return out;
}

std::string base64_encode(ByteView data) {
    std::string text((data.size() + 2) / 3 * 4 + 1, '\0');  // one more: EVP writes a final NUL
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), data.data(),
                                       static_cast<int>(data.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

Result<Bytes> base64_decode(std::string_view text) {
    constexpr std::string_view kRule = "base64 text must be RFC 4648 section 4 with padding";
    const auto refused = [&] { return fail(Errc::invalid_argument, std::string(kRule)); };
    if (text.size() % 4 != 0) return refused();
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=')
        ++padding;
    Bytes out(text.size() / 4 * 3);
    // All values read, and the bits that padding leaves over, which must be zero or two texts would
    // mean the same bytes. A character that is none is -1, which sets the sign.
    int seen = 0;
    for (std::size_t i = 0, at = 0; i < text.size(); i += 4, at += 3) {
        const bool end = i + 4 == text.size();
        const int a = base64_value(text[i]), b = base64_value(text[i + 1]);
        const int c = end && padding == 2 ? 0 : base64_value(text[i + 2]);
        const int d = end && padding >= 1 ? 0 : base64_value(text[i + 3]);
        seen |= a | b | c | d;
        const auto group = static_cast<std::uint32_t>(a << 18 | b << 12 | c << 6 | d);
        out[at] = static_cast<std::uint8_t>(group >> 16);
        out[at + 1] = static_cast<std::uint8_t>(group >> 8);
        out[at + 2] = static_cast<std::uint8_t>(group);
    }
    bool spare = false;
    for (std::size_t i = 0; i < padding; ++i) {
        spare = spare || out.back() != 0;
        out.pop_back();
    }
    if (seen < 0 || spare) return refused();
    return out;
}

std::string base58check_encode(ByteView payload) {
    const ByteArray<32> digest = sha256_twice(payload);
    Bytes whole;
    whole.reserve(payload.size() + kChecksumSize);
    whole.insert(whole.end(), payload.begin(), payload.end());
    whole.insert(whole.end(), digest.begin(), digest.begin() + kChecksumSize);
    std::string text = base58_encode(whole);
    wipe_value(whole);
    return text;
}

Result<Bytes> base58check_decode(std::string_view text) {
    if (text.size() > kBase58TextMax)
        return fail(Errc::invalid_argument, "base58 text is longer than 1024 characters");
    TRY(Bytes whole, base58_decode(text));
    if (whole.size() < kChecksumSize)
        return fail(Errc::invalid_argument, "base58 text is too short to hold a checksum");
    Bytes payload(whole.begin(), whole.end() - kChecksumSize);
    const ByteArray<32> digest = sha256_twice(payload);
    const bool right = std::equal(whole.end() - kChecksumSize, whole.end(), digest.begin());
    wipe_value(whole);
    if (!right) return fail(Errc::invalid_argument, "base58 text has a wrong checksum: mistyped?");
    return payload;
}

}  // namespace nsl
