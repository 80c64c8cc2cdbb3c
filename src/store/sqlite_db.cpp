// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "store/db.h"
#include "store/migrate.h"
#include "store/sqlite_connection.h"

namespace nsl::store {
namespace {

struct Operation {
    std::function<Status(Tx&)> work;
    std::move_only_function<void(Status)> done;  // posts to the caller's executor
};

// A bounded queue between coroutines and database threads.
class Waiting {
 public:
    explicit Waiting(std::size_t max) : max_(max) {}

    // Takes the operation, or says why not and leaves it.
    Status put(Operation& operation) {
        std::lock_guard lock(mutex_);
        if (closed_) return fail(Errc::unavailable, "the database is closing");
        if (queue_.size() >= max_)
            return fail(Errc::limit_exceeded, "too many database operations wait: try again later");
        queue_.push_back(std::move(operation));
        changed_.notify_one();
        return {};
    }

    // Up to `max` operations; empty when closed.
    std::vector<Operation> take(std::size_t max) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closed_ || !queue_.empty(); });
        std::vector<Operation> out;
        while (!queue_.empty() && out.size() < max) {
            out.push_back(std::move(queue_.front()));
            queue_.pop_front();
        }
        return out;
    }

    // What waits ends as unavailable; what a thread has taken ends as it would have.
    void close() {
        std::deque<Operation> refused;
        {
            std::lock_guard lock(mutex_);
            closed_ = true;
            refused.swap(queue_);
            changed_.notify_all();
        }
        for (Operation& operation : refused)
            operation.done(fail(Errc::unavailable, "the database is closing"));
    }

 private:
    const std::size_t max_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Operation> queue_;
    bool closed_ = false;
};

Status run(const Operation& operation, Connection& db) {
    try {
        return operation.work(db);
    } catch (const std::exception& error) {
        return fail(Errc::internal, std::string("a database operation threw: ") + error.what());
    } catch (...) {
        return fail(Errc::internal, "a database operation threw what is no std::exception");
    }
}

// Runs each operation in its own savepoint of one transaction. The outcome of each is final only
// when the commit has succeeded.
std::vector<Status> run_batch(const std::vector<Operation>& batch, Connection& db) {
    std::vector<Status> out(batch.size());
    auto all = [&](const Error& error) {
        for (Status& status : out)
            if (status) status = std::unexpected(error);
        return std::move(out);
    };
    if (Status begun = db.script("BEGIN IMMEDIATE"); !begun) return all(begun.error());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        auto marked = db.execute("SAVEPOINT operation");
        out[i] = marked ? run(batch[i], db) : Status(std::unexpected(marked.error()));
        if (!db.in_transaction())
            return all({Errc::unavailable,
                        "the transaction was rolled back (disk full or I/O "
                        "error): nothing of it was kept"});
        // A failed operation that cannot be undone must not reach the commit of its neighbours.
        auto closed = out[i] ? Result<std::int64_t>(0) : db.execute("ROLLBACK TO operation");
        if (closed) closed = db.execute("RELEASE operation");
        if (!closed) {
            if (db.in_transaction()) (void)db.script("ROLLBACK");
            return all(
                {Errc::unavailable, "an operation could not be ended: " + closed.error().message});
        }
    }
    Status committed = db.script("COMMIT");
    if (committed) return out;
    if (db.in_transaction()) (void)db.script("ROLLBACK");
    return all({Errc::unavailable, "commit failed: " + committed.error().message});
}

class SqliteDb final : public Db {
 public:
    SqliteDb(SqliteOptions options, std::unique_ptr<Connection> writer,
             std::vector<std::unique_ptr<Connection>> readers)
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

    Task<Status> transact(std::function<Status(Tx&)> work) override {
        co_return co_await enqueue(writes_, std::move(work));
    }
    Task<Status> read(std::function<Status(Tx&)> work) override {
        co_return co_await enqueue(reads_, std::move(work));
    }

 private:
    // Not cancellable: once queued, the work may run, so its caller's frame must stay.
    static Task<Status> enqueue(Waiting& waiting, std::function<Status(Tx&)> work) {
        co_return co_await asio::async_initiate<decltype(asio::use_awaitable), void(Status)>(
            [&waiting](auto handler, std::function<Status(Tx&)> queued) {
                auto executor = asio::get_associated_executor(handler);
                // Counted as work, so that the loop does not end while a thread works for it; the
                // count goes with the result, so that the thread does not touch the loop
                // afterwards.
                auto busy = asio::prefer(executor, asio::execution::outstanding_work.tracked);
                Operation operation{
                    std::move(queued), [executor, busy = std::move(busy),
                                        handler = std::move(handler)](Status status) mutable {
                        asio::post(executor, [busy = std::move(busy), handler = std::move(handler),
                                              status = std::move(status)]() mutable {
                            handler(std::move(status));
                        });
                    }};
                Status taken = waiting.put(operation);
                if (!taken) operation.done(std::move(taken));
            },
            asio::use_awaitable, std::move(work));
    }

    void write_loop(Connection& db) {
        for (;;) {
            std::vector<Operation> batch = writes_.take(options_.batch_max);
            if (batch.empty()) return;
            std::vector<Status> results = run_batch(batch, db);
            for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(std::move(results[i]));
        }
    }

    void read_loop(Connection& db) {
        for (;;) {
            std::vector<Operation> one = reads_.take(1);
            if (one.empty()) return;
            Status status = db.script("BEGIN");
            if (status) status = run(one[0], db);
            if (db.in_transaction()) (void)db.script("ROLLBACK");
            one[0].done(std::move(status));
        }
    }

    const SqliteOptions options_;
    Waiting writes_, reads_;
    std::vector<std::thread> threads_;
};

Status check_integrity(Connection& db, const std::string& path) {
    auto row = db.row("PRAGMA quick_check(1)");
    if (row && row->text(0) == "ok") return {};
    const std::string why = row ? row->text(0) : row.error().message;
    return fail(Errc::unavailable,
                "the database " + path + " is damaged (" + why + "): restore a backup");
}

}  // namespace

Result<std::unique_ptr<Db>> open_sqlite(SqliteOptions options,
                                        const std::vector<Migration>& migrations) {
    TRY(auto writer, Connection::open(options.path, Connection::Mode::read_write));
    TRY_OK(check_integrity(*writer, options.path));
    TRY_OK(migrate(*writer, migrations));
    std::vector<std::unique_ptr<Connection>> readers;
    for (int i = 0; i < options.readers; ++i) {
        TRY(auto reader, Connection::open(options.path, Connection::Mode::read_only));
        readers.push_back(std::move(reader));
    }
    return std::make_unique<SqliteDb>(std::move(options), std::move(writer), std::move(readers));
}

}  // namespace nsl::store
