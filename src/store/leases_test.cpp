// SPDX-License-Identifier: Apache-2.0
#include "store/leases.h"

#include "lease_contract.h"

namespace nsl::store {
namespace {

std::unique_ptr<LeaseWorld> fake_world() {
    return std::make_unique<FakeLeaseWorld>();
}
std::unique_ptr<LeaseWorld> sql_world(OpenDb open) {
    return open ? std::make_unique<SqlLeaseWorld>(std::move(open)) : nullptr;
}
std::unique_ptr<LeaseWorld> sqlite_world() {
    return sql_world(fresh_sqlite());
}
std::unique_ptr<LeaseWorld> postgres_world() {
    return sql_world(fresh_postgres());
}

INSTANTIATE_TEST_SUITE_P(Fake, LeaseContract, ::testing::Values(&fake_world));
INSTANTIATE_TEST_SUITE_P(Sqlite, LeaseContract, ::testing::Values(&sqlite_world));
INSTANTIATE_TEST_SUITE_P(Postgres, LeaseContract, ::testing::Values(&postgres_world));

}  // namespace
}  // namespace nsl::store
