// SPDX-License-Identifier: Apache-2.0
// Gets what services want on chain, each exactly once: for one account, however many are under way.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/async_event.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/chain_policy.h"
#include "chain/nodes.h"
#include "chain/ports.h"
#include "chain/read_block.h"
#include "chain/send_journal.h"
#include "chain/send_rules.h"

namespace nsl::chain {

struct SenderOptions {
    std::uint32_t network = 0;  // magic, from configuration
    // Fees come from a node's simulation: a lying one must not empty the account.
    neo::Datoshi system_fee_max = 20'0000'0000;
    neo::Datoshi network_fee_max = 1'0000'0000;
    int system_fee_margin_percent = 10;  // the state may move between simulation and block
    SendTimes times{};
    std::size_t at_once = 16;                             // attempts in the making
    std::size_t open_max = 20'000;                        // intents
    std::size_t open_bytes_max = std::size_t{256} << 20;  // of their scripts and payloads
    // What a node says against an intent (it faults, it is too dear) ends it only when it is still
    // said this many blocks later: one node that is behind, or lies, is not believed at once.
    std::uint32_t refuse_after_blocks = 1;
    std::uint32_t lag_max = 3;      // blocks that reading may be behind, and attempts are made
    milliseconds retry_first{100};  // after trouble, doubling, with full jitter
    milliseconds retry_cap{5'000};
    milliseconds look_every{1'000};  // for intents that others have added to the journal
};

struct SenderStatus {
    std::size_t open = 0;        // intents
    std::size_t in_trouble = 0;  // of these: their last step failed
    std::optional<BlockHeader> checkpoint{};
    std::uint64_t foreign_spends = 0;  // ever
    std::string trouble{};             // the newest, while any is in trouble
};

// What it keeps to is said in README.md. Used from one executor. Meant for one process at a time
// for an account: two lose time to each other's changes, and still get nothing on chain twice.
class Sender final : public BlockSubscriber {
 public:
    Sender(Nodes& nodes, SendJournal& journal, Signer& signer, PolicySource& policy, Clock& clock,
           Random& random, Logger log, SenderOptions options);

    // Durable when it returns; making and sending follow. The same intent again is the one that is
    // there. Errors: those of SendJournal::add; limit_exceeded (open_max).
    Task<Result<IntentRecord>> add(Intent intent);
    // Until a node has a transaction of it, or it has ended. Errors: not_found, the journal's.
    Task<Result<IntentRecord>> wait_submitted(std::string id);
    // Until it has ended. Errors: not_found, the journal's.
    Task<Result<IntentRecord>> wait(std::string id);
    // Those of a purpose that have not ended, at most 1,000.
    Task<Result<std::vector<OpenIntent>>> open(std::string purpose);

    // Makes, sends, sends again, replaces. Returns only when cancelled; may be run again then.
    Task<void> run();

    std::string name() const override { return "sender"; }
    Task<Result<std::optional<BlockHeader>>> checkpoint() override;
    // Waits until run() has read the journal.
    Task<Status> on_block(std::shared_ptr<const ReadBlock> block) override;

    SenderStatus status() const;

 private:
    struct Flight;
    using FlightPtr = std::shared_ptr<Flight>;

    Task<void> load();
    Task<Status> look(bool pending_only);
    Task<void> look_again();
    Task<void> work(std::size_t workers);
    Task<void> worker();
    Task<void> retry_later();
    Task<Result<IntentRecord>> wait_for(std::string id, bool submitted_is_enough);
    FlightPtr meet(OpenIntent open);
    void forget(const std::string& id);
    void queue(const FlightPtr& flight);
    void queue_what_is_due();
    void finish(const FlightPtr& flight, IntentRecord record);
    void note(Flight& flight, const Status& done);
    // After an answer of the journal that leaves open what it holds.
    Task<Status> refresh(FlightPtr flight);
    Task<Status> refresh_all();

    // One step for one intent: sender_step.cpp.
    Task<Status> step(FlightPtr flight);
    Task<Status> make(FlightPtr flight);
    Task<Status> not_built(FlightPtr flight, Error why);
    Task<Result<neo::Transaction>> build(FlightPtr flight);
    Task<Result<neo::Datoshi>> simulated_fee(RpcClient& node, const neo::Transaction& tx);
    Task<Status> give_up(FlightPtr flight, std::string reason);
    Task<Status> send(FlightPtr flight);
    Task<Result<neo::Datoshi>> balance();
    void forget_balance();

    Nodes& nodes_;
    SendJournal& journal_;
    Signer& signer_;
    PolicySource& policy_;
    Clock& clock_;
    Random& random_;
    Logger log_;
    SenderOptions options_;

    std::map<std::string, FlightPtr> flights_;  // by id; open ones
    std::deque<FlightPtr> ready_;
    std::multimap<std::chrono::nanoseconds, FlightPtr> later_;  // by monotonic time
    AsyncEvent work_to_do_, later_changed_, changed_;
    bool loaded_ = false;
    bool in_doubt_ = false;  // the journal may hold a block that we have not taken over
    std::optional<BlockHeader> checkpoint_;
    std::optional<neo::Datoshi> balance_;
    std::uint64_t balance_asked_ = 0;  // grows when what was asked before counts no more
    std::size_t open_bytes_ = 0;
    SenderStatus status_;
    std::optional<std::chrono::nanoseconds> trouble_told_;  // when, in the log
    std::uint64_t troubles_untold_ = 0;
};

}  // namespace nsl::chain
