// SPDX-License-Identifier: Apache-2.0
// A verbose block of 200 sponsored transfers, from JSON to typed transactions whose hashes and
// merkle root hold; bytes of JSON a second. The baseline is Boost.JSON's bare parse of the same
// text, in the same run.
#include <benchmark/benchmark.h>

#include "base/json.h"
#include "chain/block_decoder.h"
#include "neo/block.h"
#include "neo/script.h"
#include "neo/transaction_json.h"

namespace nsl::chain {
namespace {

constexpr int kTransactions = 200;

neo::PrivateKey key_of(std::uint8_t digit) {
    return neo::PrivateKey::from_bytes(Bytes(32, digit)).value();
}

neo::Transaction transfer(std::uint32_t nonce, const neo::PrivateKey& sponsor,
                          const neo::PrivateKey& user) {
    const neo::Hash160 payer = neo::account_of(sponsor.public_key());
    const neo::Hash160 from = neo::account_of(user.public_key());
    neo::Transaction tx;
    tx.nonce = nonce;
    tx.system_fee = 9'977'780;
    tx.network_fee = 2'345'040;
    tx.valid_until_block = 1'000;
    tx.signers = {{.account = payer, .scopes = static_cast<std::uint8_t>(neo::Scope::none)},
                  {.account = from}};
    tx.script = neo::ScriptBuilder()
                    .call(neo::native::gas_token(), "transfer",
                          {neo::Argument::hash(from), neo::Argument::hash(payer),
                           neo::Argument::integer(100'000'000 + nonce), neo::Argument::null()})
                    .assert_true()
                    .take();
    for (const neo::PrivateKey* key : {&sponsor, &user}) {
        const neo::Signature signature = key->sign(tx.sign_data(1));
        tx.witnesses.push_back({.invocation = neo::invocation_script({&signature, 1}),
                                .verification = neo::single_signature_script(key->public_key())});
    }
    return tx;
}

// As neo-go answers getblock [x, 1].
std::string reply() {
    const neo::PrivateKey sponsor = key_of(1), user = key_of(2);
    std::vector<neo::Hash256> hashes;
    json::Array transactions;
    for (std::uint32_t i = 0; i < kTransactions; ++i) {
        const neo::Transaction tx = transfer(i, sponsor, user);
        hashes.push_back(tx.hash());
        transactions.push_back(neo::transaction_to_json(tx));
    }
    neo::BlockHeader header;
    header.merkle_root = neo::merkle_root(hashes);
    header.index = 1;
    json::Value shown = header.to_json();
    shown.as_object()["tx"] = std::move(transactions);
    return json::write_value(
        json::Object{{"id", 1}, {"jsonrpc", "2.0"}, {"result", std::move(shown)}});
}

void decode_block(benchmark::State& state) {
    const std::string text = reply();
    BlockDecoder decoder;
    for (auto _ : state) {
        auto block = decoder.decode(text, 1);
        if (!block || block->transactions.size() != kTransactions)
            return state.SkipWithError(block ? "transactions are missing"
                                             : block.error().message.c_str());
        benchmark::DoNotOptimize(block);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(decode_block);

void boost_json_parse(benchmark::State& state) {
    const std::string text = reply();
    for (auto _ : state)
        benchmark::DoNotOptimize(json::parse_value(text, {.bytes_max = text.size()}));
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(boost_json_parse);

}  // namespace
}  // namespace nsl::chain
