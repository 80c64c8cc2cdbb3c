// SPDX-License-Identifier: Apache-2.0
// A contract's interface (NEP-14, NEP-15) and values read by it.
// Source: neo-go pkg/smartcontract/manifest abi.go, method.go, event.go.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "neo/script.h"
#include "neo/stack_item.h"

namespace nsl::neo {

enum class ParameterType : std::uint8_t {
    any = 0x00,
    boolean = 0x10,
    integer = 0x11,
    byte_array = 0x12,
    string = 0x13,
    hash160 = 0x14,
    hash256 = 0x15,
    public_key = 0x16,
    signature = 0x17,
    array = 0x20,
    map = 0x22,
    interop_interface = 0x30,
    none = 0xff  // "Void"
};
std::string_view parameter_type_name(ParameterType type);  // "Hash160", "Void", …
// That name exactly: neo-go also takes "bytes" or "INT", which the C# node refuses.
Result<ParameterType> parse_parameter_type(std::string_view name);

struct AbiParameter {
    std::string name;
    ParameterType type = ParameterType::any;
    bool operator==(const AbiParameter&) const = default;
};
struct AbiMethod {
    std::string name;
    std::int32_t offset = 0;
    std::vector<AbiParameter> parameters;
    ParameterType return_type = ParameterType::none;
    bool safe = false;
    bool operator==(const AbiMethod&) const = default;
};
struct AbiEvent {
    std::string name;
    std::vector<AbiParameter> parameters;
    bool operator==(const AbiEvent&) const = default;
};
struct Abi {
    std::vector<AbiMethod> methods;  // one or more; name and parameter count are unique together
    std::vector<AbiEvent> events;    // names are unique

    const AbiMethod* method(std::string_view name, std::size_t parameters) const;
    const AbiEvent* event(std::string_view name) const;
    bool operator==(const Abi&) const = default;
};

constexpr std::size_t kDecodedDepthMax = 64;

// A value as its declared type means it, for people and for conditions: Hash160 and Hash256 in
// display form, PublicKey hex, ByteArray and Signature base64, String as text, Integer a decimal
// string (it may come as bytes or Boolean), Boolean true or false (it may come as Integer), Array,
// Map and Any by what they hold (bytes base64, a Map as a list of {key, value}, an
// InteropInterface as JSON-RPC shows it), null as null. Errors: invalid_argument when the value is
// not of that type, limit_exceeded (nested deeper than kDecodedDepthMax).
Result<json::Value> decode_by_type(const StackItem& item, ParameterType type);
// A notification's state, one member a parameter. Errors: invalid_argument (another count, a value
// of another type: names it).
Result<json::Object> decode_event(const AbiEvent& event, const StackItem& state);

constexpr std::size_t kArgumentDepthMax = 16;

// {type, value} as invokefunction takes it and contexts hold it: Integer a string or a number,
// ByteArray and Signature base64, PublicKey hex, hashes in display form, Map [{key, value}]; no
// value is null. Errors: invalid_argument (the first fault and where), limit_exceeded (nested
// deeper than kArgumentDepthMax).
Result<Argument> argument_from_json(const json::Value& parameter);

}  // namespace nsl::neo
