// SPDX-License-Identifier: Apache-2.0
#include "cli/script_view.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "neo/script.h"

namespace nsl::cli {
namespace {

using neo::Argument;

const neo::Hash160 kOther = neo::Hash160::parse("0x" + std::string(40, '7')).value();

neo::ScriptBuilder two_calls() {
    neo::ScriptBuilder script;
    script.call(
        kOther, "one",
        {Argument::array({Argument::integer(-1), Argument::null()}), Argument::boolean(true),
         Argument::text("text"), Argument::bytes(Bytes{0, 0xff}),
         Argument::map({.keys = {Argument::text("k")}, .values = {Argument::integer(300)}})},
        neo::CallFlags::read_only);
    script.call(neo::native::gas_token(), "transfer", {}).assert_true();
    return script;
}

TEST(ScriptView, FindsCallsWithTheirArguments) {
    const ScriptView view = view_script(two_calls().take()).value();
    ASSERT_EQ(view.calls.size(), 2U);
    EXPECT_TRUE(view.only_calls);
    EXPECT_EQ(view.calls[0].contract, kOther);
    EXPECT_EQ(view.calls[0].flags, 5);
    EXPECT_FALSE(view.calls[0].asserted);
    EXPECT_EQ(call_text(view.calls[0]),
              kOther.display() + ".one([-1, null], true, \"text\", 0x00ff, {\"k\": 300})");
    EXPECT_EQ(call_text(view.calls[1]), "GasToken.transfer(), must return true");
}

TEST(ScriptView, TwentyBytesAreShownAsAnAccount) {
    EXPECT_EQ(argument_text(neo::StackItem::byte_string(kOther.raw)), neo::to_address(kOther));
}

TEST(ScriptView, TextThatATerminalWouldObeyIsShownInHex) {
    EXPECT_EQ(argument_text(neo::StackItem::text("\x1b[2J")), "0x1b5b324a");
    EXPECT_EQ(argument_text(neo::StackItem::text("a\", \"b")), "0x61222c202262")
        << "a quote would end the text";
}

TEST(ScriptView, SaysWhenThereIsMoreThanCalls) {
    Bytes after_return = two_calls().op(0x40).take();
    EXPECT_TRUE(view_script(after_return)->only_calls);
    const Bytes hidden = two_calls().take();
    after_return.insert(after_return.end(), hidden.begin(), hidden.end());
    const ScriptView view = view_script(after_return).value();
    EXPECT_FALSE(view.only_calls) << "what stands after RET never runs";
    EXPECT_EQ(view.calls.size(), 2U);

    Bytes jump = {0x22, 0x02};  // JMP to the next instruction
    jump.insert(jump.end(), hidden.begin(), hidden.end());
    EXPECT_FALSE(view_script(jump)->only_calls);
    EXPECT_TRUE(view_script(jump)->calls.empty()) << "certain is only what comes before a jump";

    // A method's name that a call returns is not known.
    neo::ScriptBuilder computed;
    computed.push(Argument::array({})).push_integer(15);
    computed.call(kOther, "name", {});
    computed.push(Argument::hash(kOther)).syscall("System.Contract.Call");
    EXPECT_FALSE(view_script(computed.take())->only_calls);
}

TEST(ScriptView, RefusesWhatIsNoScript) {
    EXPECT_FALSE(view_script(Bytes{0x06}).has_value());
    EXPECT_FALSE(view_script(Bytes{0x11, 0xff}).has_value());
    EXPECT_FALSE(view_script(Bytes{0x0e, 0xff, 0xff, 0xff, 0xff}).has_value());
    const Bytes whole = two_calls().take();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const auto cut = view_script(ByteView(whole).first(size));
        EXPECT_TRUE(!cut || !cut->only_calls || cut->calls.size() < 2 || !cut->calls[1].asserted)
            << size;
    }
}

TEST(ScriptView, SurvivesNestingWithoutEnd) {
    Bytes deep = {0xc2};
    for (int i = 0; i < 30'000; ++i) deep.insert(deep.end(), {0x11, 0xc0});
    const auto view = view_script(deep);
    ASSERT_TRUE(view.has_value());
    EXPECT_FALSE(view->only_calls);
}

}  // namespace
}  // namespace nsl::cli
