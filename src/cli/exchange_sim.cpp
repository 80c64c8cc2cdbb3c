// SPDX-License-Identifier: Apache-2.0
#include "cli/exchange_sim.h"

#include <algorithm>

#include "base/decimal.h"
#include "net/ws_server.h"

namespace nsl::cli {
namespace {

constexpr std::int64_t kHeartbeatMs = 1'000;
constexpr std::size_t kOversizedBytes = 1024 * 1024 + 1;
constexpr std::uint32_t kRatePercentMax = 1'000;
constexpr std::uint32_t kReplaySpeedMax = 10'000;
constexpr int kPlaces = 8;
using HttpAnswer = std::pair<int, std::string>;

struct Client {
    std::shared_ptr<net::WsPeer> peer;
    std::size_t venue;
    std::unique_ptr<SimWire> wire;

    void send(std::vector<std::string> frames) const {
        for (auto& frame : frames)
            if (!peer->send(std::move(frame))) return;
    }
};

// One market of one venue, as it is sent.
struct Channel {
    std::size_t venue;
    std::string market;
    std::int64_t sent_ms = 0;
    SimQuote shown{};  // the last one that no stall held back
};

Result<SimMarket> make_market(const ExchangeSimOptions& options, std::int64_t now_ms) {
    if (options.rate_percent < 1 || options.rate_percent > kRatePercentMax)
        return fail(Errc::invalid_argument, "rate_percent is from 1 to 1000");
    if (options.replay_speed < 1 || options.replay_speed > kReplaySpeedMax)
        return fail(Errc::invalid_argument, "replay_speed is from 1 to 10000");
    SimMarket out(options.seed, now_ms);
    for (const auto& [asset, price] : options.prices) {
        TRY(const Decimal decimal, Decimal::parse(price));
        TRY(const std::int64_t fixed, decimal.to_fixed(kPlaces));
        TRY_OK(out.set(asset, fixed));
    }
    if (!options.replay.empty()) {
        TRY(auto recording, SimRecording::load(options.replay));
        out.replay(std::move(recording), options.replay_speed);
    }
    out.hold(options.hold_walk);
    return out;
}

HttpAnswer refusal(int status, const std::string& message) {
    return {status, json::write_value(json::Object{{"error", message}})};
}

}  // namespace

struct ExchangeSim::State {
    State(Clock& c, Logger l, const ExchangeSimOptions& options, SimMarket m);

    static Task<void> pump(std::shared_ptr<State> self);
    void tick();
    void send_quote(Channel& channel, std::int64_t now_ms);
    void opened(std::shared_ptr<net::WsPeer> peer);
    void received(const net::WsPeer& peer, std::string_view message);
    void closed(const net::WsPeer& peer);
    HttpAnswer answer(std::string_view method, std::string_view target, std::string_view body);
    Status apply(const SimControl& control);
    std::string url(std::string_view venue) const;
    json::Object venues_json() const;

