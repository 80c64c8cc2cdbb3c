// SPDX-License-Identifier: Apache-2.0
// Stack items as JSON-RPC shows them, read by the ABI's types.
#pragma once
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/int256.h"
#include "base/json.h"
#include "base/result.h"

namespace nsl::neo {

// A view over {type, value}. Errors of all: invalid_argument when the item cannot be read so.
Result<Int256> item_integer(const json::Value& item);  // Integer, ByteString, Buffer, Boolean
Result<std::int64_t> item_i64(const json::Value& item);
Result<bool> item_boolean(const json::Value& item);
Result<Bytes> item_bytes(const json::Value& item);               // ByteString, Buffer (base64)
Result<std::string> item_text(const json::Value& item);          // valid UTF-8
Result<const json::Array*> item_array(const json::Value& item);  // Array or Struct

}  // namespace nsl::neo
