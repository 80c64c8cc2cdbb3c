// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/db.h"

#include <thread>

#include "store/migrate.h"
#include "store/sqlite/connection.h"
#include "store/work_queue.h"

namespace nsl::store {
namespace {

std::vector<Status> all_failed(std::vector<Status> out, const Error& error) {
    for (Status& status : out)
        if (status) status = std::unexpected(error);
    return out;
}

Status rolled_back() {
    return fail(Errc::unavailable,
                "the transaction was rolled back (disk full or I/O error): nothing of it was kept");
}

// A statement's failure is the operation's, also when it went on as if nothing were.
Status run_operation(const Operation& operation, SqliteSession& db) {
    (void)db.take_failure();
    Status done = run_work(operation.work, db);
    std::optional<Error> failure = db.take_failure();
    if (done && failure) return std::unexpected(*std::move(failure));
    return done;
}

// Runs each operation in its own savepoint of one transaction. The outcome of each is final only
// when the commit has succeeded.
std::vector<Status> run_isolated(const std::vector<Operation>& batch, SqliteSession& db) {
    std::vector<Status> out(batch.size());
    if (Status begun = db.begin(); !begun) return all_failed(std::move(out), begun.error());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        auto marked = db.execute("SAVEPOINT operation");
        out[i] = marked ? run_operation(batch[i], db) : Status(std::unexpected(marked.error()));
        if (!db.in_transaction()) return all_failed(std::move(out), rolled_back().error());
        // A failed operation that cannot be undone must not reach the commit of its neighbours.
        auto closed = out[i] ? Result<std::int64_t>(0) : db.execute("ROLLBACK TO operation");
        if (closed) closed = db.execute("RELEASE operation");
        if (!closed) {
            db.roll_back();
            return all_failed(
                std::move(out),
                {Errc::unavailable, "an operation could not be ended: " + closed.error().message});
        }
    }
    if (Status committed = db.commit(); !committed)
        return all_failed(std::move(out), committed.error());
    return out;
}

// The same without savepoints, while none fails after it has written; nothing otherwise, and
// nothing of it was kept.
std::optional<std::vector<Status>> run_together(const std::vector<Operation>& batch,
                                                SqliteSession& db) {
    std::vector<Status> out(batch.size());
    if (Status begun = db.begin(); !begun) return all_failed(std::move(out), begun.error());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const std::uint64_t before = db.writes();
        out[i] = run_operation(batch[i], db);
        if (out[i] && db.in_transaction()) continue;
        if (db.in_transaction() && db.writes() == before) continue;
        db.roll_back();
        return std::nullopt;
    }
    if (Status committed = db.commit(); !committed)
        return all_failed(std::move(out), committed.error());
    return out;
}

std::vector<Status> run_batch(const std::vector<Operation>& batch, SqliteSession& db) {
    if (batch.size() > 1)
        if (auto done = run_together(batch, db)) return *std::move(done);
    return run_isolated(batch, db);
}

class SqliteDb final : public Db {
 public:
    SqliteDb(SqliteOptions options, std::unique_ptr<SqliteSession> writer,
             std::vector<std::unique_ptr<SqliteSession>> readers)
        : options_(std::move(options)),
          writes_(options_.waiting_max),
          reads_(options_.waiting_max) {
        threads_.emplace_back([this, db = std::move(writer)] { write_loop(*db); });
        for (auto& reader : readers)
            threads_.emplace_back([this, db = std::move(reader)] { read_loop(*db); });
    }

    ~SqliteDb() override {
        writes_.close();
        reads_.close();
        for (std::thread& thread : threads_) thread.join();
    }

    Engine engine() const override { return Engine::sqlite; }
    Task<Status> transact(Work work, Isolation isolation) override {
        return writes_.run(std::move(work), isolation);
    }
    Task<Status> read(Work work) override { return reads_.run(std::move(work), {}, true); }

 private:
    void write_loop(SqliteSession& db) {
        for (;;) {
            std::vector<Operation> batch = writes_.take(options_.batch_max);
            if (batch.empty()) return;
            std::vector<Status> results = run_batch(batch, db);
            finish(std::move(batch), std::move(results));
        }
    }

    void read_loop(SqliteSession& db) {
        for (;;) {
            std::vector<Operation> one = reads_.take(1);
            if (one.empty()) return;
            Status status = db.script("BEGIN");
            if (status) status = run_operation(one[0], db);
            db.roll_back();
            finish(std::move(one), {std::move(status)});
        }
    }

    const SqliteOptions options_;
    WorkQueue writes_, reads_;
    std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<Db>> open_sqlite(SqliteOptions options,
                                        const std::vector<Migration>& migrations) {
    TRY(auto writer, SqliteSession::open(options.path, SqliteSession::Mode::read_write));
    TRY_OK(writer->check_quickly());
    TRY_OK(migrate(*writer, migrations));
    std::vector<std::unique_ptr<SqliteSession>> readers;
    for (int i = 0; i < options.readers; ++i) {
        TRY(auto reader, SqliteSession::open(options.path, SqliteSession::Mode::read_only));
        readers.push_back(std::move(reader));
    }
    return std::make_unique<SqliteDb>(std::move(options), std::move(writer), std::move(readers));
}

}  // namespace nsl::store
