// SPDX-License-Identifier: Apache-2.0
#include "store/db.h"

namespace nsl::store {

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

bool Row::is_null(std::size_t column) const {
    NSL_ASSERT(column < columns_.size());
    return std::holds_alternative<std::monostate>(columns_[column]);
}

}  // namespace nsl::store
