// SPDX-License-Identifier: Apache-2.0
#include "cli/chain_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/commands.h"
#include "cli/status_table.h"
#include "cli/terminal.h"

namespace nsl::cli {
namespace {

constexpr std::int64_t kPicoPerFactor = 10'000;

// Of a usable node; else null.
const chain::BlockHeader* tip_of(const NodeLook& node) {
    return node.trouble.empty() && node.tip ? &*node.tip : nullptr;
}
bool usable(const NodeLook& node) {
    return tip_of(node) != nullptr;
}

std::uint32_t newest_height(const ChainStatus& status) {
    std::uint32_t out = 0;
    for (const NodeLook& node : status.nodes)
        if (const auto* tip = tip_of(node)) out = std::max(out, tip->index);
    return out;
}

// "a, b say X; c says Y"; empty when all say the same.
template <class Value>
std::string difference(const std::map<Value, std::vector<std::string>>& said) {
    if (said.size() < 2) return {};
    std::string out;
    for (const auto& [value, names] : said) {
        out += out.empty() ? "" : "; ";
        for (std::size_t i = 0; i < names.size(); ++i) out += (i == 0 ? "" : ", ") + names[i];
        out += (names.size() == 1 ? " says " : " say ") + fmt::format("{}", value);
    }
    return out;
}

std::string network_difference(const ChainStatus& status) {
    std::map<std::uint32_t, std::vector<std::string>> said;
    for (const NodeLook& node : status.nodes)
        if (node.version) said[node.version->network].push_back(node.name);
    if (status.service && status.service->trouble.empty())
        said[status.service->chain.network].emplace_back("the service");
    return difference(said);
}

std::string hash_difference(const ChainStatus& status, std::uint32_t height) {
    std::map<std::string, std::vector<std::string>> said;
    for (const NodeLook& node : status.nodes)
        if (const auto found = node.hashes.find(height); usable(node) && found != node.hashes.end())
            said[found->second.display()].push_back(node.name);
    const auto& service = status.service;
    if (service && service->trouble.empty() && service->chain.height == height &&
        !service->chain.block_hash.empty())
        said[printable(service->chain.block_hash)].emplace_back("the service");
    return difference(said);
}

std::string state_text(const NodeLook& node, std::uint32_t newest) {
    const chain::BlockHeader* tip = tip_of(node);
    if (tip == nullptr) return printable(node.trouble);
    const std::uint32_t behind = newest - tip->index;
    return behind == 0 ? "ok" : fmt::format("ok, {} behind", behind);
}

std::string policy_text(const chain::NodeVersion& version, const neo::FeePolicy& fees) {
    return fmt::format(
        "{} datoshi a byte, execution factor {}, storage {} a byte, a block every {} ms, valid "
        "until at most {} blocks ahead",
        fees.fee_per_byte,
        static_cast<double>(fees.pico_factor) / static_cast<double>(kPicoPerFactor),
        fees.storage_price, version.ms_per_block, version.max_valid_until_block_increment);
}

std::string service_text(const ServiceLook& service, std::uint32_t newest, std::int64_t now_ms) {
    if (!service.trouble.empty())
        return fmt::format("service    {}: {}\n", printable(service.url),
                           printable(service.trouble));
    const client::Chain& chain = service.chain;
    const std::uint32_t known = std::max(newest, chain.node_height);
    std::string out = fmt::format("service    {}: block {}, {} behind, its node answered {} ago\n",
                                  printable(service.url), chain.height,
                                  known > chain.height ? known - chain.height : 0,
                                  age_text(chain.last_answer_ms, now_ms));
    if (!chain.fault.empty()) out += "  stands still  " + printable(chain.fault) + "\n";
    out += "  publisher     ";
    out += chain.publisher.in_flight ? "waits for " + printable(*chain.publisher.in_flight)
                                     : std::string("idle");
    out += fmt::format(", {} batches on chain\n", chain.publisher.batches_stored);
    if (!chain.publisher.last_failure.empty())
        out += "  last failure  " + printable(chain.publisher.last_failure) + "\n";
    out += fmt::format("  sender        {} open, at block {}\n", chain.sender.open,
                       chain.sender.height);
    if (!chain.sender.trouble.empty())
        out += "  waits for     " + printable(chain.sender.trouble) + "\n";
    if (chain.sender.foreign_spends > 0)
        out +=
            fmt::format("  foreign       {} transactions that its account paid are not its own\n",
                        chain.sender.foreign_spends);
    for (const client::ChainNode& node : chain.nodes) {
        out += fmt::format("  node          {}  {}  block {}  {:.1f} ms  {:.0f} % errors",
                           printable(node.name), node.usable ? "used" : "not used", node.height,
                           node.latency_ms, 100 * node.error_rate);
        out += (node.trouble.empty() ? "" : "  " + printable(node.trouble)) + "\n";
    }
    return out;
}

json::Object node_object(const NodeLook& node, std::uint32_t newest, std::int64_t now_ms) {
    json::Object out{{"node", node.name}, {"usable", usable(node)}, {"trouble", node.trouble}};
    if (node.version) {
        out["version"] = node.version->user_agent;
        out["network"] = node.version->network;
        out["latency_ms"] = node.latency_ms;
    }
    if (node.tip) {
        out["height"] = node.tip->index;
        out["behind"] = newest > node.tip->index ? newest - node.tip->index : 0;
        out["block_hash"] = node.tip->hash.display();
        out["block_time_ms"] = node.tip->time_ms;
        out["age_ms"] = now_ms - node.tip->time_ms;
    }
    if (node.fees && node.version)
        out["policy"] = json::Object{
            {"fee_per_byte", node.fees->fee_per_byte},
            {"execution_pico_factor", node.fees->pico_factor},
            {"storage_price", node.fees->storage_price},
            {"ms_per_block", node.version->ms_per_block},
            {"max_valid_until_block_increment", node.version->max_valid_until_block_increment}};
    return out;
}

json::Object service_object(const ServiceLook& service, std::uint32_t newest) {
    json::Object out{{"api", service.url}, {"trouble", service.trouble}};
    if (!service.trouble.empty()) return out;
    const client::Chain& chain = service.chain;
    const std::uint32_t known = std::max(newest, chain.node_height);
    out["network"] = chain.network;
    out["height"] = chain.height;
    out["behind"] = known > chain.height ? known - chain.height : 0;
    out["block_hash"] = chain.block_hash;
    out["last_answer_ms"] = chain.last_answer_ms;
    out["fault"] = chain.fault;
    out["publisher"] = json::encode(chain.publisher);
    out["sender"] = json::encode(chain.sender);
    out["nodes"] = json::encode(chain.nodes);
    return out;
}

}  // namespace

std::vector<std::uint32_t> compared_heights(const ChainStatus& status) {
    std::optional<std::uint32_t> common;
    for (const NodeLook& node : status.nodes)
        if (const auto* tip = tip_of(node))
            common = std::min(common.value_or(UINT32_MAX), tip->index);
    std::set<std::uint32_t> out;
    if (common) out.insert(*common);
    if (common && status.service && !status.service->chain.block_hash.empty())
        out.insert(status.service->chain.height);
    return {out.begin(), out.end()};
}

Verdict verdict_of(const ChainStatus& status) {
    Verdict out;
    const auto add = [&](int code, std::string problem) {
        if (out.exit_code == kOk) out.exit_code = code;
        out.problems.push_back(std::move(problem));
    };
    if (!status.nodes.empty() && std::ranges::none_of(status.nodes, usable))
        add(kUnavailable, "no node is usable");
    const std::string networks = network_difference(status);
    if (!networks.empty()) add(kFailed, "network: " + networks);
    // Blocks of two networks differ in any case.
    for (const std::uint32_t height : compared_heights(status))
        if (const std::string hashes = hash_difference(status, height);
            networks.empty() && !hashes.empty())
            add(kFailed, "block " + std::to_string(height) + ": " + hashes);
    if (status.service && !status.service->trouble.empty())
        add(kUnavailable, "the service: " + printable(status.service->trouble));
    else if (status.service && !status.service->chain.fault.empty())
        add(kFailed, "the service stands still: " + printable(status.service->chain.fault));
    else if (status.service && status.service->chain.sender.foreign_spends > 0)
        add(kFailed, "somebody else spends from the service's account");
    return out;
}

std::string status_text(const ChainStatus& status, std::int64_t now_ms) {
    const std::uint32_t newest = newest_height(status);
    std::string out;
    if (!status.nodes.empty())
        out += fmt::format("{:<24} {:>10} {:>9} {:>10} {:>11}  {:<20} {}\n", "NODE", "HEIGHT",
                           "AGE", "LATENCY", "NETWORK", "VERSION", "STATE");
    std::map<std::string, std::string> policies;
    for (const NodeLook& node : status.nodes) {
        out += fmt::format("{:<24} {:>10} {:>9} {:>10} {:>11}  {:<20} {}\n", node.name,
                           node.tip ? std::to_string(node.tip->index) : "-",
                           node.tip ? age_text(node.tip->time_ms, now_ms) : "-",
                           node.tip ? fmt::format("{:.1f} ms", node.latency_ms) : "-",
                           node.version ? std::to_string(node.version->network) : "-",
                           node.version ? printable(node.version->user_agent) : "-",
                           state_text(node, newest));
        if (usable(node) && node.fees && node.version) {
            std::string& names = policies[policy_text(*node.version, *node.fees)];
            names += (names.empty() ? "" : ", ") + node.name;
        }
    }
    for (const auto& [policy, names] : policies)
        out += fmt::format("policy     {}{}\n", policy,
                           policies.size() == 1 ? "" : " (" + names + ")");
    if (status.service) out += service_text(*status.service, newest, now_ms);
    for (const std::string& problem : verdict_of(status).problems)
        out += "problem    " + problem + "\n";
    return out;
}

json::Object status_object(const ChainStatus& status, std::int64_t now_ms) {
    const std::uint32_t newest = newest_height(status);
    json::Array nodes;
    for (const NodeLook& node : status.nodes) nodes.push_back(node_object(node, newest, now_ms));
    json::Array problems;
    for (const std::string& problem : verdict_of(status).problems)
        problems.push_back(json::Value(problem));
    json::Object out{{"nodes", std::move(nodes)}, {"problems", std::move(problems)}};
    if (status.service) out["service"] = service_object(*status.service, newest);
    return out;
}

}  // namespace nsl::cli
