// SPDX-License-Identifier: Apache-2.0
#include "tee/enclave_client.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "tee/frame_channel.h"
#include "tee/protocol.h"

namespace nsl::tee {
namespace {

// Calls that were given up and may still be answered. An enclave that leaves this many open does
// not answer any more.
constexpr std::size_t kAbandonedMax = 16;

struct Pending {
    std::size_t answer = 0;  // alternative of ReplyMessage::body
    std::optional<Result<ReplyMessage>> reply{};
    AsyncEvent replied{};
};

// One connection. Once broken it stays so; the next call makes another.
struct Link {
    explicit Link(UnixSocket socket) : channel(std::move(socket)) {}

    void fail_all(const Error& why) {
        if (broken) return;
        broken = why;
        channel.close();
        for (auto& [id, pending] : waiting) {
            pending->reply = std::unexpected(why);
            pending->replied.notify_all();
        }
        waiting.clear();
        abandoned.clear();
    }

    Status deliver(ReplyMessage reply) {
        if (abandoned.erase(reply.id) == 1) return {};
        const auto found = waiting.find(reply.id);
        if (found == waiting.end())
            return fail(Errc::invalid_argument, "it answers what was not asked");
        const std::shared_ptr<Pending> pending = found->second;
        if (reply.body.index() != 0 && reply.body.index() != pending->answer)
            return fail(Errc::invalid_argument, "it answers another question than was asked");
        waiting.erase(found);
        pending->reply = std::move(reply);
        pending->replied.notify_all();
        return {};
    }

    FrameChannel channel;
    std::optional<Error> broken{};
    std::uint64_t last_id = 0;
    std::map<std::uint64_t, std::shared_ptr<Pending>> waiting{};
    std::set<std::uint64_t> abandoned{};
    std::optional<EnclaveIdentity> identity{};
};

Error malformed(const Error& why) {
    return {.code = Errc::internal, .message = "the enclave's reply is malformed: " + why.message};
}

Task<void> read_replies(std::shared_ptr<Link> link, Logger log) {
    while (!link->broken) {
        Result<Bytes> payload = co_await link->channel.read();
        if (!payload) {
            const bool gone = payload.error().code == Errc::unavailable;
            link->fail_all(gone ? Error{.code = Errc::unavailable,
                                        .message = "the connection to the enclave broke"}
                                : malformed(payload.error()));
            break;
        }
        Result<ReplyMessage> reply = parse_reply(*payload);
        Status taken = reply ? link->deliver(*std::move(reply))
                             : Status(std::unexpected(std::move(reply).error()));
        if (!taken) link->fail_all(malformed(taken.error()));
    }
    log.debug("enclave connection ended", {{"reason", link->broken->message}});
}

Task<void> write_requests(std::shared_ptr<Link> link) {
    co_await link->channel.write_all();
    link->fail_all({.code = Errc::unavailable, .message = "the connection to the enclave broke"});
}

// Whatever way a call ends without its reply (deadline, cancellation), the reply may still come.
class Call {
 public:
    Call(std::shared_ptr<Link> link, std::size_t answer)
        : link_(std::move(link)), id_(++link_->last_id), pending_(std::make_shared<Pending>()) {
        pending_->answer = answer;
        link_->waiting.emplace(id_, pending_);
    }
    ~Call() {
        if (link_->waiting.erase(id_) == 0) return;
        link_->abandoned.insert(id_);
        if (link_->abandoned.size() >= kAbandonedMax)
            link_->fail_all({.code = Errc::unavailable, .message = "the enclave does not answer"});
    }
    Call(const Call&) = delete;

    std::uint64_t id() const { return id_; }
    Pending& pending() { return *pending_; }

 private:
    std::shared_ptr<Link> link_;
    std::uint64_t id_;
    std::shared_ptr<Pending> pending_;
};

Task<Result<ReplyMessage>> exchange(std::shared_ptr<Link> link, RequestMessage request,
                                    milliseconds limit) {
    if (link->broken) co_return std::unexpected(*link->broken);
    if (link->waiting.size() + link->abandoned.size() >= kInFlightMax)
        co_return fail(Errc::limit_exceeded, "64 requests to the enclave are in flight already");
    Call call(link, request.body.index() + 1);
    request.id = call.id();
    if (!link->channel.send(encode_request(request))) {
        link->fail_all({.code = Errc::unavailable, .message = "the enclave does not read"});
        co_return std::unexpected(*link->broken);
    }
    if (!call.pending().reply) co_await call.pending().replied.wait_for(limit);
    if (!call.pending().reply)
        co_return fail(Errc::timeout, "the enclave did not answer within " +
                                          std::to_string(limit.count()) + " ms");
    if (!*call.pending().reply) co_return std::unexpected(call.pending().reply->error());
    ReplyMessage reply = **std::move(call.pending().reply);
    if (Error* refused = std::get_if<Error>(&reply.body))
        co_return std::unexpected(std::move(*refused));
    co_return reply;
}

Status check_is_answer(const SignedReport& signed_report, const ReportRequest& request,
                       const EnclaveIdentity& identity) {
    if (signed_report.signer != identity.public_key)
        return fail(Errc::unauthenticated, "the report is signed with another key");
    TRY(const PriceReport report, verify_report(signed_report));
    const bool same_rounds =
        std::equal(report.records.begin(), report.records.end(), request.entries.begin(),
                   request.entries.end(), [](const PriceRecord& record, const ReportEntry& entry) {
                       return record.feed == entry.feed && record.round == entry.round;
                   });
    if (report.network != request.network || report.contract != request.contract ||
        report.config != identity.config_id || report.sequence != request.sequence || !same_rounds)
        return fail(Errc::invalid_argument, "the report is not the one that was asked for");
    return {};
}

}  // namespace

struct EnclaveClient::State {
    State(TaskGroup& group, Logger logger, std::string path, milliseconds limit)
        : tasks(group), log(std::move(logger)), socket_path(std::move(path)), timeout(limit) {}

