// SPDX-License-Identifier: Apache-2.0
#include "neo/manifest.h"

#include "base/json.h"

namespace nsl::neo {
namespace {

constexpr std::size_t kManifestBytesMax = 65'535;

}  // namespace

Result<std::string> manifest_name(std::string_view json) {
    auto value = json::parse_value(json, {.bytes_max = kManifestBytesMax});
    if (!value)
        return fail(Errc::invalid_argument, "the manifest: " + std::move(value).error().message);
    const auto* object = value->if_object();
    const auto* name = object ? object->if_contains("name") : nullptr;
    if (!name || !name->is_string() || name->get_string().empty())
        return fail(Errc::invalid_argument, "the manifest has no name: it is a text, not empty");
    return std::string(name->get_string());
}

}  // namespace nsl::neo
