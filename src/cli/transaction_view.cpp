// SPDX-License-Identifier: Apache-2.0
#include "cli/transaction_view.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "cli/input.h"
#include "cli/script_view.h"
#include "neo/transaction_json.h"

namespace nsl::cli {
namespace {

std::string signer_text(const neo::Signer& signer) {
    std::string out =
        fmt::format("{}  {}\n", neo::to_address(signer.account), neo::scopes_text(signer.scopes));
    const auto line = [&](std::string_view what, const std::string& value) {
        out += fmt::format("             {} {}\n", what, value);
    };
    for (const neo::Hash160& contract : signer.contracts) {
        const std::string name = native_name(contract);
        line("in contract", contract.display() + (name.empty() ? "" : " (" + name + ")"));
    }
    for (const neo::PublicKey& group : signer.groups) line("in contracts of group", group.hex());
    const json::Value whole = neo::signer_to_json(signer);
    if (const json::Value* rules = whole.as_object().if_contains("rules"))
        for (const json::Value& rule : rules->as_array()) line("rule", json::write_value(rule));
    return out;
}

// What moves GAS in words, since that is what most transactions do.
std::string gas_transfer_text(const ScriptCall& call) {
    if (call.contract != neo::native::gas_token() || call.method != "transfer" ||
        call.arguments.size() != 4)
        return {};
    const auto from = call.arguments[0].as_hash160();
    const auto to = call.arguments[1].as_hash160();
    const auto amount = call.arguments[2].as_i64();
    if (!from || !to || !amount || *amount < 0) return {};
    return fmt::format("             ({} from {} to {})\n", gas_text(*amount),
                       neo::to_address(*from), neo::to_address(*to));
}

std::string script_text(ByteView script, bool disassembly) {
    const Result<ScriptView> view = view_script(script);
    if (!view) return "  script     not valid: " + view.error().message + "\n";
    std::string out;
    for (const ScriptCall& call : view->calls)
        out += fmt::format("  call       {}\n", call_text(call)) + gas_transfer_text(call);
    if (!view->only_calls)
        out += fmt::format("  script     {} bytes {}\n", script.size(),
                           view->calls.empty() ? "whose calls cannot be told without running it"
                                               : "that do more than these calls");
    if (!disassembly) return out;
    for (const Instruction& one : view->instructions)
        out += fmt::format("  {:>8}   {:<12} {}\n", one.offset, one.name, hex_encode(one.operand));
    return out;
}

json::Array calls_json(const ScriptView& view) {
    json::Array out;
    for (const ScriptCall& call : view.calls) {
        json::Array arguments;
        for (const neo::StackItem& item : call.arguments) arguments.push_back(item.to_json());
        json::Object one{{"contract", call.contract.display()},
                         {"method", call.method},
                         {"call_flags", call.flags},
                         {"arguments", std::move(arguments)},
                         {"asserted", call.asserted}};
        if (const std::string name = native_name(call.contract); !name.empty())
            one["native"] = name;
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace

std::string transaction_text(const neo::Transaction& tx, bool is_signed, bool disassembly) {
    std::string out =
        fmt::format("transaction {}{}\n", tx.hash().display(), is_signed ? "" : " (not signed)");
    for (std::size_t i = 0; i < tx.signers.size(); ++i)
        out += fmt::format("  {} {}", i == 0 ? "sender    " : "signer    ",
                           signer_text(tx.signers[i]));
    out += fmt::format("  fees       {} system (burned whole) + {} network, paid by the sender\n",
                       gas_text(tx.system_fee), gas_text(tx.network_fee));
    out += fmt::format("  valid      until block {}\n", tx.valid_until_block);
    for (const neo::Attribute& attribute : tx.attributes)
        out += "  attribute  " + json::write_value(neo::attribute_to_json(attribute)) + "\n";
    return out + script_text(tx.script, disassembly);
}

json::Object transaction_object(const neo::Transaction& tx, bool is_signed, bool disassembly) {
    json::Object out = neo::transaction_to_json(tx).as_object();
    out["signed"] = is_signed;
    const Result<ScriptView> view = view_script(tx.script);
    if (!view) {
        out["script_error"] = view.error().message;
        return out;
    }
    out["calls"] = calls_json(*view);
    out["only_calls"] = view->only_calls;
    if (!disassembly) return out;
    json::Array list;
    for (const Instruction& one : view->instructions)
        list.push_back(json::Object{
            {"offset", one.offset}, {"opcode", one.name}, {"operand", hex_encode(one.operand)}});
    out["instructions"] = std::move(list);
    return out;
}

}  // namespace nsl::cli
