// SPDX-License-Identifier: Apache-2.0
// What libnats 3.4.1 does, by its source, and what we do about it:
// - natsConnection_Publish appends to a buffer, but under the lock that its flusher holds while it
//   writes to the socket. With a write deadline a server that takes nothing blocks us so long and
//   the socket is shut down then; without one it would be for ever. So there is a thread for it.
// - While libnats itself reconnects, publishing appends to a buffer of ReconnectBufSize bytes and
//   fails with NATS_INSUFFICIENT_BUFFER after that, but it dials under the same lock. So the link
//   connects again, and what waits does so in the link's queue, whose bound is exact.
// - natsConnection_Connect keeps its timeout while it waits for TCP and for INFO, not during the
//   handshake of TLS nor while it waits for the first PONG: a server that stops there holds the
//   thread, in the last case spinning, until its TCP connection ends. The link gives such a thread
//   up when it is stopped.
// - The thread that reads looks a subscription up and uses it after it has let go of the lock. So
//   one that is unsubscribed is kept for a while before it is destroyed.
// - With TLS its threads read and write through one SSL object without a lock around both, which
//   OpenSSL does not allow. Seen is that the alert at the end of a connection races with the last
//   write.
// - A message whose connection ends before it is whole is leaked: at most one per connection.
// - The length in a MSG line is allocated before anything of it has come, and 2,147,483,647 bytes
//   overflow and crash the process. Nothing here can prevent that: the server must be one's own,
//   behind TLS.
#include "store/nats/session.h"

#include <array>

namespace nsl::store {
namespace {

constexpr std::chrono::seconds kEndedKept{10};

struct MessageEnd {
    void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
};

// What libnats carries for one subscription, until it says that it has called back for the last
// time. Nothing else refers to it.
struct Delivery {
    NatsReceiver receive;
    std::string subscription;
    std::uint64_t lost = 0;
};

NatsArrival arrival_of(natsMsg& message, const std::string& subscription) {
    NatsArrival out;
    const std::string_view subject = natsMsg_GetSubject(&message);
    const char* const reply = natsMsg_GetReply(&message);
    const auto size = static_cast<std::size_t>(natsMsg_GetDataLength(&message));
    // The server decides what arrives; who uses a fabric may rely on what we promise.
    out.unfit = size > kFabricPayloadMax || !check_subject(subject) ||
                !subject_matches(subscription, subject) ||
                (reply != nullptr && !check_subject(reply));
    if (out.unfit) return out;
    out.nobody_listens = natsMsg_IsNoResponders(&message);
    const ByteView data = as_bytes({natsMsg_GetData(&message), size});
    out.message = {std::string(subject), Bytes(data.begin(), data.end()),
                   reply != nullptr ? reply : ""};
    return out;
}

void on_message(natsConnection*, natsSubscription* subscription, natsMsg* raw, void* closure) {
    const std::unique_ptr<natsMsg, MessageEnd> message(raw);
    if (!message) return;
    Delivery& delivery = *static_cast<Delivery*>(closure);
    NatsArrival arrival = arrival_of(*message, delivery.subscription);
    std::int64_t dropped = 0;
    if (natsSubscription_GetDropped(subscription, &dropped) == NATS_OK) {
        arrival.lost = static_cast<std::uint64_t>(dropped) - delivery.lost;
        delivery.lost = static_cast<std::uint64_t>(dropped);
    }
    delivery.receive(std::move(arrival));
}

void on_complete(void* closure) {
    const std::unique_ptr<Delivery> last(static_cast<Delivery*>(closure));
}

void on_closed_connection(natsConnection*, void* closure) {
    const std::unique_ptr<std::function<void()>> call(static_cast<std::function<void()>*>(closure));
    (*call)();
}

std::string failure(natsStatus status) {
    std::string out = natsStatus_GetText(status);
    const char* const detail = nats_GetLastError(nullptr);
    if (detail != nullptr && *detail != '\0' && out != detail) out.append(": ").append(detail);
    return out;
}

}  // namespace

Result<std::unique_ptr<NatsSession>> NatsSession::open(natsOptions& settings,
                                                       std::function<void()> on_closed) {
    auto call = std::make_unique<std::function<void()>>(std::move(on_closed));
    natsConnection* connection = nullptr;
    natsStatus status = natsOptions_SetClosedCB(&settings, on_closed_connection, call.get());
    if (status == NATS_OK) status = natsConnection_Connect(&connection, &settings);
    if (status != NATS_OK) return fail(Errc::unavailable, failure(status));
    // A connection that was made says that it has closed, exactly once, and frees the call.
    (void)call.release();
    return std::unique_ptr<NatsSession>(new NatsSession(connection));
}

NatsSession::~NatsSession() {
    // Writes out what libnats still holds (half a second at most) and ends its threads; after that
    // nothing uses the subscriptions but the delivery thread, which has its own reference.
    natsConnection_Destroy(connection_);
    for (const auto& [id, subscription] : subscriptions_) natsSubscription_Destroy(subscription);
    for (const Ended& ended : ended_) natsSubscription_Destroy(ended.subscription);
}

bool NatsSession::publish(const FabricMessage& message) {
    const int size = static_cast<int>(message.payload.size());
    if (message.reply_to.empty())
        return natsConnection_Publish(connection_, message.subject.c_str(), message.payload.data(),
                                      size) == NATS_OK;
    return natsConnection_PublishRequest(connection_, message.subject.c_str(),
                                         message.reply_to.c_str(), message.payload.data(),
                                         size) == NATS_OK;
}

void NatsSession::subscribe(std::uint64_t id, const std::string& subject, const std::string& group,
                            const NatsReceiver& receiver) {
    auto delivery = std::make_unique<Delivery>(receiver, subject);
    natsSubscription* subscription = nullptr;
    const natsStatus status =
        group.empty() ? natsConnection_Subscribe(&subscription, connection_, subject.c_str(),
                                                 on_message, delivery.get())
                      : natsConnection_QueueSubscribe(&subscription, connection_, subject.c_str(),
                                                      group.c_str(), on_message, delivery.get());
    // It fails only when the connection has closed; the next one begins with all subscriptions.
    if (status != NATS_OK) return;
    subscriptions_[id] = subscription;
    Delivery* const shared = delivery.release();
    // When the connection closes right here, libnats will not say when it is done: the delivery
    // stays for ever, as no moment to free it is safe.
    (void)natsSubscription_SetOnCompleteCB(subscription, on_complete, shared);
}

void NatsSession::unsubscribe(std::uint64_t id) {
    const auto at = subscriptions_.find(id);
    if (at == subscriptions_.end()) return;
    (void)natsSubscription_Unsubscribe(at->second);
    ended_.push_back({at->second, std::chrono::steady_clock::now()});
    subscriptions_.erase(at);
}

void NatsSession::reap() {
    const auto due = std::chrono::steady_clock::now() - kEndedKept;
    const auto kept = std::ranges::find_if(ended_, [&](const Ended& e) { return e.at > due; });
    for (auto at = ended_.begin(); at != kept; ++at) natsSubscription_Destroy(at->subscription);
    ended_.erase(ended_.begin(), kept);
}

bool NatsSession::refused() const {
    const char* text = nullptr;  // not read: libnats writes it without telling us
    return natsConnection_GetLastError(connection_, &text) == NATS_NOT_PERMITTED;
}

std::string NatsSession::server() const {
    std::array<char, 300> url{};
    if (natsConnection_GetConnectedUrl(connection_, url.data(), url.size()) != NATS_OK) return {};
    return url.data();
}

}  // namespace nsl::store