    // The present connection, made when there is none.
    Result<std::shared_ptr<Link>> connect() {
        if (link && !link->broken) return link;
        if (closed || tasks.stopping()) return fail(Errc::unavailable, "the client is stopping");
        boost::system::error_code error;
        UnixSocket socket(tasks.executor());
        if (socket_path.size() > kPathBytesMax)
            return fail(Errc::invalid_argument, "the socket path is above 107 bytes");
        // Connecting to a Unix socket never waits when the socket is non-blocking: it succeeds, or
        // nobody listens, or the listener's queue is full.
        socket.open(asio::local::stream_protocol(), error);
        if (!error) socket.non_blocking(true, error);
        if (!error) socket.connect(asio::local::stream_protocol::endpoint(socket_path), error);
        if (error)
            return fail(Errc::unavailable,
                        "no connection to the enclave at " + socket_path + ": " + error.message());
        link = std::make_shared<Link>(std::move(socket));
        tasks.spawn("enclave client reader", read_replies(link, log));
        tasks.spawn("enclave client writer", write_requests(link));
        return link;
    }

    Task<Result<EnclaveIdentity>> identity_on(std::shared_ptr<Link> on) {
        CO_TRY(ReplyMessage reply, co_await exchange(on, {.body = AskIdentity{}}, timeout));
        on->identity = std::get<EnclaveIdentity>(std::move(reply.body));
        co_return *on->identity;
    }

    static constexpr std::size_t kPathBytesMax = 107;  // sockaddr_un

    TaskGroup& tasks;
    Logger log;
    std::string socket_path;
    milliseconds timeout;
    std::shared_ptr<Link> link{};
    bool closed = false;
};

EnclaveClient::EnclaveClient(TaskGroup& tasks, Logger log, std::string socket_path,
                             milliseconds timeout)
    : state_(std::make_shared<State>(tasks, std::move(log), std::move(socket_path), timeout)) {}

EnclaveClient::~EnclaveClient() {
    state_->closed = true;
    if (state_->link)
        state_->link->fail_all({.code = Errc::unavailable, .message = "the client was closed"});
}

Task<Result<EnclaveIdentity>> EnclaveClient::identity() {
    const std::shared_ptr<State> state = state_;
    CO_TRY(std::shared_ptr<Link> link, state->connect());
    co_return co_await state->identity_on(link);
}

Task<Result<PriceSnapshot>> EnclaveClient::prices(std::uint64_t after_version, milliseconds wait) {
    const std::shared_ptr<State> state = state_;
    wait = std::clamp(wait, milliseconds(0), kPricesWaitMax);
    CO_TRY(std::shared_ptr<Link> link, state->connect());
    RequestMessage request{.body = AskPrices{.after_version = after_version, .wait = wait}};
    CO_TRY(ReplyMessage reply, co_await exchange(link, std::move(request), wait + state->timeout));
    co_return std::get<PriceSnapshot>(std::move(reply.body));
}

Task<Result<SignedReport>> EnclaveClient::sign_report(ReportRequest request) {
    const std::shared_ptr<State> state = state_;
    CO_TRY(std::shared_ptr<Link> link, state->connect());
    // The key is asked for on the same connection: another may lead to another enclave.
    if (!link->identity) {
        CO_TRY(EnclaveIdentity asked, co_await state->identity_on(link));
    }
    CO_TRY(ReplyMessage reply, co_await exchange(link, {.body = request}, state->timeout));
    SignedReport report = std::get<SignedReport>(std::move(reply.body));
    if (Status checked = check_is_answer(report, request, *link->identity); !checked) {
        link->fail_all(malformed(checked.error()));
        co_return std::unexpected(malformed(checked.error()));
    }
    co_return report;
}

const char* estimate_status_name(EstimateStatus status) {
    switch (status) {
        case EstimateStatus::unknown:
            return "unknown";
        case EstimateStatus::ok:
            return "ok";
        case EstimateStatus::hold:
            return "hold";
        case EstimateStatus::suspect:
            return "suspect";
    }
    NSL_ASSERT(false);
    return "";
}

}  // namespace nsl::tee
