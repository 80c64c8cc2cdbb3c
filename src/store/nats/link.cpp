// SPDX-License-Identifier: Apache-2.0
#include "store/nats/link.h"

#include <signal.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <variant>

#include "base/random.h"
#include "base/signal_mask.h"
#include "store/nats/session.h"

namespace nsl::store {
namespace {

using std::chrono::steady_clock;

constexpr milliseconds kRetryMin{100};
constexpr milliseconds kRetryMax{2'000};
constexpr milliseconds kSteady{10'000};  // a connection that held so long was a good one
constexpr milliseconds kTick{1'000};
constexpr std::size_t kOverhead = 64;  // bytes a waiting message is counted for, besides its own

struct Interest {
    std::string subject;
    std::string group;
    NatsReceiver receiver;
};
struct Begin {
    std::uint64_t id;
    std::shared_ptr<const Interest> interest;
};
struct End {
    std::uint64_t id;
};
using Outgoing = std::variant<FabricMessage, Begin, End>;

bool is_message(const Outgoing& outgoing) {
    return std::holds_alternative<FabricMessage>(outgoing);
}

std::size_t size_of(const FabricMessage& message) {
    return kOverhead + message.subject.size() + message.reply_to.size() + message.payload.size();
}

}  // namespace

struct NatsLink::State : std::enable_shared_from_this<NatsLink::State> {
    NatsSettings settings;  // of the thread
    Logger log;
    std::size_t pending_max = 0;

    std::mutex mutex;  // of all below; never held while libnats is called
    std::condition_variable changed;
    std::map<std::uint64_t, std::shared_ptr<const Interest>> interests;
    std::deque<Outgoing> outbox;
    std::size_t outbox_bytes = 0;
    std::uint64_t dropped = 0;
    std::uint64_t last_id = 0;
    std::uint64_t closed = 0;  // the last session that libnats says has ended
    bool live = false;         // a session is served
    bool stopping = false;
    bool ended = false;

    void run();
    void serve(NatsSession& session, std::uint64_t number);
    void start_serving(NatsSession& session, std::uint64_t number);
    void perform(NatsSession& session, Outgoing outgoing);
    Outgoing take();
    bool pause(milliseconds least);
    void enqueue(Outgoing outgoing) {
        outbox.push_back(std::move(outgoing));
        changed.notify_all();
    }
};

// Connects for ever, one session after the other.
void NatsLink::State::run() {
    milliseconds wait = kRetryMin;
    bool told = false;
    for (std::uint64_t number = 1;; ++number) {
        const auto began = steady_clock::now();
        auto session = NatsSession::open(*settings, [state = shared_from_this(), number] {
            const std::lock_guard lock(state->mutex);
            state->closed = std::max(state->closed, number);
            state->live = state->live && state->closed < number;
            state->changed.notify_all();
        });
        if (session) {
            log.info("message server connected", {{"server", (*session)->server()}});
            serve(**session, number);
            session->reset();
            log.info("message server disconnected");
            if (steady_clock::now() - began > kSteady) wait = kRetryMin;
        } else if (!told) {
            log.warn("message server cannot be reached", {{"error", session.error().message}});
        }
        told = !session;
        if (!pause(wait)) return;
        wait = std::min(wait * 2, kRetryMax);
    }
}

// False when stopping. Jitter keeps the nodes of a fleet from coming back all at once.
bool NatsLink::State::pause(milliseconds least) {
    const auto most = static_cast<std::uint64_t>(least.count());
    const milliseconds jitter(OsRandom().below(most + 1));
    std::unique_lock lock(mutex);
    return !changed.wait_for(lock, least / 2 + jitter / 2, [this] { return stopping; });
}

// A session begins with all subscriptions, so what was queued of them for the last one is obsolete.
void NatsLink::State::start_serving(NatsSession& session, std::uint64_t number) {
    std::map<std::uint64_t, std::shared_ptr<const Interest>> all;
    {
        const std::lock_guard lock(mutex);
        std::erase_if(outbox, [](const Outgoing& outgoing) { return !is_message(outgoing); });
        live = closed < number;
        all = interests;
    }
    for (const auto& [id, interest] : all)
        session.subscribe(id, interest->subject, interest->group, interest->receiver);
}

void NatsLink::State::serve(NatsSession& session, std::uint64_t number) {
    start_serving(session, number);
    bool refusal_told = false;
    for (;;) {
        session.reap();
        if (!refusal_told && session.refused()) {
            refusal_told = true;
            log.warn("message server does not permit a subject; its log says which");
        }
        std::unique_lock lock(mutex);
        changed.wait_for(lock, kTick,
                         [&] { return stopping || closed >= number || !outbox.empty(); });
        if (closed >= number || (stopping && outbox.empty())) break;
        if (outbox.empty()) continue;
        Outgoing next = take();
        lock.unlock();
        perform(session, std::move(next));
    }
    const std::lock_guard lock(mutex);
    live = false;
}

Outgoing NatsLink::State::take() {
    Outgoing out = std::move(outbox.front());
    outbox.pop_front();
    if (const auto* message = std::get_if<FabricMessage>(&out)) outbox_bytes -= size_of(*message);
    return out;
}

void NatsLink::State::perform(NatsSession& session, Outgoing outgoing) {
    if (const auto* begin = std::get_if<Begin>(&outgoing)) {
        session.subscribe(begin->id, begin->interest->subject, begin->interest->group,
                          begin->interest->receiver);
    } else if (const auto* end = std::get_if<End>(&outgoing)) {
        session.unsubscribe(end->id);
    } else if (!session.publish(std::get<FabricMessage>(outgoing))) {
        const std::lock_guard lock(mutex);
        ++dropped;
    }
}

struct NatsLink::Thread {
    std::thread thread;
};

NatsLink::NatsLink(NatsSettings settings, Logger log, std::size_t pending_max)
    : state_(std::make_shared<State>()), thread_(std::make_unique<Thread>()) {
    state_->settings = std::move(settings);
    state_->log = std::move(log);
    state_->pending_max = pending_max;
    const AllSignalsBlocked blocked;
    thread_->thread = std::thread([state = state_] {
        state->run();
        const std::lock_guard lock(state->mutex);
        state->ended = true;
        state->changed.notify_all();
    });
}

NatsLink::~NatsLink() {
    std::unique_lock lock(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
    const bool ended =
        state_->changed.wait_for(lock, kLinkStopMax, [this] { return state_->ended; });
    lock.unlock();
    if (ended) {
        thread_->thread.join();
        return;
    }
    // Dialling, and libnats cannot be interrupted: the thread keeps the state and ends by itself.
    thread_->thread.detach();
    state_->log.warn("message server holds a connection attempt up; leaving it behind");
}

bool NatsLink::publish(FabricMessage message) {
    const std::size_t size = size_of(message);
    const std::lock_guard lock(state_->mutex);
    if (state_->outbox_bytes + size > state_->pending_max) {
        ++state_->dropped;
        return false;
    }
    state_->outbox_bytes += size;
    state_->enqueue(std::move(message));
    return true;
}

// Subscriptions are queued only while a session is served: a server that takes nothing is given up
// at the write deadline, so there is never much of them.
std::uint64_t NatsLink::subscribe(std::string subject, std::string group, NatsReceiver receiver) {
    auto interest =
        std::make_shared<const Interest>(std::move(subject), std::move(group), std::move(receiver));
    const std::lock_guard lock(state_->mutex);
    const std::uint64_t id = ++state_->last_id;
    state_->interests[id] = interest;
    if (state_->live) state_->enqueue(Begin{id, std::move(interest)});
    return id;
}

void NatsLink::unsubscribe(std::uint64_t id) {
    const std::lock_guard lock(state_->mutex);
    state_->interests.erase(id);
    if (state_->live) state_->enqueue(End{id});
}

bool NatsLink::connected() const {
    const std::lock_guard lock(state_->mutex);
    return state_->live;
}

std::uint64_t NatsLink::dropped() const {
    const std::lock_guard lock(state_->mutex);
    return state_->dropped;
}

}  // namespace nsl::store
