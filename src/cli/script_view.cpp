// SPDX-License-Identifier: Apache-2.0
#include "cli/script_view.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/encoding.h"
#include "base/utf8.h"
#include "cli/opcode_table.h"
#include "cli/terminal.h"
#include "neo/script.h"

namespace nsl::cli {
namespace {

constexpr int kNestingMax = 16;

// A value that the script has pushed, or what a call returned.
struct Value {
    neo::StackItem item{};
    int depth = 0;
    std::optional<std::size_t> call{};  // whose result it is
};

// Follows pushes, packing and calls, which is what scripts of transactions are made of. `step` is
// false at the first instruction it does not know: from there on nothing is certain.
class Follower {
 public:
    explicit Follower(std::vector<ScriptCall>& calls) : calls_(calls) {
        neo::ScriptBuilder builder;
        contract_call_ = builder.syscall("System.Contract.Call").take();
        contract_call_.erase(contract_call_.begin());
    }

    bool step(std::uint8_t opcode, const Instruction& instruction) {
        if (ended_) return false;
        const Bytes& operand = instruction.operand;
        if (opcode <= 0x05) {
            auto number = int256_decode(operand);
            return number && push(neo::StackItem::integer(*std::move(number)));
        }
        if (opcode >= 0x0f && opcode <= 0x20)
            return push(neo::StackItem::integer(Int256(int{opcode} - 0x10)));
        switch (opcode) {
            case 0x08:
            case 0x09:
                return push(neo::StackItem::boolean(opcode == 0x08));
            case 0x0b:
                return push(neo::StackItem::null());
            case 0x0c:
            case 0x0d:
            case 0x0e:
                return push(neo::StackItem::byte_string(operand));
            case 0xc2:
                return push(neo::StackItem::array({}));
            case 0xc0:
            case 0xbf:
            case 0xbe:
                return pack(opcode);
            case 0x41:
                return operand == contract_call_ && call();
            case 0x39:
                return assert_result();
            case 0x45:  // DROP
                return pop().has_value();
            case 0x40:  // RET: what follows never runs
                return !std::exchange(ended_, true);
            default:
                return false;
        }
    }

 private:
    bool push(neo::StackItem item, int depth = 0) {
        stack_.push_back({.item = std::move(item), .depth = depth});
        return true;
    }

    std::optional<Value> pop() {
        if (stack_.empty()) return std::nullopt;
        Value top = std::move(stack_.back());
        stack_.pop_back();
        return top;
    }

    // A value that stands in the script: not what a call returned.
    std::optional<Value> pop_known() {
        std::optional<Value> top = pop();
        if (top && top->call) return std::nullopt;
        return top;
    }

    bool pack(std::uint8_t opcode) {
        const std::optional<Value> count = pop_known();
        const auto size = count ? count->item.as_i64() : fail(Errc::invalid_argument, "");
        if (!size || *size < 0 || std::cmp_greater(*size, stack_.size())) return false;
        neo::StackItem packed;
        int depth = 0;
        for (std::int64_t i = 0; i < *size; ++i) {
            std::optional<Value> one = pop_known();
            if (!one) return false;
            depth = std::max(depth, one->depth + 1);
            if (opcode != 0xbe) {
                packed.items.push_back(std::move(one->item));
                continue;
            }
            std::optional<Value> value = pop_known();
            if (!value) return false;
            depth = std::max(depth, value->depth + 1);
            packed.entries.emplace_back(std::move(one->item), std::move(value->item));
        }
        packed.type = opcode == 0xbe   ? neo::StackItemType::map
                      : opcode == 0xbf ? neo::StackItemType::structure
                                       : neo::StackItemType::array;
        return depth <= kNestingMax && push(std::move(packed), depth);
    }

    bool call() {
        const std::optional<Value> contract = pop_known();
        const std::optional<Value> method = pop_known();
        const std::optional<Value> flags = pop_known();
        std::optional<Value> arguments = pop_known();
        if (!contract || !method || !flags || !arguments) return false;
        const auto hash = contract->item.as_hash160();
        auto name = method->item.as_text();
        const auto bits = flags->item.as_i64();
        if (!hash || !name || !bits || *bits < 0 || *bits > 0xff ||
            arguments->item.type != neo::StackItemType::array)
            return false;
        calls_.push_back({.contract = *hash,
                          .method = *std::move(name),
                          .flags = static_cast<std::uint8_t>(*bits),
                          .arguments = std::move(arguments->item.items)});
        stack_.push_back({.call = calls_.size() - 1});
        return true;
    }

