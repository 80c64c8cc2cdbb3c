// SPDX-License-Identifier: Apache-2.0
#include "store/values.h"

#include "base/utf8.h"
#include "store/db.h"

namespace nsl::store {

Status check_param(const Param& param) {
    const auto* text = std::get_if<std::string>(&param);
    if (!text) return {};
    if (!utf8_valid(*text))
        return fail(Errc::invalid_argument, "text for the database must be UTF-8");
    if (text->find('\0') != std::string::npos)
        return fail(Errc::invalid_argument, "text for the database must not have a NUL");
    return {};
}

Param param_of(const Int256& value) {
    return int256_text(value);
}

std::int64_t Row::i64(std::size_t column) const {
    NSL_ASSERT(column < columns_.size() && std::holds_alternative<std::int64_t>(columns_[column]));
    return std::get<std::int64_t>(columns_[column]);
}

const std::string& Row::text(std::size_t column) const {
    NSL_ASSERT(column < columns_.size() && std::holds_alternative<std::string>(columns_[column]));
    return std::get<std::string>(columns_[column]);
}

const Bytes& Row::bytes(std::size_t column) const {
    NSL_ASSERT(column < columns_.size() && std::holds_alternative<Bytes>(columns_[column]));
    return std::get<Bytes>(columns_[column]);
}

Result<Int256> Row::i256(std::size_t column) const {
    auto value = int256_parse(text(column));
    if (!value)
        return fail(Errc::internal, "the database holds no 256-bit integer: " + text(column));
    return *value;
}

bool Row::is_null(std::size_t column) const {
    NSL_ASSERT(column < columns_.size());
    return std::holds_alternative<std::monostate>(columns_[column]);
}

}  // namespace nsl::store
