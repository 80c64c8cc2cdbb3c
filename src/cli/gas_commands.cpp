// SPDX-License-Identifier: Apache-2.0
// `nsl gas send`: one payment, on chain exactly once, however often the command is run.
#include <CLI/CLI.hpp>

#include "base/checked.h"
#include "base/encoding.h"
#include "base/random.h"
#include "chain/deploy.h"
#include "chain/single_sender.h"
#include "cli/commands.h"
#include "cli/file_journal.h"
#include "cli/input.h"
#include "cli/payment_signer.h"
#include "cli/terminal.h"
#include "cli/wallet_file.h"
#include "net/http_client.h"

namespace nsl::cli {
namespace {

constexpr neo::Datoshi kNetworkFeeMax = 1000'0000;  // a transfer's is about 0.012 GAS

struct Arguments {
    std::string to;
    std::string amount;
    std::string from;
    std::string rpc;
    std::string journal;
    WalletOptions wallet;
    std::optional<std::uint32_t> network;
    std::uint32_t valid_blocks = 100;
    std::string fee_max = "1";
    bool yes = false;
};

// The journal is told before anything is sent: here people are told too.
class TellingJournal final : public chain::TxJournal {
 public:
    TellingJournal(FileJournal& journal, const Globals& globals)
        : journal_(journal), globals_(globals) {}

    Task<Status> add(chain::TxRecord record) override {
        CO_TRY_OK(co_await journal_.add(record));
        if (globals_.json)
            print_json(json::Object{{"event", "signed"},
                                    {"hash", record.hash.display()},
                                    {"network", record.network},
                                    {"valid_until_block", record.valid_until_block},
                                    {"transaction", base64_encode(record.bytes)}});
        else
            std::cout << "transaction " << record.hash.display() << "\n  valid until block "
                      << record.valid_until_block << "\n  " << base64_encode(record.bytes)
                      << std::endl;
        co_return Status{};
    }
    Task<Status> update(neo::Hash256 hash, chain::TxState state, std::uint32_t block,
                        std::string exception) override {
        return journal_.update(hash, state, block, std::move(exception));
    }
    Task<Result<std::optional<chain::TxRecord>>> unresolved(std::string purpose) override {
        return journal_.unresolved(std::move(purpose));
    }
    Task<Result<std::optional<chain::TxRecord>>> find(neo::Hash256 hash) override {
        return journal_.find(hash);
    }

