// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "checks.h"
#include "neo/transaction.h"
#include "neo/transaction_json.h"
#include "neo/vector_file.h"
#include "neo/witness.h"

namespace nsl::neo::differential {
namespace {

void check_signer(const json::Value& record) {
    const Bytes bytes = hex_in(record, "bytes");
    const auto shown = signer_from_json(record.at("json"));
    ASSERT_TRUE(shown) << shown.error().message;
    ByteWriter out;
    write_signer(out, *shown);
    EXPECT_EQ(hex_encode(out.view()), text_in(record, "bytes"));
    ByteReader in(bytes);
    const auto read = read_signer(in);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(in.finish());
    EXPECT_EQ(*read, *shown);
    EXPECT_EQ(signer_to_json(*read), record.at("json"));
}

// Two scripts make one witness: the one that pushes the signature, and the one that checks it.
void check_witnesses(const json::Value& record, const Transaction& tx, ByteView sign_data) {
    const json::Array& keys = list_in(record, "private_keys");
    ASSERT_EQ(keys.size(), tx.witnesses.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Status checked = check_witness(tx.witnesses[i], tx.signers[i].account, sign_data);
        EXPECT_TRUE(checked) << checked.error().message;
        const Bytes secret = hex_decode(keys[i].as_string()).value();
        const PrivateKey key = PrivateKey::from_bytes(secret).value();
        const Signature ours = with_low_s(key.sign(sign_data));
        EXPECT_EQ(invocation_script(std::vector{ours}), tx.witnesses[i].invocation);
        EXPECT_EQ(single_signature_script(key.public_key()), tx.witnesses[i].verification);
    }
}

void check_transaction(const json::Value& record) {
    const Bytes bytes = hex_in(record, "bytes");
    const auto tx = Transaction::parse(bytes);
    ASSERT_TRUE(tx) << tx.error().message;
    EXPECT_EQ(tx->serialize(), bytes);
    EXPECT_EQ(hex_encode(tx->serialize_unsigned()), text_in(record, "unsigned"));
    EXPECT_EQ(transaction_to_json(*tx), record.at("json"));
    const auto shown = transaction_from_json(record.at("json"));
    ASSERT_TRUE(shown) << shown.error().message;
    EXPECT_EQ(*shown, *tx);
    const Bytes data = tx->sign_data(record.at("network").to_number<std::uint32_t>());
    EXPECT_EQ(hex_encode(data), text_in(record, "sign_data"));
    check_witnesses(record, *tx, data);
}

}  // namespace

Check find_transaction_check(std::string_view kind) {
    if (kind == "signer") return check_signer;
    return kind == "transaction" ? check_transaction : nullptr;
}

}  // namespace nsl::neo::differential
