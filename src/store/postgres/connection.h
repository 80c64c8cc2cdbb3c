// SPDX-License-Identifier: Apache-2.0
// One PostgreSQL connection and its prepared statements.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "store/postgres/wire.h"
#include "store/session.h"

namespace nsl::store {

// What a failure says about going on.
enum class PgTrouble {
    none,
    conflicted,  // serialization failure or deadlock: the same again may succeed
    lost         // the connection is gone, or leads to a server that cannot write: connect anew
};

class PgSession final : public Session {
 public:
    // Connects to the first server of the URL that can write. Errors: unavailable, with where and
    // why.
    static Result<std::unique_ptr<PgSession>> connect(const std::string& url,
                                                      milliseconds statement_max);

    Engine engine() const override { return Engine::postgres; }
    Result<std::int64_t> execute(std::string_view sql, Params params = {}) override;
    Result<std::int64_t> execute_each(std::string_view sql, std::vector<Params> each) override;
    Result<Row> row(std::string_view sql, Params params = {}) override;
    Result<std::vector<Row>> rows(std::string_view sql, Params params, std::size_t max) override;
    Result<std::int64_t> now_ms() override;
    Status script(const std::string& sql) override;
    Status begin_alone() override;
    Status begin_snapshot() override;
    Status scan(std::string_view sql, const std::function<Status(const Row&)>& each) override;
    // The server checks its own pages as it reads them.
    Status check_integrity() override { return {}; }
    bool in_transaction() const override;

    // Goes out together with the first statement.
    void begin(Isolation isolation, bool read_only);
    // Errors: as the statement; the transaction's first error when one of its statements failed.
    Status commit();
    void roll_back();
    PgTrouble trouble() const { return trouble_; }
    // True when a commit was sent and not answered.
    bool commit_in_doubt() const { return commit_in_doubt_; }

 private:
    PgSession(PgConnection connection, milliseconds statement_max)
        : pg_(std::move(connection)), statement_max_(statement_max) {}

    // Ends a pipeline that was sent, or not; none of its answers is a failure.
    Result<std::vector<PgResult>> answers_to(bool sent);
    Result<const PgStatement*> prepare(std::string_view sql, const Params& params);
    // Sends `each` in one round trip, after a BEGIN that waits; the results of `each`.
    Result<std::vector<PgResult>> run(const PgStatement& statement,
                                      const std::vector<Params>& each);
    Result<std::vector<PgResult>> ask(std::string_view sql, const std::vector<Params>& each);
    milliseconds answer_max() const;
    Error note(Error error, PgTrouble trouble);
    Error refused(const PGresult& answer);

    PgConnection pg_;
    milliseconds statement_max_;
    std::unordered_map<std::string, PgStatement> statements_;
    std::string waiting_begin_{};
    bool read_only_ = false;
    bool alone_ = false;             // in a migration, which may take its time
    std::optional<Error> failed_{};  // the first failure of this transaction
    std::string last_state_{};       // SQLSTATE of its last failure
    PgTrouble trouble_ = PgTrouble::none;
    bool commit_in_doubt_ = false;
};

}  // namespace nsl::store