    Clock& clock;
    Logger log;
    std::uint32_t rate_percent;
    SimMarket market;
    SimFaults faults{};
    std::vector<Channel> channels{};
    std::int64_t heartbeat_ms = 0;
    // Copied before sending: a peer that is dropped on the way leaves the list.
    std::vector<std::shared_ptr<Client>> clients{};
    std::unique_ptr<net::WsServer> server{};
};

ExchangeSim::State::State(Clock& c, Logger l, const ExchangeSimOptions& options, SimMarket m)
    : clock(c), log(std::move(l)), rate_percent(options.rate_percent), market(std::move(m)) {
    for (std::size_t venue = 0; venue < sim_venues().size(); ++venue)
        for (auto& name : market.markets(venue))
            channels.push_back({.venue = venue, .market = std::move(name)});
    for (auto& channel : channels) channel.shown = *market.quote(channel.venue, channel.market);
}

Task<void> ExchangeSim::State::pump(std::shared_ptr<State> self) {
    while (self->server) {
        co_await self->clock.sleep_for(milliseconds(kSimStepMs));
        if (self->server) self->tick();
    }
}

void ExchangeSim::State::tick() {
    const std::int64_t now_ms = clock.unix_ms();
    market.advance(now_ms);
    for (auto& channel : channels) {
        const std::int64_t every_ms = std::max<std::int64_t>(
            sim_venues()[channel.venue].interval_ms * 100 / rate_percent, kSimStepMs);
        if (now_ms - channel.sent_ms < every_ms) continue;
        channel.sent_ms = now_ms;
        send_quote(channel, now_ms);
    }
    if (now_ms - heartbeat_ms < kHeartbeatMs) return;
    heartbeat_ms = now_ms;
    for (const auto& client : std::vector(clients)) client->send(client->wire->heartbeat(now_ms));
}

void ExchangeSim::State::send_quote(Channel& channel, std::int64_t now_ms) {
    const SimFault fault = faults.of(channel.venue, channel.market);
    if (fault.stall == SimStall::frozen) return;
    if (fault.stall == SimStall::none) channel.shown = *market.quote(channel.venue, channel.market);
    if (channel.shown.silent) return;
    SimQuote quote = channel.shown;
    if (fault.stall == SimStall::restamping) quote.time_ms = now_ms;
    const SimFrame frame = sim_frame(channel.market, quote, fault);
    for (const auto& client : std::vector(clients)) {
        if (client->venue != channel.venue) continue;
        auto texts = client->wire->quote(frame);
        if (fault.malformed)
            for (auto& text : texts) text.resize(text.size() / 2);
        client->send(std::move(texts));
    }
}

void ExchangeSim::State::opened(std::shared_ptr<net::WsPeer> peer) {
    const std::string& target = peer->target();
    const std::string_view path = std::string_view(target).substr(0, target.find('?'));
    for (std::size_t venue = 0; venue < sim_venues().size(); ++venue) {
        const std::string_view name = sim_venues()[venue].name;
        if (path.empty() || path.substr(1) != name || faults.dropped(venue)) continue;
        auto wire = make_sim_wire(name, market.markets(venue));
        NSL_ASSERT(wire.has_value());
        auto client = std::make_shared<Client>(Client{std::move(peer), venue, *std::move(wire)});
        clients.push_back(client);
        log.debug("client connected", {{"venue", name}});
        client->send(client->wire->greeting(clock.unix_ms()));
        return;
    }
    peer->drop();
}

void ExchangeSim::State::received(const net::WsPeer& peer, std::string_view message) {
    for (const auto& client : std::vector(clients))
        if (client->peer.get() == &peer)
            client->send(client->wire->answer(message, clock.unix_ms()));
}

void ExchangeSim::State::closed(const net::WsPeer& peer) {
    std::erase_if(clients, [&](const auto& client) { return client->peer.get() == &peer; });
}

HttpAnswer ExchangeSim::State::answer(std::string_view method, std::string_view target,
                                      std::string_view body) {
    constexpr int kOk = 200;
    constexpr int kBadRequest = 400;
    constexpr int kNotFound = 404;
    constexpr int kWrongMethod = 405;
    const std::string_view path = target.substr(0, target.find('?'));
    if (path != "/truth" && path != "/venues" && path != "/control")
        return refusal(kNotFound, "known are GET /truth, GET /venues, POST /control");
    if (method != (path == "/control" ? "POST" : "GET"))
        return refusal(kWrongMethod, "known are GET /truth, GET /venues, POST /control");
    if (path == "/venues") return {kOk, json::write_value(venues_json())};
    if (path == "/truth") {
        json::Object out;
        for (const auto& [feed, price] : market.truth())
            out[feed] = fixed_to_string(price, kPlaces);
        return {kOk, json::write_value(out)};
    }
    const auto control = json::parse<SimControl>(body);
    if (!control) {
        std::string why = control.error().message;
        for (const auto& fault : control.error().faults)
            why += "; " + fault.where + ": " + fault.message;
        return refusal(kBadRequest, why);
    }
    const Status done = apply(*control);
    if (done) return {kOk, R"({"ok":true})"};
    return refusal(done.error().code == Errc::not_found ? kNotFound : kBadRequest,
                   done.error().message);
}

Status ExchangeSim::State::apply(const SimControl& control) {
    TRY(const SimEffect effect, faults.apply(control, market));
    log.info("control", {{"action", control.action}, {"venue", control.venue.value_or("")}});
    for (const auto& client : std::vector(clients)) {
        if (effect.oversized.contains(client->venue))
            client->peer->send(std::string(kOversizedBytes, ' '));
        if (effect.drop.contains(client->venue)) client->peer->drop();
    }
    return {};
}

std::string ExchangeSim::State::url(std::string_view venue) const {
    const auto port = server ? server->port() : std::uint16_t{0};
    return "ws://127.0.0.1:" + std::to_string(port) + "/" + std::string(venue);
}

json::Object ExchangeSim::State::venues_json() const {
    json::Object out;
    for (std::size_t venue = 0; venue < sim_venues().size(); ++venue) {
        const std::string_view name = sim_venues()[venue].name;
        json::Array markets;
        for (const auto& one : market.markets(venue)) markets.emplace_back(one);
        const auto connected =
            std::ranges::count_if(clients, [&](const auto& c) { return c->venue == venue; });
        out[name] = json::Object{{"url", url(name)},
                                 {"markets", std::move(markets)},
                                 {"clients", connected},
                                 {"dropped", faults.dropped(venue)}};
    }
    return out;
}

Result<std::unique_ptr<ExchangeSim>> ExchangeSim::start(TaskGroup& tasks, Clock& clock, Logger log,
                                                        ExchangeSimOptions options) {
    TRY(SimMarket market, make_market(options, clock.unix_ms()));
    auto state = std::make_shared<State>(clock, log, options, std::move(market));
    // The state owns the server, so its handlers never outlive it.
    State* raw = state.get();
    net::WsServerHandlers handlers{
        .on_open = [raw](std::shared_ptr<net::WsPeer> peer) { raw->opened(std::move(peer)); },
        .on_message = [raw](std::shared_ptr<net::WsPeer> peer,
                            std::string_view message) { raw->received(*peer, message); },
        .on_close = [raw](std::shared_ptr<net::WsPeer> peer) { raw->closed(*peer); },
        .on_http = [raw](std::string_view method, std::string_view target,
                         std::string_view body) { return raw->answer(method, target, body); }};
    TRY(state->server,
        net::WsServer::listen(tasks, log.named("server"), options.port, std::move(handlers)));
    tasks.spawn("exchange_sim", State::pump(state));
    log.info("exchange simulator listens", {{"port", state->server->port()}});
    return std::unique_ptr<ExchangeSim>(new ExchangeSim(std::move(state)));
}

ExchangeSim::ExchangeSim(std::shared_ptr<State> state) : state_(std::move(state)) {}

ExchangeSim::~ExchangeSim() {
    close();
}

std::uint16_t ExchangeSim::port() const {
    return state_->server ? state_->server->port() : 0;
}

std::string ExchangeSim::url(std::string_view venue) const {
    return state_->url(venue);
}

const SimMarket& ExchangeSim::market() const {
    return state_->market;
}

Status ExchangeSim::control(const SimControl& control) {
    return state_->apply(control);
}

void ExchangeSim::close() {
    if (!state_->server) return;
    state_->server->close();
    state_->server.reset();
    state_->clients.clear();
}

}  // namespace nsl::cli
