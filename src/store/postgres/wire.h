// SPDX-License-Identifier: Apache-2.0
// libpq with deadlines: values in and out, statements in pipelines.
#pragma once
#include <libpq-fe.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "store/db.h"

namespace nsl::store {

struct PgClear {
    void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, PgClear>;

struct PgFinish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PgConnection = std::unique_ptr<PGconn, PgFinish>;

// A prepared statement of one connection.
struct PgStatement {
    std::string name;
};

// The type of each parameter as PostgreSQL numbers types; a null has none of its own.
std::vector<Oid> pg_types(const Params& params);

// One execution of a prepared statement, with the room that libpq reads the values from.
class PgCall {
 public:
    // Of values that check_param has taken; they must outlive it.
    explicit PgCall(const Params& params);
    // False when libpq refuses: the connection is gone.
    bool send(PGconn* connection, const PgStatement& statement) const;

 private:
    std::vector<std::string> integers_;
    std::vector<const char*> values_;
    std::vector<int> lengths_, formats_;
};

// All rows. Errors: internal (a column of a type that is none of ours).
Result<std::vector<Row>> pg_rows(const PGresult& result);
std::int64_t pg_changed(const PGresult& result);

// Waits for the answers to what was sent in pipeline mode, up to the next synchronisation point.
// The last is a failure when the server has ended the connection and said why. Errors: timeout
// (nothing came in time), unavailable (the connection is gone); it is of no use afterwards.
Result<std::vector<PgResult>> pg_answers(PGconn* connection, milliseconds deadline);

// Whether the server, of which nothing is awaited, says nothing either. What it says then is mostly
// that it ends the connection.
bool pg_quiet(PGconn* connection);

// The end of a script of simple statements; the first failure among them.
Status pg_script_end(PGconn* connection, milliseconds deadline);

// What a failed result says; its SQLSTATE is empty when there was no answer.
Error pg_error(const PGresult& result);
std::string pg_state(const PGresult& result);

}  // namespace nsl::store
