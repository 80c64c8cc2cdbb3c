// SPDX-License-Identifier: Apache-2.0
// The examples of docs/neo-protocol.md, compiled and run. Each region between the marks stands in
// the page letter by letter; scripts/check_docs.py holds the two together.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "neo/abi.h"
#include "neo/block.h"
#include "neo/manifest.h"
#include "neo/message.h"
#include "neo/nef.h"
#include "neo/notary_request.h"
#include "neo/script.h"
#include "neo/signing_context.h"
#include "neo/stack_item.h"
#include "neo/transaction.h"
#include "neo/transaction_json.h"
#include "neo/wallet.h"

namespace nsl::neo {
namespace {

constexpr std::uint32_t kNetwork = 860833102;  // MainNet

PrivateKey key_of(std::uint8_t digit) {
    return PrivateKey::from_bytes(Bytes(32, digit)).value();
}

TEST(ProtocolPage, KeysAndAddresses) {
    // [keys]
    OsRandom random;
    PrivateKey key = PrivateKey::generate(random);
    Hash160 account = account_of(key.public_key());
    std::string address = to_address(account);  // N…
    std::string hash = account.display();       // 0x…, as JSON-RPC and explorers show it

    Signature signature = key.sign(as_bytes("a message"));  // RFC 6979: the same every time
    bool good = verify(key.public_key(), as_bytes("a message"), signature);

    Result<PrivateKey> again = PrivateKey::from_wif(as_text(key.to_wif().reveal()));
    // [end]
    EXPECT_TRUE(good);
    EXPECT_EQ(from_address(address).value(), account);
    EXPECT_EQ(Hash160::parse(hash).value(), account);
    EXPECT_EQ(again->public_key(), key.public_key());
    EXPECT_EQ(key.sign(as_bytes("a message")), signature);
}

TEST(ProtocolPage, MultiSignatureAccounts) {
    const PrivateKey first = key_of(1), second = key_of(2), third = key_of(3);
    // [multi-signature]
    Result<Bytes> script =
        multi_signature_script(2, {first.public_key(), second.public_key(), third.public_key()});
    Hash160 shared = hash160(*script);
    // [end]
    ASSERT_TRUE(script);
    EXPECT_EQ(hash160(*multi_signature_script(
                  2, {third.public_key(), first.public_key(), second.public_key()})),
              shared);
}

TEST(ProtocolPage, Wallets) {
    const PrivateKey key = key_of(1);
    // [wallet]
    Wallet wallet;
    Status added = wallet.add(key, "correct horse battery staple", "savings");
    std::string file = wallet.to_json();  // opens in neo-go, neo-cli, NeoLine and neon

    Result<Wallet> opened = Wallet::parse(file);
    Result<const WalletAccount*> savings = opened->select("savings");
    Result<PrivateKey> unlocked =
        opened->unlock((*savings)->account, "correct horse battery staple");
    // [end]
    ASSERT_TRUE(added);
    ASSERT_TRUE(unlocked) << unlocked.error().message;
    EXPECT_EQ(unlocked->public_key(), key.public_key());
    EXPECT_EQ(opened->unlock((*savings)->account, "wrong").error().code, Errc::unauthenticated);
}

TEST(ProtocolPage, ScriptsAndTransactions) {
    const PrivateKey user = key_of(1), sponsor = key_of(2);
    const Hash160 shop = account_of(key_of(3).public_key());
    const FeePolicy policy;
    // [transaction]
    Hash160 payer = account_of(user.public_key());
    ScriptBuilder script;
    script
        .call(native::gas_token(), "transfer",
              {Argument::hash(payer), Argument::hash(shop), Argument::integer(1'5000'0000),
               Argument::null()})
        .assert_true();  // transfer answers false instead of faulting

    Transaction tx;
    tx.signers = {{.account = account_of(sponsor.public_key()),  // the first signer pays the fees
                   .scopes = static_cast<std::uint8_t>(Scope::none)},
                  {.account = payer}};  // CalledByEntry
    tx.script = script.take();
    tx.nonce = 42;
    tx.valid_until_block = 5'760;
    tx.system_fee = 997'7780;  // of a simulation
    Result<Datoshi> fee = network_fee(
        tx,
        {single_signature_script(sponsor.public_key()), single_signature_script(user.public_key())},
        policy);
    tx.network_fee = *fee;
    // [end]
    ASSERT_TRUE(fee) << fee.error().message;
    // What a node asked for a transfer with a sponsor under the same policy.
    EXPECT_EQ(*fee, 2'345'040);
    // [signing]
    Result<SigningContext> context = SigningContext::create(tx, kNetwork);
    Status known = context->add_script(single_signature_script(user.public_key()));
    Result<int> signed_by_user = context->sign(user);
    std::string for_the_sponsor = json::write_value(context->to_json());

    // Elsewhere, in neo-go, neo-cli, a wallet, or here:
    Result<SigningContext> received = SigningContext::parse(for_the_sponsor);
    Status also_known = received->add_script(single_signature_script(sponsor.public_key()));
    Result<int> signed_by_sponsor = received->sign(sponsor);
    Result<Transaction> ready = received->finish();
    // [end]
    ASSERT_TRUE(known && also_known);
    EXPECT_EQ(signed_by_user.value(), 1);
    EXPECT_EQ(signed_by_sponsor.value(), 1);
    ASSERT_TRUE(ready) << ready.error().message;
    EXPECT_FALSE(context->complete());
    for (std::size_t i = 0; i < 2; ++i)
        EXPECT_TRUE(check_witness(ready->witnesses[i], ready->signers[i].account,
                                  ready->sign_data(kNetwork)));
    // [bytes]
    Bytes bytes = ready->serialize();                        // for sendrawtransaction, in base64
    Result<Transaction> parsed = Transaction::parse(bytes);  // refuses what is not canonical
    std::string id = ready->hash().display();
    json::Value shown = transaction_to_json(*ready);  // as getrawtransaction shows it
    // [end]
    EXPECT_EQ(parsed.value(), *ready);
    EXPECT_EQ(shown.at("hash").as_string(), id);
    EXPECT_EQ(transaction_from_json(shown).value(), *ready);
}

TEST(ProtocolPage, WitnessRules) {
    const Hash160 exchange = native::neo_token(), account = account_of(key_of(1).public_key());
    // [rules]
    Signer signer{.account = account,
                  .scopes = static_cast<std::uint8_t>(Scope::witness_rules),
                  .rules = {{.allow = true,
                             .condition = {.type = ConditionType::called_by_contract,
                                           .contract = exchange}}}};
    json::Value shown = signer_to_json(signer);
    Result<Signer> read = signer_from_json(shown);
    // [end]
    EXPECT_EQ(read.value(), signer);
    EXPECT_EQ(shown.at("scopes").as_string(), "WitnessRules");
}

TEST(ProtocolPage, StackItemsAndEvents) {
    const Hash160 from = account_of(key_of(1).public_key());
    // [stack-item]
    Result<json::Value> reply = json::parse_value(R"({"type":"Integer","value":"150000000"})");
    Result<StackItem> item = StackItem::from_json(*reply);
    Result<std::int64_t> balance = item->as_i64();

    StackItem message = StackItem::array({StackItem::text("NEO-USD"), StackItem::integer(598)});
    Result<Bytes> serialized = message.serialize();  // as StdLib.serialize, for contracts to verify
    // [end]
    EXPECT_EQ(balance.value(), 150'000'000);
    EXPECT_EQ(StackItem::deserialize(*serialized).value(), message);
    // [event]
    AbiEvent transfer{.name = "Transfer",
                      .parameters = {{"from", ParameterType::hash160},
                                     {"to", ParameterType::hash160},
                                     {"amount", ParameterType::integer}}};
    StackItem state = StackItem::array(
        {StackItem::byte_string(from.raw), StackItem::null(), StackItem::integer(7)});
    Result<json::Object> event = decode_event(transfer, state);
    // {"from": "0x…", "to": null, "amount": "7"}
    // [end]
    ASSERT_TRUE(event) << event.error().message;
    EXPECT_EQ(event->at("from").as_string(), from.display());
    EXPECT_TRUE(event->at("to").is_null());
    EXPECT_EQ(event->at("amount").as_string(), "7");
}

TEST(ProtocolPage, Contracts) {
    const Hash160 deployer = account_of(key_of(1).public_key());
    const Bytes file = Nef{.compiler = "example", .script = {0x40}}.serialize();
    const std::string text = R"({"name":"Example","groups":[],"features":{},
        "supportedstandards":[],"abi":{"methods":[{"name":"main","offset":0,"parameters":[],
        "returntype":"Void","safe":true}],"events":[]},"permissions":[],"trusts":[],
        "extra":null})";
    // [contract]
    Result<Nef> nef = Nef::parse(file);  // magic, lengths and checksum hold
    Result<Manifest> manifest = Manifest::parse(text);
    Hash160 contract = contract_hash(deployer, nef->checksum(), manifest->name);
    const AbiMethod* method = manifest->abi.method("main", 0);
    // [end]
    ASSERT_TRUE(nef && manifest) << manifest.error().message;
    EXPECT_EQ(nef->serialize(), file);
    EXPECT_NE(contract, Hash160{});
    ASSERT_NE(method, nullptr);
    EXPECT_TRUE(method->safe);
}

