// SPDX-License-Identifier: Apache-2.0
#include "chain/rpc_pool.h"

#include <algorithm>
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

Status check(const PoolOptions& options, std::size_t endpoints) {
    if (endpoints == 0 || endpoints > kEndpointsMax)
        return fail(Errc::invalid_argument,
                    "a pool has 1 to 16 nodes, not " + std::to_string(endpoints));
    for (milliseconds span :
         {options.probe_every, options.probe_deadline, options.hedge_after, options.read_deadline})
        if (span.count() <= 0)
            return fail(Errc::invalid_argument, "the times of a pool must be positive");
    return {};
}

}  // namespace

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
        note_probe(known[i], *answer, network);
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

void RpcPool::State::log_changes() {
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
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

bool RpcPool::State::usable(std::size_t i) const {
    return is_usable(known[i], reference_height(known), options.lag_max);
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
    return trouble_of(known[i], reference_height(known), options.lag_max, network);
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
    TRY_OK(check(options, urls.size()));
    auto state = std::make_unique<State>(std::move(executor), network, clock, log, options);
    std::set<std::pair<std::string, bool>> seen;
    for (const std::string& text : urls) {
        const std::string place = "node " + std::to_string(state->endpoints.size() + 1);
        auto url = net::parse_url(text, "http", "https");
        if (!url) return fail(url.error().code, place + ": " + url.error().message);
        const std::string host = url->host + ":" + std::to_string(url->port);
        if (!seen.emplace(host + url->target, url->tls).second)
            return fail(Errc::invalid_argument, place + ": " + host + " is there already");
        state->add(http, text, host);
    }
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
                       .height = node.height,
                       .latency_ms = node.latency_ms,
                       .error_rate = node.error_rate,
                       .trouble = state_->trouble(i)});
    }
    return out;
}

std::uint32_t RpcPool::height() const {
    return reference_height(state_->known);
}

}  // namespace nsl::chain
