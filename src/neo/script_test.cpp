// SPDX-License-Identifier: Apache-2.0
#include "neo/script.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

std::string integer(const Int256& value) {
    return hex_encode(ScriptBuilder().push_integer(value).take());
}

std::string argument(const Argument& value) {
    return hex_encode(ScriptBuilder().push(value).take());
}

TEST(Script, PushesIntegersInTheSmallestForm) {
    EXPECT_EQ(integer(-1), "0f");
    EXPECT_EQ(integer(0), "10");
    EXPECT_EQ(integer(16), "20");
    EXPECT_EQ(integer(17), "0011");
    EXPECT_EQ(integer(-2), "00fe");
    EXPECT_EQ(integer(-128), "0080");
    EXPECT_EQ(integer(128), "018000");
    EXPECT_EQ(integer(-129), "017fff");
    EXPECT_EQ(integer(8388608), "0200008000");
    EXPECT_EQ(integer(-8388609), "02ffff7fff");
    const Int256 top = (Int256(1) << 254) - 1 + (Int256(1) << 254);
    EXPECT_EQ(integer(top), "05" + std::string(62, 'f') + "7f");
    EXPECT_EQ(integer(-top - 1), "05" + std::string(62, '0') + "80");
}

RC_GTEST_PROP(Script, PushedIntegersReadBack, ()) {
    const auto bytes = *rc::gen::resize(32, rc::gen::arbitrary<Bytes>());
    const Int256 value =
        int256_decode(ByteView(bytes).first(std::min<std::size_t>(32, bytes.size()))).value();
    const Bytes script = ScriptBuilder().push_integer(value).take();
    if (value >= -1 && value <= 16) {
        RC_ASSERT(script.size() == 1u);
        RC_ASSERT(int{script[0]} - 0x10 == static_cast<int>(value));
        return;
    }
    RC_ASSERT(script[0] <= 5);
    RC_ASSERT(script.size() == 1 + (std::size_t{1} << script[0]));
    RC_ASSERT(int256_decode(ByteView(script).subspan(1)).value() == value);
    // Half the width would not do.
    RC_ASSERT(script[0] == 0 || int256_encode(value).size() > (std::size_t{1} << script[0]) / 2);
}

TEST(Script, PushesEachKindOfArgument) {
    EXPECT_EQ(argument(Argument::null()), "0b");
    EXPECT_EQ(argument(Argument::boolean(true)), "08");
    EXPECT_EQ(argument(Argument::boolean(false)), "09");
    EXPECT_EQ(argument(Argument::integer(std::int64_t{5})), "15");
    EXPECT_EQ(argument(Argument::text("a")), "0c0161");
    EXPECT_EQ(argument(Argument::array({})), "c2");
    EXPECT_EQ(argument(Argument::array({Argument::integer(std::int64_t{1}), Argument::text("a")})),
              "0c01611112c0");
    EXPECT_EQ(argument(Argument::hash(native::gas_token())),
              "0c14cf76e28bd0062c4a478ee35561011319f3cfa4d2");
}

// PACKMAP takes key, value, key, value from the top.
TEST(Script, PushesMapsSoThatTheFirstPairIsTakenFirst) {
    EXPECT_EQ(argument(Argument::map({})), "c8");
    EXPECT_EQ(argument(Argument::map(
                  {.keys = {Argument::text("a"), Argument::text("b")},
                   .values = {Argument::integer(std::int64_t{1}), Argument::array({})}})),
              "c20c0162"
              "110c0161"
              "12be");
}

TEST(Script, DataPushesUseTheShortestLength) {
    const auto start = [](std::size_t size, std::size_t count) {
        const Bytes script = ScriptBuilder().push_bytes(Bytes(size, 0x55)).take();
        EXPECT_EQ(script.size(), size + count);
        return hex_encode(ByteView(script).first(count));
    };
    EXPECT_EQ(start(0, 2), "0c00");
    EXPECT_EQ(start(255, 2), "0cff");
    EXPECT_EQ(start(256, 3), "0d0001");
    EXPECT_EQ(start(65535, 3), "0dffff");
    EXPECT_EQ(start(65536, 5), "0e00000100");
}

TEST(Script, CallsAContract) {
    const Bytes script = ScriptBuilder()
                             .call(native::gas_token(), "symbol", {}, CallFlags::read_only)
                             .assert_true()
                             .take();
    EXPECT_EQ(hex_encode(script),
              "c2150c0673796d626f6c0c14cf76e28bd0062c4a478ee35561011319f3cfa4d241627d5b5239");
}

}  // namespace
}  // namespace nsl::neo
