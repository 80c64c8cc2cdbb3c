// SPDX-License-Identifier: Apache-2.0
// `nsl chain tx`: what became of a transaction, as far as one node can show it.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>

#include "chain/block_reader.h"
#include "cli/chain_commands.h"
#include "cli/chain_tx_view.h"
#include "neo/block.h"
#include "neo/manifest.h"
#include "neo/transaction_json.h"
#include "net/http_client.h"

namespace nsl::cli {
namespace {

constexpr std::size_t kContractsMax = 32;  // whose manifests are asked for

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
// conflict (it does not), those of BlockReader.
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
               co_await chain::BlockReader(rpc, version.network).after(before.header));
        block = chain::summary_of(holder);
    }
    if (std::ranges::count(block.transactions, hash) == 0)
        co_return fail(Errc::conflict, "the node says that block " + std::to_string(index) +
                                           " holds it, but the block does not: do not believe it");
    co_return block;
}

Task<std::optional<neo::Manifest>> manifest_of(chain::RpcClient& rpc, neo::Hash160 contract) {
    const auto state = co_await rpc.raw("getcontractstate", {contract.display()});
    const json::Object* object = state ? state->if_object() : nullptr;
    const json::Value* shown = object != nullptr ? object->if_contains("manifest") : nullptr;
    if (shown == nullptr) co_return std::nullopt;
    auto manifest = neo::Manifest::from_json(*shown);
    if (!manifest) co_return std::nullopt;
    co_return *std::move(manifest);
}

// By the name of its contract and those of its parameters, where the manifest gives them.
NamedEvent named(chain::Notification raw, const std::optional<neo::Manifest>& manifest) {
    NamedEvent out{.raw = std::move(raw)};
    if (!manifest) return out;
    out.contract_name = manifest->name;
    const neo::AbiEvent* shape = manifest->abi.event(out.raw.name);
    if (shape == nullptr) return out;
    if (auto fields = neo::decode_event(*shape, out.raw.state)) out.fields = *std::move(fields);
    return out;
}

Task<std::vector<NamedEvent>> all_named(chain::RpcClient& rpc,
                                        std::vector<chain::Notification> raw) {
    std::map<neo::Hash160, std::optional<neo::Manifest>> manifests;
    std::vector<NamedEvent> out;
    out.reserve(raw.size());
    for (chain::Notification& one : raw) {
        if (!manifests.contains(one.contract) && manifests.size() < kContractsMax)
            manifests[one.contract] = co_await manifest_of(rpc, one.contract);
        const auto found = manifests.find(one.contract);
        out.push_back(
            named(std::move(one), found == manifests.end() ? std::nullopt : found->second));
    }
    co_return out;
}

// What the node says that it did, or why it does not say.
Task<void> tell_run(chain::RpcClient& rpc, TransactionStory& story) {
    auto run = co_await rpc.application_log(story.hash);
    if (!run) {
        story.run_trouble = run.error().message;
        co_return;
    }
    story.events = co_await all_named(rpc, run->notifications);
    story.run = *std::move(run);
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
    co_await tell_run(rpc, out);
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
