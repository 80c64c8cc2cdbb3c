// SPDX-License-Identifier: Apache-2.0
#include "node/schema.h"

#include "node/checkpoints.h"
#include "node/tx_journal_sql.h"
#include "services/pricefeed/store_sql.h"
#include "store/jobs.h"
#include "store/leases.h"
#include "store/outbox.h"

namespace nsl::node {

std::vector<store::Migration> schema() {
    std::vector<store::Migration> out;
    // Append only: the numbers are the order below.
    store::add_migrations(out, "chain_tx", tx_journal_schema());
    store::add_migrations(out, "chain_checkpoint", checkpoint_schema());
    store::add_migrations(out, "pricefeed", pricefeed::feed_store_schema());
    store::add_migrations(out, "lease", store::lease_schema());
    store::add_migrations(out, "job", store::job_schema());
    store::add_migrations(out, "outbox", store::outbox_schema());
    store::add_migrations(out, "chain_subscriber", subscriber_schema());
    return out;
}

std::string database_url(const NodeConfig& config) {
    if (!config.database.empty()) return config.database;
    return "sqlite:" + config.data_dir + "/nsld.sqlite";
}

}  // namespace nsl::node
