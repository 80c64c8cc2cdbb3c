// SPDX-License-Identifier: Apache-2.0
// Whatever a script holds, it is taken apart whole or refused, and what is shown is safe to print.
#include "base/utf8.h"
#include "cli/script_view.h"
#include "cli/terminal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto view = nsl::cli::view_script({data, size});
    if (!view) return 0;
    std::size_t least = 0;
    for (const auto& one : view->instructions) least += 1 + one.operand.size();
    NSL_ASSERT(least <= size);
    for (const auto& call : view->calls) {
        const std::string text = nsl::cli::call_text(call);
        NSL_ASSERT(nsl::cli::printable(text) == text);
    }
    return 0;
}
