// SPDX-License-Identifier: Apache-2.0
// `nsl chain tx`: what became of a transaction, as far as one node can show it.
#include <CLI/CLI.hpp>
#include <algorithm>

#include "chain/abi_cache.h"
#include "chain/block_reader.h"
#include "cli/chain_commands.h"
#include "cli/chain_tx_view.h"
#include "neo/block.h"
#include "neo/transaction_json.h"
#include "net/http_client.h"

namespace nsl::cli {
namespace {

struct Arguments {
    std::string hash;
    std::string rpc;
    std::optional<std::uint32_t> valid_until;
    bool disassembly = false;
};

// An answer, or nothing when the node does not know.
template <class T>
Result<std::optional<T>> if_known(Result<T> answer) {
    if (answer) return std::optional<T>(*std::move(answer));
    if (answer.error().code == Errc::not_found) return std::optional<T>();
    return std::unexpected(answer.error());
}

// The block at `index`, signed by whom the one before names, if it holds the transaction. Errors:
// conflict (it does not), those of chain::read_after.
Task<Result<chain::BlockHeader>> block_with(chain::RpcClient& rpc, std::uint32_t index,
                                            neo::Hash256 hash) {
    CO_TRY(const chain::NodeVersion version, co_await rpc.version());
    chain::Block block;
    if (index == 0) {
        CO_TRY(const neo::Block first, co_await rpc.full_block(0));
        block = chain::summary_of(first);
    } else {
        CO_TRY(const neo::Block before, co_await rpc.full_block(index - 1));
        CO_TRY(const neo::Block holder,
               co_await chain::read_after(rpc, before.header, version.network));
        block = chain::summary_of(holder);
    }
    if (std::ranges::count(block.transactions, hash) == 0)
        co_return fail(Errc::conflict, "the node says that block " + std::to_string(index) +
                                           " holds it, but the block does not: do not believe it");
    co_return block;
}

// What the node says that it did, with its events by name.
Task<Status> tell_run(chain::RpcClient& rpc, TransactionStory& story) {
    CO_TRY(chain::Execution run, co_await rpc.application_log(story.hash));
    std::vector<chain::TransactionOutcome> one(1);
    for (std::uint32_t i = 0; i < run.notifications.size() && run.vm_state == "HALT"; ++i)
        one[0].events.push_back({.position = i, .raw = run.notifications[i]});
    CO_TRY_OK(co_await chain::AbiCache().decode(rpc, one));
    story.events = std::move(one[0].events);
    story.run = std::move(run);
    co_return Status{};
}

Task<Result<TransactionStory>> story_of(chain::RpcClient& rpc, neo::Hash256 hash) {
    TransactionStory out{.hash = hash};
    CO_TRY(const std::uint32_t count, co_await rpc.block_count());
    out.node_height = count - 1;
    CO_TRY(const std::optional<json::Value> shown,
           if_known(co_await rpc.raw("getrawtransaction", {hash.display(), 1})));
    if (!shown) co_return out;
    CO_TRY(out.tx, neo::transaction_from_json(*shown));
    if (out.tx->hash() != hash)
        co_return fail(Errc::internal, "the node shows another transaction");
    CO_TRY(const std::optional<std::uint32_t> index,
           if_known(co_await rpc.transaction_height(hash)));
    if (!index) co_return out;
    CO_TRY(out.block, co_await block_with(rpc, *index, hash));
    const Status told = co_await tell_run(rpc, out);
    if (!told) out.run_trouble = told.error().message;
    co_return out;
}

Task<int> tx(Globals& globals, Arguments args) {
    const auto hash = neo::Hash256::parse(args.hash);
    if (!hash) co_return report(globals, hash.error());
    const auto name = node_name(args.rpc);
    if (!name) co_return report(globals, name.error());
    net::HttpClient http(co_await asio::this_coro::executor, net::EgressPolicy::any());
    chain::RpcClient rpc(http, args.rpc, globals.log("rpc"));
    auto story = co_await story_of(rpc, *hash);
    if (!story) co_return report(globals, story.error());
    story->node = *name;
    story->valid_until = args.valid_until;
    if (globals.json)
        print_json(story_object(*story, args.disassembly));
    else
        std::cout << story_text(*story, args.disassembly) << std::flush;
    const std::string state = story_state(*story);
    co_return state == "unknown" || state == "FAULT" ? kFailed : kOk;
}

}  // namespace

void add_chain_tx_command(CLI::App& chain, Globals& globals) {
    auto args = std::make_shared<Arguments>();
    auto* command = chain.add_subcommand(
        "tx", "a transaction: unknown, pooled, or in a block, and what it did");
    command->add_option("hash", args->hash, "such as 0x1f…, 64 hex digits")->required();
    command->add_option("--rpc", args->rpc, "URL of a Neo node")->required()->envname("NSL_RPC");
    command->add_option("--valid-until", args->valid_until,
                        "its validUntilBlock, for a transaction that the node does not know");
    command->add_flag("--script", args->disassembly, "also every instruction of the script");
    command->callback(
        [&globals, args] { globals.exit_code = run([&] { return tx(globals, *args); }); });
}

}  // namespace nsl::cli