TEST(ProtocolPage, Headers) {
    const PrivateKey validator = key_of(1);
    BlockHeader genesis, next;
    const Bytes committee = multi_signature_script(1, {validator.public_key()}).value();
    genesis.next_consensus = next.next_consensus = hash160(committee);
    next.index = 1;
    next.time_ms = 1;
    next.previous = genesis.hash();
    const Signature signature = validator.sign(sign_data(kNetwork, next.hash()));
    next.witness = {.invocation = invocation_script({&signature, 1}), .verification = committee};
    // [header]
    // Follows `genesis`, and is signed by the validators whom `genesis` names.
    Status checked = check_header(next, genesis, kNetwork);
    // [end]
    EXPECT_TRUE(checked) << checked.error().message;
    next.time_ms = 2;
    EXPECT_EQ(check_header(next, genesis, kNetwork).error().code, Errc::unauthenticated);
}

TEST(ProtocolPage, Messages) {
    const PrivateKey key = key_of(1);
    // [message]
    OsRandom random;
    SignedMessage message{.format = MessageFormat::salted_legacy,  // NeoLine, neo-cli
                          .message = "I am the owner",
                          .salt = new_salt(random)};
    Result<Signature> signature = sign_message(key, message);
    Status verified = verify_message(key.public_key(), message, *signature);
    // [end]
    EXPECT_TRUE(verified);
    message.message += "!";
    EXPECT_EQ(verify_message(key.public_key(), message, *signature).error().code,
              Errc::unauthenticated);

    const std::uint32_t now_s = 1'795'399'506;
    const Hash160 account = account_of(key.public_key());
    // [login]
    LoginChallenge challenge = new_login(random, now_s, kNetwork, account, "example.org");
    Bytes to_sign = login_bytes(challenge, LoginForm::nep20).value();  // the wallet signs these
    Signature answer = key.sign(to_sign);
    Status logged_in = verify_login(challenge, LoginForm::nep20, key.public_key(), answer);
    // [end]
    EXPECT_TRUE(logged_in);
    EXPECT_EQ(parse_login(to_sign, LoginForm::nep20).value(), challenge);
    EXPECT_EQ(
        verify_login(challenge, LoginForm::nep20, key_of(2).public_key(), answer).error().code,
        Errc::unauthenticated);
}

}  // namespace
}  // namespace nsl::neo
