// SPDX-License-Identifier: Apache-2.0
#include "neo/order_inverse.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <rapidcheck/gtest.h>

#include <memory>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

constexpr std::string_view kOrder =
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

struct Free {
    void operator()(BIGNUM* p) const { BN_free(p); }
    void operator()(BN_CTX* p) const { BN_CTX_free(p); }
};
using Number = std::unique_ptr<BIGNUM, Free>;

Number number(ByteView bytes) {
    return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

// What OpenSSL finds for the same value.
ByteArray<32> expected(const ByteArray<32>& value) {
    const std::unique_ptr<BN_CTX, Free> context(BN_CTX_new());
    const Number inverse(BN_mod_inverse(nullptr, number(value).get(),
                                        number(hex_decode(kOrder).value()).get(), context.get()));
    ByteArray<32> out;
    EXPECT_EQ(BN_bn2binpad(inverse.get(), out.data(), 32), 32);
    return out;
}

ByteArray<32> value_of(std::string_view hex) {
    const Bytes bytes = hex_decode(hex).value();
    ByteArray<32> out{};
    std::ranges::copy(bytes, out.end() - static_cast<std::ptrdiff_t>(bytes.size()));
    return out;
}

TEST(OrderInverse, HoldsAtTheEdges) {
    for (const std::string_view hex :
         {"01", "02", "03", "0100000000000000", "010000000000000000", "8000000000000000",
          "8000000000000000000000000000000000000000000000000000000000000000",
          "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
          "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f",
          "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8"})
        EXPECT_EQ(order_inverse(value_of(hex)), expected(value_of(hex))) << hex;
    EXPECT_EQ(order_inverse(value_of("01")), value_of("01"));
}

RC_GTEST_PROP(OrderInverse, IsOpenSsls, (const std::array<std::uint64_t, 4>& words)) {
    ByteArray<32> value{};
    for (std::size_t i = 0; i < 32; ++i)
        value[i] = static_cast<std::uint8_t>(words[i / 8] >> (8 * (i % 8)));
    RC_PRE(value != ByteArray<32>{} && hex_encode(value) < kOrder);
    RC_ASSERT(order_inverse(value) == expected(value));
    RC_ASSERT(order_inverse(order_inverse(value)) == value);
}

}  // namespace
}  // namespace nsl::neo
