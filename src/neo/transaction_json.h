// SPDX-License-Identifier: Apache-2.0
// Transactions and their parts as JSON-RPC shows and takes them: hashes in display order, keys in
// hex, scripts in base64, fees as decimal strings. Source: neo-go pkg/core/transaction.
#pragma once
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "neo/attribute.h"
#include "neo/signer.h"
#include "neo/transaction.h"

namespace nsl::neo {

// "None", "CalledByEntry", joined by ", ". Errors: invalid_argument (unknown, repeated, Global with
// another).
std::string scopes_text(std::uint8_t scopes);
Result<std::uint8_t> parse_scopes(std::string_view text);

// {account, scopes, allowedcontracts, allowedgroups, rules}. The account may also be an address.
json::Value signer_to_json(const Signer& signer);
Result<Signer> signer_from_json(const json::Value& value);

json::Value attribute_to_json(const Attribute& attribute);
Result<Attribute> attribute_from_json(const json::Value& value);

// As getrawtransaction [h, 1] without what the chain adds: {hash, size, version, nonce, sender,
// sysfee, netfee, validuntilblock, attributes, signers, script, witnesses}.
json::Value transaction_to_json(const Transaction& tx);
// Other members are not looked at; hash, size and sender, where given, must be the computed ones.
// Errors: invalid_argument, limit_exceeded.
Result<Transaction> transaction_from_json(const json::Value& value);

}  // namespace nsl::neo
