// SPDX-License-Identifier: Apache-2.0
// What the nodes of two_nodes_test and the test itself agree on.
#pragma once
#include "store/jobs.h"
#include "store/leases.h"
#include "store/schema.h"

namespace nsl::store::two_nodes {

constexpr const char* kLeader = "leader";  // the lease
constexpr milliseconds kLeaderLease{1'000};
constexpr const char* kQueue = "work";
// How long a node that stands still may keep what its open transaction has locked.
constexpr milliseconds kStatementMax{2'000};

inline std::vector<Migration> schema() {
    std::vector<Migration> out;
    add_migrations(out, "lease", lease_schema());
    add_migrations(out, "job", job_schema());
    return out;
}

// What the nodes write, each row in a transaction with the reason why it may. No key forbids a
// second row for a job: it is to be seen.
constexpr const char* kEffects =
    "CREATE TABLE fenced (seq BIGINT GENERATED ALWAYS AS IDENTITY, fence BIGINT NOT NULL,"
    " owner TEXT NOT NULL);"
    "CREATE TABLE done (job BIGINT NOT NULL, payload TEXT NOT NULL, owner TEXT NOT NULL)";

}  // namespace nsl::store::two_nodes
