// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc_pool.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/deadline.h"
#include "chain/rpc_pool_state.h"
#include "net/url.h"

namespace nsl::chain {
namespace {

constexpr std::size_t kEndpointsMax = 16;

Task<Result<ProbeAnswer>> ask_health(RpcClient& node) {
    CO_TRY(const NodeVersion version, co_await node.version());
    CO_TRY(const std::uint32_t count, co_await node.block_count());
    co_return ProbeAnswer{.magic = version.network, .height = count - 1};
}

Status check(const PoolOptions& options) {
    for (milliseconds span :
         {options.probe_every, options.probe_deadline, options.hedge_after, options.read_deadline})
        if (span.count() <= 0)
            return fail(Errc::invalid_argument, "the times of a pool must be positive");
    return {};
}

}  // namespace

Result<std::vector<std::string>> node_names(std::span<const std::string> urls) {
    if (urls.empty() || urls.size() > kEndpointsMax)
        return fail(Errc::invalid_argument,
                    "there must be 1 to 16 nodes, not " + std::to_string(urls.size()));
    Error error{Errc::invalid_argument, {}};
    std::vector<std::string> out;
    std::set<std::pair<std::string, bool>> seen;
    std::map<std::string, int> of_host;
    for (std::size_t i = 0; i < urls.size(); ++i) {
        const auto refuse = [&](const std::string& why) {
            error.message +=
                (error.faults.empty() ? "node " : "; node ") + std::to_string(i + 1) + ": " + why;
            error.faults.push_back({"/" + std::to_string(i), why});
        };
        const auto url = net::parse_url(urls[i], "http", "https");
        if (!url) {
            refuse(url.error().message);
            continue;
        }
        std::string name = url->host + ":" + std::to_string(url->port);
        if (!seen.emplace(name + url->target, url->tls).second) refuse(name + " is there already");
        const int place = ++of_host[name];
        if (place > 1) name += "#" + std::to_string(place);
        out.push_back(std::move(name));
    }
    if (!error.faults.empty()) return std::unexpected(std::move(error));
    return out;
}

void RpcPool::State::add(net::HttpClient& http, const std::string& url, std::string name) {
    const std::size_t i = endpoints.size();
    const Logger line = log.with({{"node", name}});
    RpcHooks hooks{.admit = [this, i] { return admit(i); },
                   .heard = [this, i](const Status& how) { heard(i, how); }};
    endpoints.push_back({.name = std::move(name),
                         .prober = std::make_unique<RpcClient>(http, url, line),
                         .client = std::make_unique<RpcClient>(http, url, line, std::move(hooks))});
    known.emplace_back();
}

void RpcPool::State::start_probe(std::size_t i) {
    if (endpoints[i].probing || tasks.stopping()) return;
    endpoints[i].probing = true;
    // With the frame, however it ends and even if it never began.
    std::shared_ptr<void> turn(nullptr, [this, i](void*) {
        endpoints[i].probing = false;
        probed.notify_all();
    });
    tasks.spawn("probe " + endpoints[i].name, probe(i, std::move(turn)));
}

Task<void> RpcPool::State::probe(std::size_t i, std::shared_ptr<void> turn) {
    const std::uint64_t unreachable_before = known[i].unreachable;
    const auto since = clock.monotonic();
    Result<ProbeAnswer> answer = co_await with_deadline(ask_health(*endpoints[i].prober),
                                                        options.probe_deadline, "its probe");
    if (!answer) {
        // One that cannot say what it is may be anything.
        note_failure(known[i], {Errc::unavailable, answer.error().message});
    } else if (known[i].unreachable == unreachable_before) {
        answer->took_ms =
            std::chrono::duration<double, std::milli>(clock.monotonic() - since).count();
        note_probe(known[i], *answer, network, clock.monotonic());
    }
    log_changes();
    turn.reset();
}

Task<void> RpcPool::State::find_usable() {
    for (std::size_t i = 0; i < endpoints.size(); ++i) start_probe(i);
    const auto probing = [this] { return std::ranges::any_of(endpoints, &Endpoint::probing); };
    while (probing() && usable_nodes().empty()) co_await probed.wait();
}

Task<Status> RpcPool::State::admit(std::size_t i) {
    if (!known[i].reached) {
        if (usable_nodes().empty()) {
            // The trouble of all is told, so all are asked.
            for (std::size_t other = 0; other < endpoints.size(); ++other)
                if (!known[other].reached) start_probe(other);
        }
        start_probe(i);
        while (endpoints[i].probing) co_await probed.wait();
    }
    if (known[i].reached && known[i].network == NodeNetwork::ours) co_return Status();
    if (usable_nodes().empty()) co_return std::unexpected(none_usable());
    co_return fail(Errc::unavailable, endpoints[i].name + ": " + trouble(i));
}

void RpcPool::State::heard(std::size_t i, const Status& how) {
    if (how)
        note_success(known[i]);
    else
        note_failure(known[i], how.error());
    log_changes();
}

void RpcPool::State::distrust(std::size_t i, const Error& why) {
    note_lie(known[i], why, clock.monotonic());
    log_changes();
}

void RpcPool::State::log_changes() {
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        if (std::exchange(endpoints[i].told_distrusted, known[i].distrusted) !=
            known[i].distrusted) {
            if (known[i].distrusted)
                log.warn("node is not trusted",
                         {{"node", endpoints[i].name}, {"error", known[i].lie}});
            else
                log.info("node is trusted again", {{"node", endpoints[i].name}});
        }
        const bool asked = known[i].reached || known[i].unreachable > 0;
        const bool now = usable(i);
        if (!asked || endpoints[i].told_usable == now) continue;
        endpoints[i].told_usable = now;
        if (now)
            log.info("node is usable", {{"node", endpoints[i].name}});
        else
            log.warn("node is not used", {{"node", endpoints[i].name}, {"trouble", trouble(i)}});
    }
}