 private:
    FileJournal& journal_;
    const Globals& globals_;
};

void tell_resumed(const Globals& globals, const chain::TxRecord& record) {
    if (globals.json)
        print_json(json::Object{{"event", "resumed"},
                                {"hash", record.hash.display()},
                                {"valid_until_block", record.valid_until_block}});
    else
        std::cout << "the same payment is under way from an earlier run, waiting for it\n"
                     "transaction "
                  << record.hash.display() << std::endl;
}

int tell_end(const Globals& globals, const chain::SendResult& end) {
    const bool halted = end.state == chain::TxState::halted;
    const char* state = halted                                 ? "HALT"
                        : end.state == chain::TxState::faulted ? "FAULT"
                                                               : "EXPIRED";
    if (globals.json) {
        json::Object line{{"event", "ended"}, {"hash", end.hash.display()}, {"state", state}};
        if (end.state != chain::TxState::expired) line["block"] = end.block;
        if (!end.exception.empty()) line["exception"] = end.exception;
        print_json(line);
    } else if (end.state == chain::TxState::expired) {
        std::cout
            << "EXPIRED: according to this node no block took it while it was valid, and none "
               "can any more. Ask a node you trust before you pay again"
            << std::endl;
    } else {
        std::cout << state << " in block " << end.block
                  << (end.exception.empty() ? "" : ": " + printable(end.exception)) << std::endl;
    }
    return halted ? kOk : kFailed;
}

Result<Payment> payment_of(const Arguments& args, const neo::WalletAccount& account) {
    Payment out{.from = account.account};
    TRY(out.to, neo::parse_account(args.to));
    TRY(out.amount, parse_gas(args.amount));
    return out;
}

// Waits for the attempt of an earlier run, or makes one; its end.
Task<Result<chain::SendResult>> pay(const Globals& globals, const Arguments& args,
                                    chain::SingleSender& sender, chain::RpcClient& rpc,
                                    Payment payment, std::string purpose) {
    CO_TRY(std::optional<chain::TxRecord> before, co_await sender.unresolved(purpose));
    if (before) {
        tell_resumed(globals, *before);
        co_return co_await sender.wait(before->hash);
    }
    CO_TRY_OK(co_await check_balance(rpc, payment, 0));
    CO_TRY(Bytes script, chain::gas_transfer(payment.from, payment.to, payment.amount));
    const auto sent =
        co_await sender.submit({.script = std::move(script), .purpose = purpose, .payload = {}});
    if (sent) co_return co_await sender.wait(*sent);
    CO_TRY(before, co_await sender.unresolved(purpose));
    // Signed and kept, but no node has it for certain: going on is safe, and so is running again.
    if (before && (sent.error().code == Errc::unavailable || sent.error().code == Errc::timeout)) {
        std::cerr << "nsl: " << printable(sent.error().message) << ": trying on" << std::endl;
        co_return co_await sender.wait(before->hash);
    }
    if (before)
        co_return fail(sent.error().code,
                       sent.error().message + "; it is kept in " + args.journal +
                           ": the same command waits until it cannot be included any more");
    co_return std::unexpected(sent.error());
}

Task<int> send(Globals& globals, Arguments args) {
    auto wallet = load_wallet(args.wallet.file);
    if (!wallet) co_return report(globals, wallet.error());
    auto account = wallet->select(args.from);
    if (!account) co_return report(globals, account.error());
    auto payment = payment_of(args, **account);
    if (!payment) co_return report(globals, payment.error());
    if (Status can = can_sign_alone(**account); !can) co_return report(globals, can.error());
    // What a simulation is said to use is burned: a lying node must not name any sum.
    auto fee_max = parse_gas(args.fee_max);
    if (!fee_max) co_return report(globals, fee_max.error());
    if (args.journal.empty()) args.journal = real_path(args.wallet.file) + ".journal";

    RealClock clock;
    OsRandom random;
    const Logger log = globals.log("gas");
    net::HttpClient http(co_await asio::this_coro::executor, net::EgressPolicy::any());
    chain::RpcClient rpc(http, args.rpc, log.named("rpc"));
    auto version = co_await rpc.version();
    if (!version) co_return report(globals, version.error());
    if (args.network && version->network != *args.network)
        co_return report(
            globals, {Errc::conflict, "the node is of network " + std::to_string(version->network) +
                                          ", not " + std::to_string(*args.network)});
    auto file = FileJournal::open(args.journal);
    if (!file) co_return report(globals, file.error());
    TellingJournal journal(*file, globals);
    PaymentSigner signer(globals, *wallet, **account, args.wallet, args.yes, *payment,
                         version->network, rpc);
    chain::SingleSender sender(rpc, journal, signer, clock, random, log,
                               {.system_fee_max = *fee_max,
                                .network_fee_max = kNetworkFeeMax,
                                .valid_for_blocks = args.valid_blocks});
    const std::string purpose =
        "gas " + std::to_string(version->network) + " " + neo::to_address(payment->from) + " " +
        neo::to_address(payment->to) + " " + std::to_string(payment->amount);
    auto end = co_await pay(globals, args, sender, rpc, *payment, purpose);
    if (!end) co_return report(globals, end.error());
    co_return tell_end(globals, *end);
}

}  // namespace

void add_gas_commands(CLI::App& app, Globals& globals) {
    auto* gas = app.add_subcommand("gas", "pay with GAS");
    gas->require_subcommand(1);
    auto args = std::make_shared<Arguments>();
    auto* command = gas->add_subcommand("send", "sends GAS and waits until a block holds it");
    command->add_option("--to", args->to, "address or script hash")->required();
    command->add_option("--amount", args->amount, "such as 1.5")->required();
    command->add_option("--rpc", args->rpc, "URL of a Neo node")->required()->envname("NSL_RPC");
    command->add_option("--from", args->from, "label, address or script hash; else the default");
    add_wallet_option(*command, args->wallet);
    add_password_option(*command, args->wallet.password_fd);
    command->add_option("--network", args->network,
                        "refuse a node of another network than this magic number");
    command
        ->add_option("--valid-blocks", args->valid_blocks,
                     "how many blocks the transaction stays valid")
        ->check(CLI::Range(1, 5760))
        ->capture_default_str();
    command->add_option("--journal", args->journal,
                        "where signed transactions are kept until their end; else beside the "
                        "wallet");
    command
        ->add_option("--fee-max", args->fee_max,
                     "the most GAS to burn as system fee; a transfer takes about 0.1, a receiving "
                     "contract may take more")
        ->capture_default_str();
    command->add_flag("--yes", args->yes, "do not ask before sending");
    command->footer(
        "Running the same command again while a payment is under way never pays twice: it\n"
        "waits for the first. Once that has ended, the command is a new payment.");
    command->callback(
        [&globals, args] { globals.exit_code = run([&] { return send(globals, *args); }); });
}

}  // namespace nsl::cli
