// SPDX-License-Identifier: Apache-2.0
#include "neo/script.h"

#include "base/encoding.h"
#include "neo/opcode.h"

namespace nsl::neo {
ScriptBuilder& ScriptBuilder::op(std::uint8_t opcode) {
    out_.push_back(opcode);
    return *this;
}

ScriptBuilder& ScriptBuilder::push_integer(const Int256& value) {
    if (value >= -1 && value <= 16)
        return op(static_cast<std::uint8_t>(kOpPush0 + static_cast<int>(value)));
    Bytes bytes = int256_encode(value);
    std::uint8_t width = 0;
    while ((std::size_t{1} << width) < bytes.size()) ++width;
    bytes.resize(std::size_t{1} << width, value < 0 ? 0xff : 0x00);
    op(static_cast<std::uint8_t>(kOpPushInt8 + width));
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
}

ScriptBuilder& ScriptBuilder::push_bytes(ByteView value) {
    const std::size_t size = value.size();
    int size_bytes = 1;
    if (size > 0xffff) {
        NSL_ASSERT(size <= 0xffffffff);
        op(kOpPushData4);
        size_bytes = 4;
    } else if (size > 0xff) {
        op(kOpPushData2);
        size_bytes = 2;
    } else {
        op(kOpPushData1);
    }
    for (int i = 0; i < size_bytes; ++i) op(static_cast<std::uint8_t>(size >> (8 * i)));
    out_.insert(out_.end(), value.begin(), value.end());
    return *this;
}

ScriptBuilder& ScriptBuilder::push(const Argument& argument) {
    if (const auto* flag = std::get_if<bool>(&argument.value))
        return op(*flag ? kOpPushTrue : kOpPushFalse);
    if (const auto* number = std::get_if<Int256>(&argument.value)) return push_integer(*number);
    if (const auto* bytes = std::get_if<Bytes>(&argument.value)) return push_bytes(*bytes);
    if (const auto* array = std::get_if<Argument::Array>(&argument.value)) {
        if (array->empty()) return op(kOpNewArray0);
        for (auto item = array->rbegin(); item != array->rend(); ++item) push(*item);
        return push_integer(array->size()).op(kOpPack);
    }
    if (const auto* map = std::get_if<Argument::Map>(&argument.value)) return push_map(*map);
    return op(kOpPushNull);
}

ScriptBuilder& ScriptBuilder::push_map(const Argument::Map& map) {
    NSL_ASSERT(map.keys.size() == map.values.size());
    if (map.keys.empty()) return op(kOpNewMap);
    // PACKMAP takes from the top: a key, its value, the next key.
    for (std::size_t i = map.keys.size(); i-- > 0;) push(map.values[i]).push(map.keys[i]);
    return push_integer(map.keys.size()).op(kOpPackMap);
}

ScriptBuilder& ScriptBuilder::call(const Hash160& contract, std::string_view method,
                                   const std::vector<Argument>& args, CallFlags flags) {
    push(Argument::array(args));
    push_integer(static_cast<int>(flags));
    push_bytes(as_bytes(method));
    push_bytes(contract.raw);
    return syscall("System.Contract.Call");
}

ScriptBuilder& ScriptBuilder::syscall(std::string_view name) {
    const ByteArray<32> digest = sha256(as_bytes(name));
    op(kOpSyscall);
    out_.insert(out_.end(), digest.begin(), digest.begin() + 4);
    return *this;
}

}  // namespace nsl::neo