std::size_t RpcPool::State::chosen() {
    const std::size_t next = choose(known, current, options.lag_max);
    if (current != next) log.info("node is asked from now on", {{"node", endpoints[next].name}});
    current = next;
    return next;
}

std::vector<std::size_t> RpcPool::State::usable_nodes() {
    chosen();
    return usable_by_rank(known, current, options.lag_max);
}

std::string RpcPool::State::trouble(std::size_t i) const {
    return trouble_of(known[i], rule(), network);
}

Error RpcPool::State::none_usable() const {
    std::string words = "no node is usable";
    for (std::size_t i = 0; i < endpoints.size(); ++i)
        words += (i == 0 ? ": " : "; ") + endpoints[i].name + ": " + trouble(i);
    return {Errc::unavailable, std::move(words)};
}

Result<std::unique_ptr<RpcPool>> RpcPool::make(asio::any_io_executor executor,
                                               net::HttpClient& http, std::vector<std::string> urls,
                                               std::uint32_t network, Clock& clock, Logger log,
                                               PoolOptions options) {
    TRY_OK(check(options));
    TRY(std::vector<std::string> names, node_names(urls));
    auto state = std::make_unique<State>(std::move(executor), network, clock, log, options);
    for (std::size_t i = 0; i < urls.size(); ++i) state->add(http, urls[i], std::move(names[i]));
    return std::unique_ptr<RpcPool>(new RpcPool(std::move(state)));
}

RpcPool::RpcPool(std::unique_ptr<State> state) : state_(std::move(state)) {}
RpcPool::~RpcPool() = default;

Task<void> RpcPool::run() {
    for (;;) {
        for (std::size_t i = 0; i < state_->endpoints.size(); ++i) state_->start_probe(i);
        co_await state_->clock.sleep_for(state_->options.probe_every);
    }
}

Task<bool> RpcPool::stop(milliseconds deadline) {
    return state_->tasks.stop(deadline);
}

RpcClient& RpcPool::best() {
    return *state_->endpoints[state_->chosen()].client;
}

std::vector<EndpointHealth> RpcPool::health() const {
    std::vector<EndpointHealth> out;
    for (std::size_t i = 0; i < state_->endpoints.size(); ++i) {
        const EndpointState& node = state_->known[i];
        out.push_back({.name = state_->endpoints[i].name,
                       .usable = state_->usable(i),
                       .trusted = !node.distrusted,
                       .other_network = node.network == NodeNetwork::other,
                       .height = node.height,
                       .latency_ms = node.latency_ms,
                       .error_rate = node.error_rate,
                       .trouble = state_->trouble(i)});
    }
    return out;
}

std::uint32_t RpcPool::height() const {
    return state_->rule().reference;
}

void RpcPool::distrust(const RpcClient& node, const Error& why) {
    for (std::size_t i = 0; i < state_->endpoints.size(); ++i)
        if (state_->endpoints[i].client.get() == &node) state_->distrust(i, why);
}

}  // namespace nsl::chain
