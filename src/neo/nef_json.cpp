// SPDX-License-Identifier: Apache-2.0
// NEF files as getcontractstate shows them.
#include <algorithm>
#include <iterator>
#include <limits>

#include "base/encoding.h"
#include "neo/nef.h"

namespace nsl::neo {
namespace {

struct FlagName {
    std::uint8_t bits;
    std::string_view name;
};
// Widest first: what a name covers is not named again.
constexpr FlagName kFlags[] = {
    {0x0f, "All"},         {0x05, "ReadOnly"},  {0x03, "States"},      {0x01, "ReadStates"},
    {0x02, "WriteStates"}, {0x04, "AllowCall"}, {0x08, "AllowNotify"},
};

std::string flags_text(std::uint8_t flags) {
    if (flags == 0) return "None";
    std::string out;
    for (const FlagName& flag : kFlags) {
        if ((flags & flag.bits) != flag.bits) continue;
        out += out.empty() ? "" : ", ";
        out += flag.name;
        flags = static_cast<std::uint8_t>(flags & ~flag.bits);
    }
    return out;
}

std::unexpected<Error> odd(std::string_view member, std::string_view expected) {
    return fail(Errc::invalid_argument,
                "the NEF's " + std::string(member) + " should be " + std::string(expected));
}

Result<std::uint8_t> flags_of(std::string_view text) {
    if (text == "None") return std::uint8_t{0};
    // In any order: neo-go and the C# node differ in it.
    unsigned flags = 0;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view name = rest.substr(0, rest.find(", "));
        rest.remove_prefix(std::min(rest.size(), name.size() + 2));
        const auto* const flag = std::ranges::find(kFlags, name, &FlagName::name);
        if (flag == std::end(kFlags) || (flags & flag->bits) != 0)
            return odd("callflags", "None, All, or names of flags with commas between");
        flags |= flag->bits;
    }
    if (flags == 0 || text.ends_with(", "))
        return odd("callflags", "None, All, or names of flags with commas between");
    return static_cast<std::uint8_t>(flags);
}

Result<std::string_view> text_in(const json::Object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (!value || !value->is_string()) return odd(name, "a string");
    return std::string_view(value->get_string());
}

Result<std::uint32_t> number_in(const json::Object& object, std::string_view name,
                                std::uint32_t max) {
    const auto* value = object.if_contains(name);
    std::uint64_t number = max + std::uint64_t{1};
    // Whoever built the value may have used either kind.
    if (value && value->is_int64() && value->get_int64() >= 0)
        number = static_cast<std::uint64_t>(value->get_int64());
    if (value && value->is_uint64()) number = value->get_uint64();
    if (number > max) return odd(name, "a number of at most " + std::to_string(max));
    return static_cast<std::uint32_t>(number);
}

Result<MethodToken> token_of(const json::Value& value) {
    const auto* object = value.if_object();
    if (!object) return odd("tokens", "objects");
    MethodToken out;
    TRY(const std::string_view contract, text_in(*object, "hash"));
    TRY(out.contract, Hash160::parse(contract));
    TRY(const std::string_view method, text_in(*object, "method"));
    out.method = std::string(method);
    TRY(const std::uint32_t parameters,
        number_in(*object, "paramcount", std::numeric_limits<std::uint16_t>::max()));
    out.parameters = static_cast<std::uint16_t>(parameters);
    const auto* has_return = object->if_contains("hasreturnvalue");
    if (!has_return || !has_return->is_bool()) return odd("hasreturnvalue", "true or false");
    out.has_return = has_return->get_bool();
    TRY(const std::string_view flags, text_in(*object, "callflags"));
    TRY(out.call_flags, flags_of(flags));
    return out;
}

}  // namespace

Result<Nef> Nef::from_json(const json::Value& value) {
    const auto* object = value.if_object();
    if (!object) return fail(Errc::invalid_argument, "a NEF should be an object");
    constexpr std::uint32_t kAny = std::numeric_limits<std::uint32_t>::max();
    TRY(const std::uint32_t magic, number_in(*object, "magic", kAny));
    if (magic != kNefMagic) return odd("magic", std::to_string(kNefMagic));
    Nef out;
    TRY(const std::string_view compiler, text_in(*object, "compiler"));
    out.compiler = std::string(compiler);
    TRY(const std::string_view source, text_in(*object, "source"));
    out.source = std::string(source);
    const auto* tokens = object->if_contains("tokens");
    if (!tokens || !tokens->is_array()) return odd("tokens", "a list");
    if (tokens->get_array().size() > kNefTokensMax)
        return fail(Errc::limit_exceeded,
                    "a NEF has at most " + std::to_string(kNefTokensMax) + " method tokens");
    for (const json::Value& item : tokens->get_array()) {
        TRY(MethodToken token, token_of(item));
        out.tokens.push_back(std::move(token));
    }
    TRY(const std::string_view script, text_in(*object, "script"));
    auto bytes = base64_decode(script);
    if (!bytes) return odd("script", "base64");
    out.script = *std::move(bytes);
    TRY(const std::uint32_t checksum, number_in(*object, "checksum", kAny));
    TRY_OK(out.check());
    if (checksum != out.checksum())
        return fail(Errc::invalid_argument, "the NEF is damaged: its checksum does not match");
    return out;
}

json::Value Nef::to_json() const {
    json::Array list;
    for (const MethodToken& token : tokens)
        list.push_back(json::Object{{"hash", token.contract.display()},
                                    {"method", token.method},
                                    {"paramcount", token.parameters},
                                    {"hasreturnvalue", token.has_return},
                                    {"callflags", flags_text(token.call_flags)}});
    return json::Object{{"magic", kNefMagic},
                        {"compiler", compiler},
                        {"source", source},
                        {"tokens", std::move(list)},
                        {"script", base64_encode(script)},
                        {"checksum", checksum()}};
}

}  // namespace nsl::neo
