// SPDX-License-Identifier: Apache-2.0
// Messages between roles and nodes: wake-ups, requests, live streams. Any of them may be lost; what
// must not be lost is in a table.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"

namespace nsl::store {

constexpr std::size_t kFabricPayloadMax = 512 * 1024;          // bytes
constexpr std::size_t kFabricSubjectMax = 200;                 // bytes
constexpr std::size_t kFabricKeptBytesMax = 16 * 1024 * 1024;  // of one subscription
constexpr std::size_t kFabricRequestsMax = 1'024;              // that wait for their answers

struct FabricMessage {
    std::string subject;
    Bytes payload;
    std::string reply_to;  // empty, or where an answer goes
};

// Ends with its destruction: nothing more is delivered, and who waits in next() gets unavailable.
class FabricSubscription {
 public:
    virtual ~FabricSubscription() = default;
    // The next message, in the order of one publisher. Cancellable; one waits at a time. Errors:
    // unavailable (the fabric or this is closed).
    virtual Task<Result<FabricMessage>> next() = 0;
    // Messages that came while `kept_max` of them, or kFabricKeptBytesMax bytes, were waiting: they
    // are gone. Also messages that no fabric of ours can have sent (payload above
    // kFabricPayloadMax, other subjects).
    virtual std::uint64_t dropped() const = 0;
};

// Subjects are NATS's: tokens of [A-Za-z0-9_-] joined by dots, 1..200 bytes; a subscription may
// have `*` for one token and a last `>` for one or more. Used from one single-threaded executor,
// destroyed there too. A task it gave may be awaited or destroyed later: it ends with unavailable.
class Fabric {
 public:
    virtual ~Fabric() = default;
    // Never waits. What cannot go out is dropped and counted. Errors: invalid_argument (subject,
    // payload above kFabricPayloadMax).
    virtual Status publish(std::string subject, Bytes payload) = 0;
    // Of all subscriptions of one group that match, one gets a message; without a group (empty)
    // everybody. Hears what this fabric publishes from now on, and what others do a moment later.
    // Errors: invalid_argument (also kept_max of 0).
    virtual Result<std::unique_ptr<FabricSubscription>> subscribe(std::string subject,
                                                                  std::string group = {},
                                                                  std::size_t kept_max = 1'024) = 0;
    // Publishes and waits for one answer, which the receiver publishes to `reply_to`. Errors:
    // invalid_argument, timeout (nobody answered in time), unavailable (nobody listens, not
    // connected, or closed), limit_exceeded (kFabricRequestsMax are waiting).
    virtual Task<Result<Bytes>> request(std::string subject, Bytes payload,
                                        milliseconds deadline) = 0;
    // False while messages cannot go out.
    virtual bool connected() const = 0;
    // Messages that could not go out.
    virtual std::uint64_t dropped() const = 0;
};

// Errors: invalid_argument, saying what would be right. A group is empty or one token.
Status check_subject(std::string_view subject);
Status check_subscription(std::string_view subject);
Status check_group(std::string_view group);
bool subject_matches(std::string_view subscription, std::string_view subject);

// Within one process and one executor.
std::unique_ptr<Fabric> local_fabric(asio::any_io_executor executor);

struct NatsOptions {
    // nats://HOST:PORT or tls://HOST:PORT, several of one kind with commas. With nats:// the host
    // is this machine, by 127.0.0.1, [::1] or localhost. With tls:// nothing is sent before the
    // server's certificate has been verified for HOST.
    std::string url;
    std::string credentials{};  // path of a .creds file, its owner's alone; empty: none
    std::string ca_file{};      // PEM of authorities that are trusted besides the system's
    std::string name = "nsl";   // shown by the server; letters, digits, '_', '-' and '.'
    std::size_t pending_max = 8 * 1024 * 1024;  // bytes that wait to go out, connected or not
    milliseconds ping_interval{5'000};  // a server silent for about three of them is given up
};

// Connects, and again for ever when the connection is lost; starts without a server too, as what
// cannot be reached now may be later. Errors: invalid_argument (an option, a file that cannot be
// read).
Result<std::unique_ptr<Fabric>> nats_fabric(asio::any_io_executor executor, Logger log,
                                            NatsOptions options);

}  // namespace nsl::store
