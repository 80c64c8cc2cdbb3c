// SPDX-License-Identifier: Apache-2.0
// The tables of the sender's journal.
#include "node/send_journal_sql.h"

namespace nsl::node {

std::vector<std::string> former_journal_schema() {
    return {
        "CREATE TABLE chain_tx ("
        " hash TEXT PRIMARY KEY,"
        " bytes BLOB NOT NULL,"
        " valid_until_block BIGINT NOT NULL,"
        " purpose TEXT NOT NULL,"
        " payload TEXT NOT NULL,"
        " state TEXT NOT NULL,"
        " block BIGINT NOT NULL,"
        " exception TEXT NOT NULL,"
        " created_ms BIGINT NOT NULL,"
        " network BIGINT NOT NULL,"
        " first_block BIGINT NOT NULL)",
        // One unresolved attempt per purpose, held by the database itself.
        "CREATE UNIQUE INDEX chain_tx_unresolved ON chain_tx (purpose)"
        " WHERE state IN ('prepared', 'submitted')",
    };
}

std::vector<std::string> send_journal_schema() {
    return {
        "CREATE TABLE chain_account ("
        " account TEXT PRIMARY KEY,"
        // What all open intents may cost: the sum of their own.
        " held BIGINT NOT NULL)",
        "CREATE TABLE chain_intent ("
        " account TEXT NOT NULL,"
        " id TEXT NOT NULL,"
        " purpose TEXT NOT NULL,"
        " script BLOB NOT NULL,"
        " spends BIGINT NOT NULL,"
        " windows_max BIGINT NOT NULL,"
        " exclusive BIGINT NOT NULL,"
        " payload TEXT NOT NULL,"
        " state TEXT NOT NULL,"
        " windows_used BIGINT NOT NULL,"
        " attempts BIGINT NOT NULL,"
        " held BIGINT NOT NULL,"  // its dearest attempt under way, and what it spends
        " tx TEXT NOT NULL,"
        " block BIGINT NOT NULL,"
        " reason TEXT NOT NULL,"
        " created_ms BIGINT NOT NULL,"
        " ended_ms BIGINT NOT NULL,"
        " PRIMARY KEY (account, id))",
        "CREATE INDEX chain_intent_open ON chain_intent (account, id)"
        " WHERE state IN ('pending', 'in_flight')",
        "CREATE UNIQUE INDEX chain_intent_exclusive ON chain_intent (account, purpose)"
        " WHERE exclusive = 1 AND state IN ('pending', 'in_flight')",
        "CREATE TABLE chain_attempt ("
        " hash TEXT PRIMARY KEY,"
        " account TEXT NOT NULL,"
        " intent TEXT NOT NULL,"
        " number BIGINT NOT NULL,"
        " bytes BLOB NOT NULL,"
        " network BIGINT NOT NULL,"
        " system_fee BIGINT NOT NULL,"
        " network_fee BIGINT NOT NULL,"
        " valid_until_block BIGINT NOT NULL,"
        " first_block BIGINT NOT NULL,"
        " state TEXT NOT NULL,"
        " kept_ms BIGINT NOT NULL)",
        "CREATE INDEX chain_attempt_open ON chain_attempt (account, intent, number)"
        " WHERE state IN ('prepared', 'submitted')",
        "CREATE INDEX chain_attempt_expiry ON chain_attempt (account, valid_until_block)"
        " WHERE state IN ('prepared', 'submitted')",
        // Paid by the account, and not in the journal: somebody else uses its key.
        "CREATE TABLE chain_foreign_spend ("
        " hash TEXT PRIMARY KEY,"
        " account TEXT NOT NULL,"
        " block BIGINT NOT NULL,"
        " fees BIGINT NOT NULL,"
        " halted BIGINT NOT NULL)",
        // The journal before this one: one attempt for each intent. What was under way then is not
        // followed any more; the price feed reads from its contract what became of it.
        "INSERT INTO chain_intent (account, id, purpose, script, spends, windows_max, exclusive,"
        " payload, state, windows_used, attempts, held, tx, block, reason, created_ms, ended_ms)"
        " SELECT '', hash, purpose, bytes, 0, 1, 0, payload,"
        " CASE WHEN state IN ('prepared', 'submitted') THEN 'expired' ELSE state END, 1, 1, 0,"
        " CASE WHEN state IN ('halted', 'faulted') THEN hash ELSE '' END, block,"
        " CASE WHEN state IN ('prepared', 'submitted')"
        " THEN 'under way when the journal was exchanged: look for it on the chain'"
        " ELSE exception END,"
        " created_ms, created_ms FROM chain_tx",
        "DROP TABLE chain_tx",
    };
}

}  // namespace nsl::node
