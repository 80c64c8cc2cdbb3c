// SPDX-License-Identifier: Apache-2.0
// Reading manifests strictly, with every fault. A member that is wrong keeps its initial value and
// reading goes on; nothing of it gets out when there was a fault.
#include <limits>

#include "base/encoding.h"
#include "neo/manifest.h"
#include "neo/manifest_place.h"
#include "neo/stack_item.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kJsonDepthMax = 64;  // as the C# node takes

ParameterType read_type(const Place& place, bool may_be_void) {
    const auto* name = place.value().if_string();
    if (!name) {
        place.fault("should be the name of a type");
        return {};
    }
    const auto type = parse_parameter_type(*name);
    if (!type) {
        place.fault(type.error().message);
        return {};
    }
    if (*type == ParameterType::none && !may_be_void)
        place.fault("a parameter cannot be of type Void");
    return *type;
}

std::vector<AbiParameter> read_parameters(const Place& place) {
    std::vector<AbiParameter> out;
    Once<std::string> names;
    place.items([&](const Place& item) {
        AbiParameter& parameter = out.emplace_back();
        item.members({"name", "type"}, [&](std::string_view member, const Place& at) {
            if (member == "name")
                parameter.name = at.text();
            else
                parameter.type = read_type(at, false);
        });
        names.add(item, parameter.name, "a parameter's name");
    });
    return out;
}

std::int32_t read_offset(const Place& place) {
    const auto* number = place.value().if_int64();
    if (number && *number >= 0 && *number <= std::numeric_limits<std::int32_t>::max())
        return static_cast<std::int32_t>(*number);
    place.fault("should be a position in the script, a whole number from 0");
    return 0;
}

bool read_boolean(const Place& place) {
    if (const auto* value = place.value().if_bool()) return *value;
    place.fault("should be true or false");
    return false;
}

void read_method(const Place& place, AbiMethod& method) {
    place.members({"name", "offset", "parameters", "returntype", "safe"},
                  [&](std::string_view member, const Place& at) {
                      if (member == "name") method.name = at.text();
                      if (member == "offset") method.offset = read_offset(at);
                      if (member == "parameters") method.parameters = read_parameters(at);
                      if (member == "returntype") method.return_type = read_type(at, true);
                      if (member == "safe") method.safe = read_boolean(at);
                  });
}

std::vector<AbiMethod> read_methods(const Place& place) {
    std::vector<AbiMethod> out;
    Once<std::pair<std::string, std::size_t>> names;
    place.items([&](const Place& item) {
        AbiMethod& method = out.emplace_back();
        read_method(item, method);
        names.add(item, {method.name, method.parameters.size()},
                  "a method's name with this number of parameters");
    });
    if (out.empty()) place.fault("should hold at least one method");
    return out;
}

std::vector<AbiEvent> read_events(const Place& place) {
    std::vector<AbiEvent> out;
    Once<std::string> names;
    place.items([&](const Place& item) {
        AbiEvent& event = out.emplace_back();
        item.members({"name", "parameters"}, [&](std::string_view member, const Place& at) {
            if (member == "name")
                event.name = at.text();
            else
                event.parameters = read_parameters(at);
        });
        names.add(item, event.name, "an event's name");
    });
    return out;
}

Abi read_abi(const Place& place) {
    Abi out;
    place.members({"methods", "events"}, [&](std::string_view member, const Place& at) {
        if (member == "methods")
            out.methods = read_methods(at);
        else
            out.events = read_events(at);
    });
    return out;
}

std::optional<PublicKey> read_key(const Place& place) {
    const auto* text = place.value().if_string();
    const auto key = text ? PublicKey::parse(*text) : Result<PublicKey>(std::unexpect);
    if (key) return *key;
    place.fault("should be a compressed public key in hexadecimal");
    return std::nullopt;
}

std::vector<ManifestGroup> read_groups(const Place& place) {
    std::vector<ManifestGroup> out;
    Once<PublicKey> keys;
    place.items([&](const Place& item) {
        ManifestGroup& group = out.emplace_back();
        item.members({"pubkey", "signature"}, [&](std::string_view member, const Place& at) {
            if (member == "pubkey") {
                group.key = read_key(at).value_or(PublicKey{});
                return;
            }
            const auto* text = at.value().if_string();
            const auto bytes = text ? base64_decode(*text) : Result<Bytes>(Bytes{});
            if (bytes && bytes->size() == group.signature.size())
                std::ranges::copy(*bytes, group.signature.begin());
            else
                at.fault("should be a signature, 64 bytes in base64");
        });
        keys.add(item, group.key, "a group's key");
    });
    return out;
}

