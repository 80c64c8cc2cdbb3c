// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/wire.h"

#include <poll.h>

#include <algorithm>
#include <chrono>

namespace nsl::store {
namespace {

// pg_type.dat of the server.
constexpr Oid kBool = 16, kBytea = 17, kName = 19, kInt8 = 20, kInt2 = 21, kInt4 = 23, kText = 25,
              kVarchar = 1043, kVoid = 2278;
constexpr int kBinary = 1;
constexpr std::size_t kMessageMax = 1'000;  // bytes of the server's words

std::string big_endian(std::int64_t value) {
    std::string out(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        out[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (56 - 8 * i));
    return out;
}

std::int64_t integer(const char* data, int size) {
    std::uint64_t out = size > 0 && (data[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
    for (int i = 0; i < size; ++i) out = out << 8 | static_cast<std::uint8_t>(data[i]);
    return static_cast<std::int64_t>(out);
}

Result<Param> column(const PGresult& result, int row, int at) {
    if (PQgetisnull(&result, row, at)) return Param();
    const char* data = PQgetvalue(&result, row, at);
    const int size = PQgetlength(&result, row, at);
    switch (PQftype(&result, at)) {
        case kInt8:
        case kInt4:
        case kInt2:
        case kBool:
            return Param(integer(data, size));
        case kText:
        case kVarchar:
        case kName:
            return Param(std::string(data, static_cast<std::size_t>(size)));
        case kBytea: {
            auto* bytes = reinterpret_cast<const std::uint8_t*>(data);
            return Param(Bytes(bytes, bytes + size));
        }
        case kVoid:
            return Param();
        default:
            return fail(Errc::internal, "column " + std::to_string(at + 1) + " has type " +
                                            std::to_string(PQftype(&result, at)) +
                                            ": cast it to BIGINT, TEXT or BLOB");
    }
}

Error gone(PGconn* connection) {
    std::string why = PQerrorMessage(connection);
    while (!why.empty() && why.back() == '\n') why.pop_back();
    return {Errc::unavailable, "the database's connection broke: " + why};
}

// Sends what waits and takes in what has come until the next result can be had without waiting.
Status wait_ready(PGconn* connection, std::chrono::steady_clock::time_point end) {
    for (;;) {
        const int unsent = PQflush(connection);
        if (unsent < 0) return std::unexpected(gone(connection));
        if (unsent == 0 && !PQisBusy(connection)) return {};
        const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) return fail(Errc::timeout, "the database did not answer in time");
        pollfd wait{PQsocket(connection), static_cast<short>(unsent ? POLLIN | POLLOUT : POLLIN),
                    0};
        if (::poll(&wait, 1, static_cast<int>(std::min<long>(left.count(), 60'000))) < 0 &&
            errno != EINTR)
            return fail(Errc::unavailable, "the database's connection cannot be waited for");
        if (wait.revents != 0 && !PQconsumeInput(connection))
            return std::unexpected(gone(connection));
    }
}

}  // namespace

std::vector<Oid> pg_types(const Params& params) {
    constexpr Oid kTypes[] = {0, kInt8, kText, kBytea};  // in the order of Param's alternatives
    std::vector<Oid> out;
    out.reserve(params.size());
    for (const Param& param : params) out.push_back(kTypes[param.index()]);
    return out;
}

PgCall::PgCall(const Params& params) {
    integers_.reserve(params.size());  // the pointers into it stay
    for (const Param& param : params) {
        const char* data = nullptr;
        std::size_t size = 0;
        if (auto* number = std::get_if<std::int64_t>(&param)) {
            data = integers_.emplace_back(big_endian(*number)).data();
            size = 8;
        } else if (auto* text = std::get_if<std::string>(&param)) {
            data = text->c_str();
            size = text->size();
        } else if (auto* bytes = std::get_if<Bytes>(&param)) {
            data = bytes->empty() ? "" : reinterpret_cast<const char*>(bytes->data());
            size = bytes->size();
        }
        values_.push_back(data);
        lengths_.push_back(static_cast<int>(size));
        formats_.push_back(kBinary);
    }
}

bool PgCall::send(PGconn* connection, const PgStatement& statement) const {
    return PQsendQueryPrepared(connection, statement.name.c_str(), static_cast<int>(values_.size()),
                               values_.data(), lengths_.data(), formats_.data(), kBinary) == 1;
}

Result<std::vector<Row>> pg_rows(const PGresult& result) {
    std::vector<Row> out;
    const int rows = PQntuples(&result), columns = PQnfields(&result);
    out.reserve(static_cast<std::size_t>(rows));
    for (int row = 0; row < rows; ++row) {
        std::vector<Param> values;
        values.reserve(static_cast<std::size_t>(columns));
        for (int at = 0; at < columns; ++at) {
            TRY(Param value, column(result, row, at));
            values.push_back(std::move(value));
        }
        out.emplace_back(std::move(values));
    }
    return out;
}

std::int64_t pg_changed(const PGresult& result) {
    // Empty for what changes no rows; libpq's own argument is not const.
    const char* count = PQcmdTuples(const_cast<PGresult*>(&result));
    return *count ? std::strtoll(count, nullptr, 10) : 0;
}

Result<std::vector<PgResult>> pg_answers(PGconn* connection, milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    std::vector<PgResult> out;
    for (;;) {
        TRY_OK(wait_ready(connection, end));
        PgResult result(PQgetResult(connection));
        // A null ends each statement's results; the point itself ends with none.
        if (!result) {
            if (PQstatus(connection) == CONNECTION_BAD) return std::unexpected(gone(connection));
            continue;
        }
        if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) return out;
        const bool refused = PQresultStatus(result.get()) == PGRES_FATAL_ERROR;
        out.push_back(std::move(result));
        if (PQstatus(connection) != CONNECTION_BAD) continue;
        // Its last words say why.
        if (refused) return out;
        return std::unexpected(gone(connection));
    }
}

bool pg_quiet(PGconn* connection) {
    pollfd look{PQsocket(connection), POLLIN, 0};
    return PQstatus(connection) != CONNECTION_BAD && ::poll(&look, 1, 0) == 0;
}

Status pg_script_end(PGconn* connection, milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    Status out;
    for (;;) {
        TRY_OK(wait_ready(connection, end));
        const PgResult result(PQgetResult(connection));
        if (!result) break;
        const ExecStatusType status = PQresultStatus(result.get());
        if (out && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            out = std::unexpected(pg_error(*result));
    }
    if (PQstatus(connection) == CONNECTION_BAD) return std::unexpected(gone(connection));
    return out;
}

std::string pg_state(const PGresult& result) {
    const char* state = PQresultErrorField(&result, PG_DIAG_SQLSTATE);
    return state ? state : "";
}

Error pg_error(const PGresult& result) {
    const std::string state = pg_state(result);
    const char* primary = PQresultErrorField(&result, PG_DIAG_MESSAGE_PRIMARY);
    const std::string message =
        "SQL: " + std::string(primary ? primary : "no reason given").substr(0, kMessageMax);
    if (state.starts_with("23")) return {Errc::conflict, message};
    if (state == "57014") return {Errc::timeout, message};
    // Connection, resources, operator's doing, system, read-only after a failover.
    for (const char* unavailable : {"08", "53", "57", "58", "XX", "25006"})
        if (state.starts_with(unavailable)) return {Errc::unavailable, message};
    return {Errc::internal, message};
}

}  // namespace nsl::store
