// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace CLI {
class App;
}

namespace nsl::node {

// `nsld db …`, which `nsl db …` calls: only the node knows its schema. The exit code of the one
// that ran goes to `exit_code`: 0 done, 1 the answer is no, 2 usage or configuration, 3 the
// database cannot be used.
void add_db_commands(CLI::App& app, int& exit_code);

}  // namespace nsl::node
