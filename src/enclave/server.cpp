// SPDX-License-Identifier: Apache-2.0
#include "enclave/server.h"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <set>

#include "tee/frame_channel.h"
#include "tee/protocol.h"

namespace nsl::enclave {
namespace {

using Unix = asio::local::stream_protocol;

// After accept() failed (no file descriptors left): how long not to try again.
constexpr milliseconds kAcceptPause{100};
constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;

// A running enclave's socket must not be taken from under it, a dead one's must not keep us from
// starting.
Status clear_path(asio::any_io_executor executor, const std::string& path) {
    struct stat info{};
    if (::lstat(path.c_str(), &info) != 0) {
        if (errno == ENOENT) return {};
        return fail(Errc::unavailable, path + ": " + std::strerror(errno));
    }
    if (!S_ISSOCK(info.st_mode)) return fail(Errc::conflict, path + ": exists and is no socket");
    boost::system::error_code error;
    Unix::socket probe(executor);
    probe.open(Unix(), error);
    if (!error) probe.non_blocking(true, error);
    if (!error) probe.connect(Unix::endpoint(path), error);
    if (error != asio::error::connection_refused)
        return fail(Errc::conflict, path + ": another enclave listens here");
    if (::unlink(path.c_str()) != 0)
        return fail(Errc::unavailable, path + ": cannot remove: " + std::strerror(errno));
    return {};
}

Result<Unix::acceptor> open_acceptor(asio::any_io_executor executor, const std::string& path) {
    TRY_OK(clear_path(executor, path));
    boost::system::error_code error;
    Unix::acceptor acceptor(executor);
    acceptor.open(Unix(), error);
    // The mode is right from the first moment on, and set again should the umask not apply.
    const mode_t before = ::umask(0177);
    if (!error) acceptor.bind(Unix::endpoint(path), error);
    ::umask(before);
    if (!error && ::chmod(path.c_str(), kPrivate) != 0)
        error.assign(errno, boost::system::system_category());
    if (!error) acceptor.listen(static_cast<int>(kConnectionsMax), error);
    if (error) return fail(Errc::unavailable, path + ": cannot listen: " + error.message());
    return acceptor;
}

struct Session {
    Session(tee::UnixSocket socket, Logger logger)
        : channel(std::move(socket)), log(std::move(logger)) {}

    void reply(tee::ReplyMessage message) {
        if (channel.closed() || channel.send(tee::encode_reply(message))) return;
        log.debug("connection closed", {{"reason", "the peer does not read its replies"}});
        channel.close();
    }

    tee::FrameChannel channel;
    Logger log;
    std::size_t in_flight = 0;
};

// Counts a request as in flight for as long as it lives.
class InFlight {
 public:
    explicit InFlight(std::shared_ptr<Session> session) : session_(std::move(session)) {
        ++session_->in_flight;
    }
    ~InFlight() { --session_->in_flight; }
    InFlight(const InFlight&) = delete;

 private:
    std::shared_ptr<Session> session_;
};

}  // namespace

struct EnclaveServer::State : std::enable_shared_from_this<EnclaveServer::State> {
    State(TaskGroup& group, Logger logger, std::string socket_path, Unix::acceptor listening,
          ReportDesk& answers)
        : tasks(group),
          log(std::move(logger)),
          path(std::move(socket_path)),
          acceptor(std::move(listening)),
          desk(answers) {}

    // Coroutines hold `self` so that what they use outlives the server.
    static Task<void> accept(std::shared_ptr<State> self);
    static Task<void> serve(std::shared_ptr<State> self, std::shared_ptr<Session> session);
    static Task<void> answer_prices(std::shared_ptr<State> self, std::shared_ptr<Session> session,
                                    std::shared_ptr<InFlight> counted, std::uint64_t id,
                                    tee::AskPrices ask);
    void answer(const std::shared_ptr<Session>& session, tee::RequestMessage request);