    bool assert_result() {
        const std::optional<Value> top = pop();
        if (!top || !top->call) return false;
        calls_[*top->call].asserted = true;
        return true;
    }

    std::vector<ScriptCall>& calls_;
    std::vector<Value> stack_;
    Bytes contract_call_;
    bool ended_ = false;
};

Result<Instruction> read_instruction(ByteReader& in, std::uint8_t& opcode) {
    Instruction out{.offset = in.position(), .name = {}};
    TRY(opcode, in.u8());
    const OpcodeFacts facts = opcode_facts(opcode);
    if (facts.name.empty())
        return fail(Errc::invalid_argument,
                    "byte " + std::to_string(out.offset) + " of the script is no opcode");
    out.name = std::string(facts.name);
    std::size_t size = facts.operand > 0 ? static_cast<std::size_t>(facts.operand) : 0;
    if (facts.operand < 0) {
        TRY(const ByteView length, in.bytes(static_cast<std::size_t>(-facts.operand)));
        for (std::size_t i = 0; i < length.size(); ++i) size |= std::size_t{length[i]} << (8 * i);
    }
    const Result<ByteView> operand = in.bytes(size);
    if (!operand)
        return fail(Errc::invalid_argument, "the script ends inside of the instruction at byte " +
                                                std::to_string(out.offset));
    out.operand.assign(operand->begin(), operand->end());
    return out;
}

std::string join(const std::vector<neo::StackItem>& items) {
    std::string out;
    for (const neo::StackItem& item : items) {
        if (!out.empty()) out += ", ";
        out += argument_text(item);
    }
    return out;
}

}  // namespace

Result<ScriptView> view_script(ByteView script) {
    ScriptView out;
    Follower follower(out.calls);
    ByteReader in(script);
    bool certain = true;
    while (in.left() > 0) {
        std::uint8_t opcode = 0;
        TRY(Instruction next, read_instruction(in, opcode));
        certain = certain && follower.step(opcode, next);
        out.instructions.push_back(std::move(next));
    }
    out.only_calls = certain && !out.calls.empty();
    return out;
}

std::string native_name(const neo::Hash160& contract) {
    const std::pair<neo::Hash160, const char*> names[] = {
        {neo::native::contract_management(), "ContractManagement"},
        {neo::native::std_lib(), "StdLib"},
        {neo::native::crypto_lib(), "CryptoLib"},
        {neo::native::ledger(), "LedgerContract"},
        {neo::native::neo_token(), "NeoToken"},
        {neo::native::gas_token(), "GasToken"},
        {neo::native::policy(), "PolicyContract"},
        {neo::native::role_management(), "RoleManagement"},
        {neo::native::oracle(), "OracleContract"},
        {neo::native::notary(), "Notary"},
        {neo::native::treasury(), "Treasury"}};
    for (const auto& [hash, name] : names)
        if (hash == contract) return name;
    return {};
}

std::string argument_text(const neo::StackItem& item) {
    using Type = neo::StackItemType;
    switch (item.type) {
        case Type::any:
            return "null";
        case Type::boolean:
            return item.truth ? "true" : "false";
        case Type::integer:
            return int256_text(item.number);
        case Type::array:
        case Type::structure:
            return "[" + join(item.items) + "]";
        case Type::map: {
            std::string out;
            for (const auto& [key, value] : item.entries)
                out += (out.empty() ? "" : ", ") + argument_text(key) + ": " + argument_text(value);
            return "{" + out + "}";
        }
        default:
            break;
    }
    if (const auto account = item.as_hash160()) return neo::to_address(*account);
    const std::string text = as_text(item.bytes);
    const bool readable = utf8_valid(text) && printable(text) == text && !text.contains('"');
    return readable ? "\"" + text + "\"" : "0x" + hex_encode(item.bytes);
}

std::string call_text(const ScriptCall& call) {
    const std::string native = native_name(call.contract);
    return (native.empty() ? call.contract.display() : native) + "." + printable(call.method) +
           "(" + join(call.arguments) + ")" + (call.asserted ? ", must return true" : "");
}

}  // namespace nsl::cli
