// SPDX-License-Identifier: Apache-2.0
// Builds NeoVM scripts.
#pragma once
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/int256.h"
#include "neo/hash.h"
#include "neo/keys.h"

namespace nsl::neo {

// A call argument. Hashes are pushed raw; text as UTF-8; arrays packed in order, maps by PACKMAP.
struct Argument {
    using Array = std::vector<Argument>;
    // Pairs of key and value: the map has them in this order.
    struct Map {
        std::vector<Argument> keys;
        std::vector<Argument> values;  // as many
    };
    std::variant<std::monostate, bool, Int256, Bytes, Array, Map> value;

    static Argument null() { return {}; }
    static Argument boolean(bool v) { return {v}; }
    static Argument integer(std::int64_t v) { return {Int256(v)}; }
    static Argument integer(Int256 v) { return {std::move(v)}; }
    static Argument bytes(ByteView v) { return {Bytes(v.begin(), v.end())}; }
    static Argument text(std::string_view v) { return bytes(as_bytes(v)); }
    static Argument hash(const Hash160& v) { return bytes(v.raw); }
    static Argument hash(const Hash256& v) { return bytes(v.raw); }
    static Argument key(const PublicKey& v) { return bytes(v.compressed); }
    static Argument array(Array v) { return {std::move(v)}; }
    static Argument map(Map v) { return {std::move(v)}; }
};

// Bits: ReadStates 1, WriteStates 2, AllowCall 4, AllowNotify 8.
enum class CallFlags : std::uint8_t { read_only = 5, all = 15 };

class ScriptBuilder {
 public:
    ScriptBuilder& push(const Argument& argument);
    ScriptBuilder& push_integer(const Int256& value);
    ScriptBuilder& push_bytes(ByteView value);
    ScriptBuilder& call(const Hash160& contract, std::string_view method,
                        const std::vector<Argument>& args, CallFlags flags = CallFlags::all);
    ScriptBuilder& syscall(std::string_view name);  // first four bytes of SHA-256(name)
    ScriptBuilder& op(std::uint8_t opcode);
    // Faults the script when the top of the stack is false: put it after NEP-17 transfer.
    ScriptBuilder& assert_true() { return op(0x39); }
    Bytes take() { return std::move(out_); }
    const Bytes& view() const { return out_; }

 private:
    ScriptBuilder& push_map(const Argument::Map& map);

    Bytes out_;
};

}  // namespace nsl::neo