    TaskGroup& tasks;
    Logger log;
    std::string path;
    Unix::acceptor acceptor;
    ReportDesk& desk;
    std::set<std::shared_ptr<Session>> sessions{};
    bool closed = false;
};

Task<void> EnclaveServer::State::accept(std::shared_ptr<State> self) {
    AsyncEvent never;
    while (!self->closed) {
        auto [error, socket] =
            co_await self->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
        if (self->closed) break;
        if (error) {
            self->log.warn("cannot accept a connection", {{"error", error.message()}});
            co_await never.wait_for(kAcceptPause);
            continue;
        }
        if (self->sessions.size() >= kConnectionsMax) {
            self->log.debug("connection refused: 8 are open");
            continue;
        }
        auto session = std::make_shared<Session>(std::move(socket), self->log);
        self->sessions.insert(session);
        self->tasks.spawn("enclave session", serve(self, session));
        self->tasks.spawn("enclave session writer", [](std::shared_ptr<Session> of) -> Task<void> {
            co_await of->channel.write_all();
        }(session));
    }
}

Task<void> EnclaveServer::State::serve(std::shared_ptr<State> self,
                                       std::shared_ptr<Session> session) {
    // However this ends, the connection ends with it.
    struct Leave {
        std::shared_ptr<State> state;
        std::shared_ptr<Session> session;
        ~Leave() {
            session->channel.close();
            state->sessions.erase(session);
        }
    } leave{self, session};
    while (!session->channel.closed()) {
        Result<Bytes> payload = co_await session->channel.read();
        if (!payload) {
            if (payload.error().code != Errc::unavailable)
                self->log.debug("connection closed", {{"reason", payload.error().message}});
            break;
        }
        Result<tee::RequestMessage> request = tee::parse_request(*payload);
        if (!request) {
            self->log.debug("connection closed", {{"reason", request.error().message}});
            break;
        }
        self->answer(session, *std::move(request));
    }
}

void EnclaveServer::State::answer(const std::shared_ptr<Session>& session,
                                  tee::RequestMessage request) {
    const std::uint64_t id = request.id;
    if (session->in_flight >= tee::kInFlightMax)
        return session->reply({.id = id,
                               .body = Error{.code = Errc::limit_exceeded,
                                             .message = "64 requests are in flight already"}});
    if (const auto* ask = std::get_if<tee::AskPrices>(&request.body)) {
        // Counted here: the coroutine starts later, and more requests may lie in the same piece.
        auto counted = std::make_shared<InFlight>(session);
        tasks.spawn("enclave prices",
                    answer_prices(shared_from_this(), session, std::move(counted), id, *ask));
    } else if (const auto* report = std::get_if<tee::ReportRequest>(&request.body)) {
        Result<tee::SignedReport> made = desk.sign(*report);
        if (made)
            session->reply({.id = id, .body = *std::move(made)});
        else
            session->reply({.id = id, .body = std::move(made).error()});
    } else {
        session->reply({.id = id, .body = desk.identity()});
    }
}

Task<void> EnclaveServer::State::answer_prices(std::shared_ptr<State> self,
                                               std::shared_ptr<Session> session,
                                               std::shared_ptr<InFlight> /*counted*/,
                                               std::uint64_t id, tee::AskPrices ask) {
    const auto end = std::chrono::steady_clock::now() + ask.wait;
    // Another version, not only a later one: a host that remembers an enclave's former life must
    // not wait for the new one to catch up.
    while (self->desk.version() == ask.after_version && !session->channel.closed()) {
        const auto left =
            std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
        if (left <= milliseconds(0)) break;
        co_await self->desk.changed().wait_for(left);
    }
    session->reply({.id = id, .body = self->desk.prices()});
}

Result<std::unique_ptr<EnclaveServer>> EnclaveServer::listen(TaskGroup& tasks, Logger log,
                                                             std::string path, ReportDesk& desk) {
    TRY(Unix::acceptor acceptor, open_acceptor(tasks.executor(), path));
    auto state =
        std::make_shared<State>(tasks, std::move(log), std::move(path), std::move(acceptor), desk);
    tasks.spawn("enclave server", State::accept(state));
    return std::unique_ptr<EnclaveServer>(new EnclaveServer(std::move(state)));
}

EnclaveServer::EnclaveServer(std::shared_ptr<State> state) : state_(std::move(state)) {}

EnclaveServer::~EnclaveServer() {
    close();
}

void EnclaveServer::close() {
    if (state_->closed) return;
    state_->closed = true;
    boost::system::error_code ignored;
    state_->acceptor.close(ignored);
    ::unlink(state_->path.c_str());
    for (const std::shared_ptr<Session>& session : state_->sessions) session->channel.close();
}

}  // namespace nsl::enclave
