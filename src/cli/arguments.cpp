// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include <span>

#include "cli/secret_key.h"
#include "cli/terminal.h"

namespace nsl::cli {
namespace {

constexpr std::size_t kShownMax = 32;  // below any key

}  // namespace

std::optional<Error> secret_argument(int argc, const char* const* argv) {
    if (argc < 1) return std::nullopt;
    for (const char* argument : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
        const std::string_view text(argument);
        const std::size_t value = text.starts_with("--") ? text.find('=') + 1 : 0;
        if (is_private_key_text(text.substr(value)))
            return Error{Errc::invalid_argument,
                         "a private key is among the arguments, where other programs can read it, "
                         "and in the shell's history: leave it out, and it is asked for at the "
                         "terminal, or give it with --secret-fd. If others use this machine, move "
                         "what the key holds to another one"};
    }
    return std::nullopt;
}

Error unknown_arguments(const std::vector<std::string>& unknown) {
    std::string shown;
    bool after_option = false;
    for (const std::string& argument : unknown) {
        const bool option = argument.starts_with('-');
        if (!option && (after_option || argument.size() > kShownMax)) continue;
        after_option = option;
        shown += " " + printable(argument.substr(0, argument.find('=')));
    }
    const bool password = shown.contains("--password") || shown.contains("--secret");
    return {Errc::invalid_argument,
            "unknown argument" + (shown.empty() ? ", which is not shown" : ":" + shown) +
                (password ? ". Secrets are asked for at the terminal, or read from --password-fd "
                            "and --secret-fd"
                          : "; try --help")};
}

}  // namespace nsl::cli
