// SPDX-License-Identifier: Apache-2.0
// Every argument that is accepted can be pushed.
#include "neo/abi.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto json = nsl::json::parse_value(text, {.depth_max = 1024});
    if (!json) return 0;
    const auto argument = nsl::neo::argument_from_json(*json);
    if (argument) NSL_ASSERT(!nsl::neo::ScriptBuilder().push(*argument).view().empty());
    return 0;
}
