// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace nsl::cli {
namespace {

// Every command path with its options: "price get" → {"--api", …}.
void collect(const CLI::App& app, const std::string& path,
             std::vector<std::pair<std::string, std::string>>& out) {
    std::string words;
    for (const CLI::App* sub : app.get_subcommands({})) words += sub->get_name() + " ";
    for (const CLI::Option* option : app.get_options())
        for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
    out.emplace_back(path, words);
    for (const CLI::App* sub : app.get_subcommands({}))
        collect(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), out);
}

void print_bash(const CLI::App& app) {
    std::vector<std::pair<std::string, std::string>> paths;
    collect(app, "", paths);
    std::cout << "# nsl completion bash > /etc/bash_completion.d/nsl\n_nsl() {\n"
                 "    local path= word\n"
                 "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                 "        case $word in -*) ;; *) path=\"${path:+$path }$word\" ;; esac\n"
                 "    done\n    local words=\n    case $path in\n";
    for (const auto& [path, words] : paths)
        std::cout << "        '" << path << "') words='" << words << "' ;;\n";
    std::cout << "    esac\n"
                 "    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
                 "}\ncomplete -o default -F _nsl nsl\n";
}

void print_zsh(const CLI::App& app) {
    std::cout << "#compdef nsl\nautoload -U +X bashcompinit && bashcompinit\n";
    print_bash(app);
}

void print_fish(const CLI::App& app) {
    std::vector<std::pair<std::string, std::string>> paths;
    collect(app, "", paths);
    for (const auto& [path, words] : paths) {
        std::string condition =
            path.empty() ? "__fish_use_subcommand"
                         : "__fish_seen_subcommand_from " + path.substr(path.rfind(' ') + 1);
        std::cout << "complete -c nsl -n '" << condition << "' -a '" << words << "'\n";
    }
}

}  // namespace

void add_completion_command(CLI::App& app, Globals&) {
    auto* command = app.add_subcommand("completion", "prints a shell's completion script");
    auto shell = std::make_shared<std::string>();
    command->add_option("shell", *shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    command->callback([&app, shell] {
        if (*shell == "bash") print_bash(app);
        if (*shell == "zsh") print_zsh(app);
        if (*shell == "fish") print_fish(app);
    });
}

}  // namespace nsl::cli
