// SPDX-License-Identifier: Apache-2.0
// How a fallible function reports failure. Exceptions stay at the edges: start-up and third-party
// calls.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace nsl {

// The whole list: api/ maps each to one HTTP status, the command line each to one exit code.
enum class Errc {
    invalid_argument,
    unauthenticated,
    forbidden,
    not_found,
    conflict,
    insufficient_funds,
    limit_exceeded,
    unavailable,
    timeout,
    internal
};

// One thing wrong in a larger input.
struct Fault {
    std::string where;    // JSON pointer (RFC 6901) of the offending part
    std::string message;  // what is wrong and what would be right
};

struct Error {
    Errc code = Errc::internal;
    std::string message;  // for the caller: says what is wrong and what would be right; no secrets
    std::vector<Fault> faults = {};  // every fault of a rejected body or configuration
};

template <class T>
using Result = std::expected<T, Error>;
using Status = Result<void>;

inline std::unexpected<Error> fail(Errc code, std::string message) {
    return std::unexpected(Error{code, std::move(message)});
}

// snake_case name of the code, as it appears in logs and problem documents.
const char* errc_name(Errc code);

}  // namespace nsl

// A broken invariant is a bug, in release builds too: stop before the damage spreads.
#define NSL_ASSERT(cond) \
    ((cond) ? void()     \
            : (std::fprintf(stderr, "%s:%d: bug: %s\n", __FILE__, __LINE__, #cond), std::abort()))

// Unwrap or hand the error up: TRY in functions, CO_TRY in coroutines; the _OK forms for Status.
// These four are the only control-flow macros.
#define NSL_CAT_(a, b) a##b
#define NSL_CAT(a, b) NSL_CAT_(a, b)
#define NSL_TRY_(tmp, ret, decl, expr)                     \
    auto tmp = (expr);                                     \
    if (!tmp) ret std::unexpected(std::move(tmp).error()); \
    decl = *std::move(tmp)
#define TRY(decl, ...) NSL_TRY_(NSL_CAT(result_, __LINE__), return, decl, (__VA_ARGS__))
#define CO_TRY(decl, ...) NSL_TRY_(NSL_CAT(result_, __LINE__), co_return, decl, (__VA_ARGS__))
#define NSL_OK_(tmp, ret, expr) \
    if (auto tmp = (expr); !tmp) ret std::unexpected(std::move(tmp).error())
#define TRY_OK(...) NSL_OK_(NSL_CAT(result_, __LINE__), return, (__VA_ARGS__))
#define CO_TRY_OK(...) NSL_OK_(NSL_CAT(result_, __LINE__), co_return, (__VA_ARGS__))
