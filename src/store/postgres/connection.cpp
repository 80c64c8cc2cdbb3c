// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/connection.h"

#include <algorithm>

#include "store/postgres/db.h"
#include "store/values.h"

namespace nsl::store {
namespace {

constexpr std::size_t kStatementsMax = 1'000;  // texts of one connection
// The server cancels a statement in time; this is for a server that is not there any more.
constexpr milliseconds kAnswerGrace{2'000};
// Of one statement of a migration, and of waiting for another node's.
constexpr milliseconds kMigrationMax{3'600'000};
constexpr std::size_t kScanRows = 1'000;  // of a scan in memory
// Between two statements of a transaction: a process that stands still must not keep its locks.
constexpr milliseconds kIdleMax{5'000};
constexpr const char* kReadOnly = "25006";
constexpr std::int64_t kMigrationLock = 0x6e736c2e736368;  // "nsl.sch"

PgTrouble trouble_of(const std::string& state, bool read_only) {
    if (state == "40001" || state == "40P01") return PgTrouble::conflicted;
    // A server that shuts down or starts, ended what stood still, or has become a standby.
    for (const char* lost : {"08", "57P", "25P03"})
        if (state.starts_with(lost)) return PgTrouble::lost;
    return state == kReadOnly && !read_only ? PgTrouble::lost : PgTrouble::none;
}

// Sessions of ours have their own settings, whatever the server's defaults are.
std::string session_options(milliseconds statement_max) {
    const std::string ms = std::to_string(statement_max.count());
    return "-c statement_timeout=" + ms + " -c lock_timeout=" + ms +
           " -c idle_in_transaction_session_timeout=" +
           std::to_string(std::min(statement_max, kIdleMax).count()) +
           " -c synchronous_commit=on -c client_encoding=UTF8 -c standard_conforming_strings=on";
}

const char* begin_text(Isolation isolation, bool read_only) {
    if (read_only) return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    return isolation == Isolation::serializable ? "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"
                                                : "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
}

}  // namespace

Result<std::unique_ptr<PgSession>> PgSession::connect(const std::string& url,
                                                      milliseconds statement_max) {
    const std::string options = session_options(statement_max);
    // What comes later wins over the URL.
    const char* names[] = {"connect_timeout",      "keepalives_idle",  "keepalives_interval",
                           "tcp_user_timeout",     "application_name", "dbname",
                           "target_session_attrs", "options",          nullptr};
    const char* values[] = {
        "3", "10", "5", "15000", "nsl", url.c_str(), "read-write", options.c_str(), nullptr};
    PgConnection pg(PQconnectdbParams(names, values, 1));
    if (PQstatus(pg.get()) != CONNECTION_OK) {
        std::string why = PQerrorMessage(pg.get());
        std::ranges::replace(why, '\n', ' ');
        return fail(Errc::unavailable, "cannot reach the database: " + why);
    }
    TRY_OK(check_peer(PQsocket(pg.get()), url));
    // A server's notices are not for our standard error.
    PQsetNoticeProcessor(pg.get(), [](void*, const char*) {}, nullptr);
    PQsetnonblocking(pg.get(), 1);
    if (PQenterPipelineMode(pg.get()) != 1)
        return fail(Errc::unavailable, "the database's connection takes no pipeline");
    return std::unique_ptr<PgSession>(new PgSession(std::move(pg), statement_max));
}

milliseconds PgSession::answer_max() const {
    return (alone_ ? kMigrationMax : statement_max_) + kAnswerGrace;
}

Error PgSession::note(Error error, PgTrouble trouble) {
    trouble_ = std::max(trouble_, trouble);
    if (!failed_) failed_ = error;
    return error;
}

Error PgSession::refused(const PGresult& answer) {
    const bool gone = PQstatus(pg_.get()) == CONNECTION_BAD;
    return note(pg_error(answer),
                gone ? PgTrouble::lost : trouble_of(pg_state(answer), read_only_));
}

Result<std::vector<PgResult>> PgSession::answers_to(bool sent) {
    sent = sent && PQpipelineSync(pg_.get()) == 1;
    auto answers = sent ? pg_answers(pg_.get(), answer_max())
                        : fail(Errc::unavailable, "the database's connection broke");
    if (!answers) return std::unexpected(note(std::move(answers).error(), PgTrouble::lost));
    for (const PgResult& answer : *answers) {
        const ExecStatusType status = PQresultStatus(answer.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            return std::unexpected(refused(*answer));
    }
    return answers;
}

Result<const PgStatement*> PgSession::prepare(std::string_view sql, const Params& params) {
    std::string key(sql);
    for (const Param& param : params) key += static_cast<char>('0' + param.index());
    const auto found = statements_.find(key);
    if (found != statements_.end()) return &found->second;
    NSL_ASSERT(statements_.size() < kStatementsMax);  // values in a statement's text
    PgStatement made{"s" + std::to_string(statements_.size())};
    const std::vector<Oid> types = pg_types(params);
    const bool sent = PQsendPrepare(pg_.get(), made.name.c_str(), std::string(sql).c_str(),
                                    static_cast<int>(types.size()), types.data()) == 1;
    TRY_OK(answers_to(sent));
    return &statements_.emplace(std::move(key), std::move(made)).first->second;
}

Result<std::vector<PgResult>> PgSession::run(const PgStatement& statement,
                                             const std::vector<Params>& each) {
    std::size_t expected = each.size();
    bool sent = true;
    if (!waiting_begin_.empty()) {
        TRY(const PgStatement* begin, prepare(std::exchange(waiting_begin_, {}), {}));
        sent = PgCall({}).send(pg_.get(), *begin);
        ++expected;
    }
    for (const Params& params : each) sent = sent && PgCall(params).send(pg_.get(), statement);
    TRY(auto answers, answers_to(sent));
    if (answers.size() != expected)
        return std::unexpected(
            note({Errc::unavailable, "the database answered something else"}, PgTrouble::lost));
    answers.erase(answers.begin(), answers.end() - static_cast<std::ptrdiff_t>(each.size()));
    return answers;
}

Result<std::vector<PgResult>> PgSession::ask(std::string_view sql,
                                             const std::vector<Params>& each) {
    if (each.empty()) return std::vector<PgResult>();
    // After a failure the server refuses everything but the end; its reason is the first.
    if (failed_) return std::unexpected(*failed_);
    for (const Params& params : each)
        for (const Param& param : params)
            if (Status fits = check_param(param); !fits)
                return std::unexpected(note(fits.error(), PgTrouble::none));
    TRY(const PgStatement* statement, prepare(sql, each.front()));
    return run(*statement, each);
}

Result<std::int64_t> PgSession::execute(std::string_view sql, Params params) {
    std::vector<Params> one;
    one.push_back(std::move(params));
    return execute_each(sql, std::move(one));
}

Result<std::int64_t> PgSession::execute_each(std::string_view sql, std::vector<Params> each) {
    TRY(const auto answers, ask(sql, each));
    std::int64_t changed = 0;
    for (const PgResult& answer : answers) changed += pg_changed(*answer);
    return changed;
}

Result<std::vector<Row>> PgSession::rows(std::string_view sql, Params params, std::size_t max) {
    std::vector<Params> one;
    one.push_back(std::move(params));
    TRY(const auto answers, ask(sql, one));
    if (static_cast<std::size_t>(PQntuples(answers.front().get())) > max)
        return fail(Errc::limit_exceeded,
                    "more than " + std::to_string(max) + " rows match: ask for fewer");
    return pg_rows(*answers.front());
}

Result<Row> PgSession::row(std::string_view sql, Params params) {
    TRY(std::vector<Row> found, rows(sql, std::move(params), 1));
    if (found.empty()) return fail(Errc::not_found, "no such row");
    return std::move(found.front());
}

Result<std::int64_t> PgSession::now_ms() {
    TRY(const Row now, row("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"));
    return now.i64(0);
}

void PgSession::begin(Isolation isolation, bool read_only) {
    failed_.reset();
    commit_in_doubt_ = false;
    if (trouble_ == PgTrouble::conflicted) trouble_ = PgTrouble::none;
    read_only_ = read_only;
    alone_ = false;
    waiting_begin_ = begin_text(isolation, read_only);
}

Status PgSession::begin_alone() {
    begin(Isolation::read_committed, false);
    alone_ = true;
    const std::string ms = std::to_string(kMigrationMax.count());
    TRY_OK(execute("SET LOCAL statement_timeout = " + ms));
    TRY_OK(execute("SET LOCAL lock_timeout = " + ms));
    TRY_OK(row("SELECT pg_advisory_xact_lock($1)", {kMigrationLock}));
    return {};
}

Status PgSession::begin_snapshot() {
    begin(Isolation::serializable, true);
    return {};
}

Status PgSession::scan(std::string_view sql, const std::function<Status(const Row&)>& each) {
    // A cursor, so that no more than a part is in memory.
    TRY_OK(script("DECLARE scan NO SCROLL CURSOR FOR " + std::string(sql)));
    const std::string fetch = "FETCH " + std::to_string(kScanRows) + " FROM scan";
    for (;;) {
        TRY(const auto part, rows(fetch, {}, kScanRows));
        for (const Row& row : part) TRY_OK(each(row));
        if (part.size() < kScanRows) break;
    }
    return script("CLOSE scan");
}

Status PgSession::commit() {
    if (failed_) {
        roll_back();
        return std::unexpected(*failed_);
    }
    if (!waiting_begin_.empty()) {
        waiting_begin_.clear();
        return {};
    }
    // A server that has ended the transaction meanwhile has not committed it: no doubt about that.
    if (!pg_quiet(pg_.get()))
        return std::unexpected(
            note({Errc::unavailable, "the database ended the connection"}, PgTrouble::lost));
    commit_in_doubt_ = true;
    auto done = ask("COMMIT", {Params()});
    if (!done && trouble_ == PgTrouble::lost) return std::unexpected(std::move(done).error());
    commit_in_doubt_ = false;
    if (!done) return std::unexpected(std::move(done).error());
    // A transaction that had failed says ROLLBACK.
    if (std::string_view(PQcmdStatus(done->front().get())) != "COMMIT")
        return fail(Errc::internal, "the transaction had failed and was rolled back");
    return {};
}

bool PgSession::in_transaction() const {
    return !waiting_begin_.empty() || PQtransactionStatus(pg_.get()) == PQTRANS_INTRANS ||
           PQtransactionStatus(pg_.get()) == PQTRANS_INERROR;
}

void PgSession::roll_back() {
    if (!waiting_begin_.empty()) waiting_begin_.clear();
    if (trouble_ == PgTrouble::lost || !in_transaction()) return;
    const std::optional<Error> first = failed_;
    failed_.reset();
    if (!ask("ROLLBACK", {Params()})) trouble_ = PgTrouble::lost;
    failed_ = first;
}

// Simple queries are not for pipelines.
Status PgSession::script(const std::string& sql) {
    if (failed_ && sql != "ROLLBACK") return std::unexpected(*failed_);
    if (sql == "COMMIT") return commit();
    if (sql == "ROLLBACK") {
        roll_back();
        return {};
    }
    if (!waiting_begin_.empty()) TRY_OK(execute("SELECT 1"));
    if (PQexitPipelineMode(pg_.get()) != 1 || PQsendQuery(pg_.get(), sql.c_str()) != 1)
        return std::unexpected(
            note({Errc::unavailable, "the database's connection broke"}, PgTrouble::lost));
    Status out = pg_script_end(pg_.get(), answer_max());
    if (PQenterPipelineMode(pg_.get()) != 1) trouble_ = PgTrouble::lost;
    if (!out) return std::unexpected(note(std::move(out).error(), PgTrouble::none));
    return {};
}

}  // namespace nsl::store
