// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/int256.h"

namespace nsl {
namespace {

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();

std::string canonical(std::string_view text) {
    const auto value = Decimal::parse(text);
    return value ? value->to_string() : errc_name(value.error().code);
}

Result<std::int64_t> fixed(std::string_view text, int places, Rounding rounding) {
    TRY(const Decimal value, Decimal::parse(text));
    return value.to_fixed(places, rounding);
}

// value × 10^20, exactly, for exponents from -20 to 20.
Int256 scaled(const Decimal& value) {
    Int256 out = value.coefficient();
    for (int i = -20; i < value.exponent(); ++i) out *= 10;
    return out;
}

Int256 wide_power(int exponent) {
    Int256 out = 1;
    for (int i = 0; i < exponent; ++i) out *= 10;
    return out;
}

}  // namespace

TEST(Decimal, ReadsWhatExchangesWrite) {
    EXPECT_EQ(canonical("0.10"), "0.1");
    EXPECT_EQ(canonical("-3"), "-3");
    EXPECT_EQ(canonical("1.5e-7"), "0.00000015");
    EXPECT_EQ(canonical("007.50"), "7.5");
    EXPECT_EQ(canonical("0.000000000000000000000000000001"), "0.000000000000000000000000000001");
    EXPECT_EQ(canonical("100000000000000000000000000000"), "100000000000000000000000000000");
    EXPECT_EQ(canonical("1E+3"), "1000");
    EXPECT_EQ(canonical("0e999999999999"), "0");
    EXPECT_EQ(canonical("-0.00"), "0");
    EXPECT_EQ(canonical("9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(canonical("-9223372036854775808"), "-9223372036854775808");
    EXPECT_EQ(canonical("0.1000000000000000000000000000000000000000"), "0.1");
}

TEST(Decimal, IsNormalised) {
    const Decimal value = Decimal::parse("12.3400").value();
    EXPECT_EQ(value.coefficient(), 1234);
    EXPECT_EQ(value.exponent(), -2);
    EXPECT_EQ(Decimal::from(123400, -4), value);
    EXPECT_EQ(Decimal::from(0, 7), Decimal());
}

TEST(Decimal, RefusesWhatIsNoNumber) {
    for (const char* text : {"",    "-",        "+1",   "--1",   ".5",    "5.",    "1.e3",
                             "1e",  "1e+",      "e5",   "1e5.5", " 1",    "1 ",    "1,000",
                             "NaN", "Infinity", "-inf", "0x10",  "1_000", "1.2.3", "\xd9\xa1"})
        EXPECT_EQ(canonical(text), "invalid_argument") << text;
    EXPECT_EQ(canonical(std::string(65, '1')), "invalid_argument");
    EXPECT_EQ(canonical(std::string("1\0", 2)), "invalid_argument");
}

TEST(Decimal, RefusesWhatDoesNotFit) {
    for (const char* text :
         {"9223372036854775808", "-9223372036854775809", "92233720368547758.08", "1e65", "1e-65",
          "1e99999999999999999999", "12345678901234567890123", "1000000000000000000000000000001"})
        EXPECT_EQ(canonical(text), "limit_exceeded") << text;
    EXPECT_EQ(canonical("1e64"), "1" + std::string(64, '0'));
    EXPECT_EQ(canonical("10e63"), "1" + std::string(64, '0'));
    EXPECT_EQ(canonical("10e64"), "limit_exceeded");
    EXPECT_EQ(canonical("10e-65"), canonical("1e-64"));
}

TEST(Decimal, NeverPassesThroughADouble) {
    EXPECT_EQ(fixed("0.1", 17, Rounding::exact), 10'000'000'000'000'000);
    EXPECT_EQ(fixed("9007199254740993", 0, Rounding::exact), 9007199254740993);
    EXPECT_EQ(fixed("90071992547.40993", 5, Rounding::exact), 9007199254740993);
}

RC_GTEST_PROP(Decimal, TextRoundTrips, (std::int64_t coefficient)) {
    const int exponent = *rc::gen::inRange(-40, 40);
    const Decimal value = Decimal::from(coefficient, exponent);
    const std::string text = value.to_string();
    RC_PRE(text.size() <= 64U);
    RC_ASSERT(Decimal::parse(text).value() == value);
}

RC_GTEST_PROP(Decimal, OrderIsThatOfTheExactValues, (std::int64_t a, std::int64_t b)) {
    // Small coefficients too, so that the leading digits often stand at the same place.
    const std::int64_t bound = *rc::gen::element<std::int64_t>(30, 2000, kMax);
    const Decimal x = Decimal::from(a % bound, *rc::gen::inRange(-20, 0));
    const Decimal y = Decimal::from(b % bound, *rc::gen::inRange(-20, 0));
    RC_ASSERT((x < y) == (scaled(x) < scaled(y)));
    RC_ASSERT((x == y) == (scaled(x) == scaled(y)));
    RC_ASSERT((x > y) == (scaled(x) > scaled(y)));
}

TEST(Decimal, OrdersFarApartMagnitudes) {
    const auto at = [](const char* text) { return Decimal::parse(text).value(); };
    EXPECT_LT(at("1e-64"), at("1e64"));
    EXPECT_GT(at("-1e-64"), at("-1e64"));
    EXPECT_LT(at("-1"), at("0"));
    EXPECT_LT(at("0"), at("1e-64"));
    EXPECT_LT(at("9223372036854775807"), at("1e19"));
    EXPECT_LT(at("1.2"), at("1.25"));
    EXPECT_GT(at("2"), at("1.5"));
    EXPECT_LT(at("-2"), at("-1.5"));
    EXPECT_EQ(at("1000") <=> at("1e3"), std::strong_ordering::equal);
}

TEST(DecimalToFixed, RoundsInTheGivenWay) {
    EXPECT_EQ(fixed("2.5", 0, Rounding::half_even), 2);
    EXPECT_EQ(fixed("3.5", 0, Rounding::half_even), 4);
    EXPECT_EQ(fixed("-2.5", 0, Rounding::half_even), -2);
    EXPECT_EQ(fixed("2.500001", 0, Rounding::half_even), 3);
    EXPECT_EQ(fixed("2.9", 0, Rounding::down), 2);
    EXPECT_EQ(fixed("-2.9", 0, Rounding::down), -2);
    EXPECT_EQ(fixed("2.1", 0, Rounding::up), 3);
    EXPECT_EQ(fixed("-2.1", 0, Rounding::up), -3);
    EXPECT_EQ(fixed("1e-64", 8, Rounding::up), 1);
    EXPECT_EQ(fixed("1e-64", 8, Rounding::half_even), 0);
    EXPECT_EQ(fixed("9223372036854775807e-19", 0, Rounding::half_even), 1);
    EXPECT_EQ(fixed("9223372036854775807e-20", 0, Rounding::half_even), 0);
    EXPECT_EQ(fixed("9223372036854775807e-40", 0, Rounding::half_even), 0);
    EXPECT_EQ(fixed("5e-1", 0, Rounding::half_even), 0);
}

TEST(DecimalToFixed, ExactRefusesToRound) {
    EXPECT_EQ(fixed("5.98", 8, Rounding::exact), 598000000);
    EXPECT_EQ(fixed("5.98", 2, Rounding::exact), 598);
    EXPECT_EQ(fixed("5.98", 1, Rounding::exact).error().code, Errc::invalid_argument);
    EXPECT_EQ(fixed("1500", -2, Rounding::exact), 15);
    EXPECT_EQ(fixed("1550", -2, Rounding::exact).error().code, Errc::invalid_argument);
}

TEST(DecimalToFixed, RefusesWhatDoesNotFit) {
    EXPECT_EQ(fixed("92233720368.54775807", 8, Rounding::exact), kMax);
    EXPECT_EQ(fixed("92233720368.54775808", 8, Rounding::exact).error().code, Errc::limit_exceeded);
    EXPECT_EQ(fixed("-92233720368.54775808", 8, Rounding::exact), kMin);
    EXPECT_EQ(fixed("1e64", 8, Rounding::exact).error().code, Errc::limit_exceeded);
    EXPECT_EQ(fixed("1", 2'000'000'000, Rounding::exact).error().code, Errc::limit_exceeded);
    EXPECT_EQ(fixed("0", 2'000'000'000, Rounding::exact), 0);
}

RC_GTEST_PROP(DecimalToFixed, HalfEvenIsWithinHalfAUnit, (std::int64_t coefficient)) {
    const Decimal value = Decimal::from(coefficient, *rc::gen::inRange(-20, 0));
    const auto out = value.to_fixed(0, Rounding::half_even);
    RC_ASSERT(out.has_value());
    const Int256 unit = wide_power(20);
    const Int256 error = abs(Int256(*out) * unit - scaled(value));
    RC_ASSERT(error * 2 <= unit);
    if (error * 2 == unit) RC_ASSERT(*out % 2 == 0);
}

RC_GTEST_PROP(MulDiv, AgreesWithWideArithmetic, (std::int64_t a, std::int64_t b, std::int64_t c)) {
    RC_PRE(c != 0);
    const auto out = mul_div(a, b, c);
    const Int256 product = Int256(a) * b;
    if (!out) {
        RC_ASSERT(abs(product) * 2 >= abs(Int256(c)) * (Int256(kMax) * 2));
        return;
    }
    const Int256 error = abs(product - Int256(*out) * c);
    RC_ASSERT(error * 2 <= abs(Int256(c)));
    if (error * 2 == abs(Int256(c))) RC_ASSERT(*out % 2 == 0);
}

TEST(MulDiv, HandlesTheEnds) {
    EXPECT_EQ(mul_div(kMin, kMin, kMin), kMin);
    EXPECT_EQ(mul_div(kMax, kMax, kMax), kMax);
    EXPECT_EQ(mul_div(kMin, 1, 1), kMin);
    EXPECT_EQ(mul_div(kMin, -1, 1).error().code, Errc::limit_exceeded);
    EXPECT_EQ(mul_div(kMax, kMax, 1).error().code, Errc::limit_exceeded);
    EXPECT_EQ(mul_div(1, 1, 0).error().code, Errc::invalid_argument);
    EXPECT_EQ(mul_div(1, 1, 2), 0);
    EXPECT_EQ(mul_div(3, -1, 2), -2);
}

TEST(FixedToString, DropsTrailingZeros) {
    EXPECT_EQ(fixed_to_string(598000000, 8), "5.98");
    EXPECT_EQ(fixed_to_string(1, 8), "0.00000001");
    EXPECT_EQ(fixed_to_string(-125, 1), "-12.5");
    EXPECT_EQ(fixed_to_string(0, 8), "0");
    EXPECT_EQ(fixed_to_string(kMin, 8), "-92233720368.54775808");
}

}  // namespace nsl
