// SPDX-License-Identifier: Apache-2.0
#include "neo/hash.h"

#include <openssl/evp.h>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

constexpr std::uint8_t kAddressVersion = 0x35;

Hash160 known(std::string_view display) {
    auto hash = Hash160::parse(display);
    NSL_ASSERT(hash.has_value());
    return *hash;
}

}  // namespace

template <std::size_t N>
Result<Hash<N>> Hash<N>::parse(std::string_view display) {
    std::string_view digits = display;
    if (digits.starts_with("0x")) digits.remove_prefix(2);
    Result<Bytes> bytes;
    if (digits.size() == 2 * N) bytes = hex_decode(digits);
    if (!bytes || bytes->size() != N)
        return fail(Errc::invalid_argument, "a hash is 0x and " + std::to_string(2 * N) +
                                                " hexadecimal digits in display order");
    Hash out;
    std::reverse_copy(bytes->begin(), bytes->end(), out.raw.begin());
    return out;
}

template <std::size_t N>
std::string Hash<N>::display() const {
    ByteArray<N> reversed;
    std::reverse_copy(raw.begin(), raw.end(), reversed.begin());
    return "0x" + hex_encode(reversed);
}

template struct Hash<20>;
template struct Hash<32>;

Hash160 hash160(ByteView data) {
    const ByteArray<32> inner = sha256(data);
    Hash160 out;
    unsigned int size = 0;
    NSL_ASSERT(EVP_Digest(inner.data(), inner.size(), out.raw.data(), &size, EVP_ripemd160(),
                          nullptr) == 1);
    NSL_ASSERT(size == out.raw.size());
    return out;
}

std::string to_address(const Hash160& account) {
    ByteArray<21> payload;
    payload[0] = kAddressVersion;
    std::copy(account.raw.begin(), account.raw.end(), payload.begin() + 1);
    return base58check_encode(payload);
}

Result<Hash160> from_address(std::string_view address) {
    auto payload = base58check_decode(address);
    if (!payload)
        return fail(Errc::invalid_argument,
                    "not a Neo N3 address: it is Base58Check text that starts with N");
    if (payload->size() != 21 || payload->front() != kAddressVersion)
        return fail(Errc::invalid_argument,
                    "not a Neo N3 address: its version must be 0x35 and its hash 20 bytes");
    Hash160 out;
    std::copy(payload->begin() + 1, payload->end(), out.raw.begin());
    return out;
}

Result<Hash160> parse_account(std::string_view text) {
    if (auto address = from_address(text)) return address;
    if (auto hash = Hash160::parse(text)) return hash;
    return fail(Errc::invalid_argument,
                "an account is an address (N…) or 0x and 40 hexadecimal digits");
}

namespace native {

Hash160 contract_management() {
    return known("0xfffdc93764dbaddd97c48f252a53ea4643faa3fd");
}
Hash160 std_lib() {
    return known("0xacce6fd80d44e1796aa0c2c625e9e4e0ce39efc0");
}
Hash160 crypto_lib() {
    return known("0x726cb6e0cd8628a1350a611384688911ab75f51b");
}
Hash160 ledger() {
    return known("0xda65b600f7124ce6c79950c1772a36403104f2be");
}
Hash160 neo_token() {
    return known("0xef4073a0f2b305a38ec4050e4d3d28bc40ea63f5");
}
Hash160 gas_token() {
    return known("0xd2a4cff31913016155e38e474a2c06d08be276cf");
}
Hash160 policy() {
    return known("0xcc5e4edd9f5f8dba8bb65734541df7a1c081c67b");
}
Hash160 role_management() {
    return known("0x49cf4e5378ffcd4dec034fd98a174c5491e395e2");
}
Hash160 oracle() {
    return known("0xfe924b7cfe89ddd271abaf7210a80a7e11178758");
}
Hash160 notary() {
    return known("0xc1e14f19c3e60d0b9244d06dd7ba9b113135ec3b");
}
Hash160 treasury() {
    return known("0x156326f25b1b5d839a4d326aeaa75383c9563ac1");
}

}  // namespace native
}  // namespace nsl::neo
