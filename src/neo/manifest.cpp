// SPDX-License-Identifier: Apache-2.0
#include "neo/manifest.h"

#include <algorithm>

#include "base/encoding.h"

namespace nsl::neo {
namespace {

json::Array parameters_json(const std::vector<AbiParameter>& parameters) {
    json::Array out;
    for (const AbiParameter& parameter : parameters)
        out.push_back(
            json::Object{{"name", parameter.name}, {"type", parameter_type_name(parameter.type)}});
    return out;
}

json::Object abi_json(const Abi& abi) {
    json::Array methods;
    for (const AbiMethod& method : abi.methods)
        methods.push_back(json::Object{{"name", method.name},
                                       {"offset", method.offset},
                                       {"parameters", parameters_json(method.parameters)},
                                       {"returntype", parameter_type_name(method.return_type)},
                                       {"safe", method.safe}});
    json::Array events;
    for (const AbiEvent& event : abi.events)
        events.push_back(
            json::Object{{"name", event.name}, {"parameters", parameters_json(event.parameters)}});
    return {{"methods", std::move(methods)}, {"events", std::move(events)}};
}

json::Value descriptor_json(const ContractDescriptor& who) {
    if (who.contract) return json::Value(who.contract->display());
    return who.group ? json::Value(who.group->hex()) : json::Value("*");
}

json::Array texts_json(const std::vector<std::string>& texts) {
    json::Array out;
    for (const std::string& text : texts) out.emplace_back(text);
    return out;
}

json::Array permissions_json(const std::vector<Permission>& permissions) {
    json::Array out;
    for (const Permission& permission : permissions)
        out.push_back(json::Object{
            {"contract", descriptor_json(permission.contract)},
            {"methods", permission.methods ? json::Value(texts_json(*permission.methods))
                                           : json::Value("*")}});
    return out;
}

}  // namespace

json::Value Manifest::to_json() const {
    json::Array signed_groups;
    for (const ManifestGroup& group : groups)
        signed_groups.push_back(json::Object{{"pubkey", group.key.hex()},
                                             {"signature", base64_encode(group.signature)}});
    json::Value trusted("*");
    if (trusts) {
        json::Array list;
        for (const ContractDescriptor& who : *trusts) list.push_back(descriptor_json(who));
        trusted = std::move(list);
    }
    return json::Object{{"name", name},
                        {"abi", abi_json(abi)},
                        {"features", json::Object()},
                        {"groups", std::move(signed_groups)},
                        {"permissions", permissions_json(permissions)},
                        {"supportedstandards", texts_json(supported_standards)},
                        {"trusts", std::move(trusted)},
                        {"extra", extra}};
}

bool Manifest::groups_signed(const Hash160& contract) const {
    return std::ranges::all_of(groups, [&](const ManifestGroup& group) {
        return verify(group.key, contract.raw, group.signature);
    });
}

}  // namespace nsl::neo