ContractDescriptor read_descriptor(const Place& place) {
    ContractDescriptor out;
    if (place.everything()) return out;
    if (const auto* text = place.value().if_string()) {
        const bool prefixed = text->starts_with("0x");
        if (const auto hash = Hash160::parse(*text); hash && prefixed)
            out.contract = *hash;
        else if (const auto key = PublicKey::parse(*text))
            out.group = *key;
    }
    if (out.everybody())
        place.fault("should be *, a contract's hash (0x and 40 digits) or a group's public key");
    return out;
}

std::vector<std::string> read_texts(const Place& place, std::string_view what) {
    std::vector<std::string> out;
    Once<std::string> names;
    place.items([&](const Place& item) { names.add(item, out.emplace_back(item.text()), what); });
    return out;
}

// Orders descriptors, for Once: everybody, contracts, groups.
auto order_of(const ContractDescriptor& who) {
    return std::pair(who.contract, who.group);
}
using DescriptorKey = decltype(order_of(ContractDescriptor{}));

std::vector<Permission> read_permissions(const Place& place) {
    std::vector<Permission> out;
    Once<DescriptorKey> contracts;
    place.items([&](const Place& item) {
        Permission& permission = out.emplace_back();
        item.members({"contract", "methods"}, [&](std::string_view member, const Place& at) {
            if (member == "contract")
                permission.contract = read_descriptor(at);
            else if (!at.everything())
                permission.methods = read_texts(at, "a method's name");
        });
        contracts.add(item, order_of(permission.contract), "a permission's contract");
    });
    return out;
}

std::optional<std::vector<ContractDescriptor>> read_trusts(const Place& place) {
    if (place.everything()) return std::nullopt;
    std::vector<ContractDescriptor> out;
    Once<DescriptorKey> contracts;
    place.items([&](const Place& item) {
        contracts.add(item, order_of(out.emplace_back(read_descriptor(item))),
                      "a trusted contract");
    });
    return out;
}

void read_member(Manifest& out, std::string_view member, const Place& at) {
    if (member == "name") out.name = at.text();
    if (member == "groups") out.groups = read_groups(at);
    if (member == "supportedstandards") out.supported_standards = read_texts(at, "a standard");
    if (member == "abi") out.abi = read_abi(at);
    if (member == "permissions") out.permissions = read_permissions(at);
    if (member == "trusts") out.trusts = read_trusts(at);
    if (member == "extra") out.extra = at.value();
    if (member == "features" && (!at.value().is_object() || !at.value().get_object().empty()))
        at.fault("should be {}");
}

std::size_t items_of(const std::vector<AbiParameter>& parameters) {
    return 1 + 3 * parameters.size();
}

// How many stack items ContractManagement keeps it in: each list, structure, text, number.
std::size_t items_of(const Manifest& manifest) {
    std::size_t count = 11 + 3 * manifest.groups.size() + manifest.supported_standards.size();
    for (const AbiMethod& method : manifest.abi.methods) count += 5 + items_of(method.parameters);
    for (const AbiEvent& event : manifest.abi.events) count += 2 + items_of(event.parameters);
    for (const Permission& permission : manifest.permissions)
        count += 3 + (permission.methods ? permission.methods->size() : 0);
    return count + (manifest.trusts ? manifest.trusts->size() : 0);
}

}  // namespace

Result<Manifest> Manifest::from_json(const json::Value& value) {
    Manifest out;
    std::vector<Fault> faults;
    Place(value, "", faults)
        .members({"name", "groups", "features", "supportedstandards", "abi", "permissions",
                  "trusts", "?extra"},
                 [&](std::string_view member, const Place& at) { read_member(out, member, at); });
    if (!faults.empty()) {
        std::string message =
            "not a manifest: " + faults.front().where + " " + faults.front().message;
        if (faults.size() > 1) message += ", and " + std::to_string(faults.size() - 1) + " more";
        return std::unexpected(
            Error{Errc::invalid_argument, std::move(message), std::move(faults)});
    }
    if (items_of(out) > kStackItemsMax)
        return fail(Errc::limit_exceeded,
                    "a manifest with so many parts cannot be stored: at most " +
                        std::to_string(kStackItemsMax) + " stack items");
    return out;
}

Result<Manifest> Manifest::parse(std::string_view json) {
    auto value =
        json::parse_value(json, {.bytes_max = kManifestBytesMax, .depth_max = kJsonDepthMax});
    if (!value)
        return fail(value.error().code, "not a manifest: " + std::move(value).error().message);
    return from_json(*value);
}

}  // namespace nsl::neo
