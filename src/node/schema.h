// SPDX-License-Identifier: Apache-2.0
// The node's whole schema: every service's steps, numbered.
#pragma once
#include <string>
#include <vector>

#include "node/config.h"
#include "store/schema.h"

namespace nsl::node {

std::vector<store::Migration> schema();

// The configured database, or the default: a SQLite file in the data folder.
std::string database_url(const NodeConfig& config);

}  // namespace nsl::node
