// SPDX-License-Identifier: Apache-2.0
#include "services/pricefeed/worker.h"

#include <algorithm>

namespace nsl::pricefeed {

const char* batch_end_name(BatchEnd end) {
    switch (end) {
        case BatchEnd::stored:
            return "stored";
        case BatchEnd::faulted:
            return "faulted";
        case BatchEnd::expired:
            return "expired";
        case BatchEnd::refused:
            return "send";  // as when the sender hears of it at once
    }
    NSL_ASSERT(false);
}

Worker::Worker(Service& service, PriceEnclave& enclave, FeedContract& contract, FeedStore& store,
               Clock& clock, Probe& probe, Logger log, WorkerOptions options)
    : service_(service),
      enclave_(enclave),
      contract_(contract),
      store_(store),
      clock_(clock),
      probe_(probe),
      log_(std::move(log)),
      options_(options) {}

Task<void> Worker::watch() {
    std::uint64_t version = 0;
    bool known = false;
    int failures = 0;
    for (;;) {
        // A restarted enclave counts its versions from the start again, so after every break both
        // its identity and its whole state are asked for anew.
        if (!known) {
            auto identity = co_await enclave_.identity();
            if (identity) {
                if (!service_.on_identity(*std::move(identity))) {
                    // Its feed numbers would mean other feeds.
                    Error other{Errc::conflict,
                                "it runs another feed configuration than this node"};
                    lose_enclave(other.message);
                    co_await back_off(failures, other);
                    continue;
                }
                version = 0;
                known = true;
            } else {
                lose_enclave(identity.error().message);
                co_await back_off(failures, identity.error());
                continue;
            }
        }
        auto snapshot = co_await enclave_.prices(version, options_.long_poll);
        if (!snapshot) {
            known = false;
            lose_enclave(snapshot.error().message);
            co_await back_off(failures, snapshot.error());
            continue;
        }
        failures = 0;
        version = snapshot->version;
        probe_.enclave_up(true);
        service_.on_snapshot(*std::move(snapshot));
        tell_estimates();
        // An enclave that has news without end must not keep the host busy with nothing else.
        co_await clock_.sleep_for(options_.between_polls);
    }
}

void Worker::lose_enclave(const std::string& why) {
    probe_.enclave_up(false);
    service_.on_enclave_lost(why);
    tell_estimates();
}

void Worker::tell_estimates() {
    const auto& estimates = service_.estimates();
    for (std::size_t i = 0; i < estimates.size(); ++i)
        probe_.estimated(static_cast<std::uint16_t>(i), estimates[i], clock_.unix_ms());
}

Task<void> Worker::publish() {
    int failures = 0;
    for (;;) {
        Status done = co_await publish_due();
        if (!done) {
            // Whatever failed, what we believe of the contract may be old.
            state_is_fresh_ = false;
            co_await back_off(failures, done.error());
            continue;
        }
        failures = 0;
        co_await service_.changed(options_.long_poll);
    }
}

Task<Status> Worker::refresh_state() {
    CO_TRY(ContractState state, co_await contract_.state());
    service_.replace_state(std::move(state));
    state_is_fresh_ = true;
    co_return Status{};
}

std::vector<DueFeed> Worker::due() const {
    std::vector<PublishInput> inputs;
    for (FeedView& view : service_.list())
        inputs.push_back({std::move(view.spec), std::move(view.estimate), view.stored});
    return due_feeds(inputs, clock_.unix_ms(), options_.block_time.count());
}

// One look: settle what is in flight, else send what is due.
Task<Status> Worker::publish_due() {
    CO_TRY(auto flying, co_await contract_.in_flight());
    if (flying) co_return co_await settle(*flying);
    if (!state_is_fresh_) CO_TRY_OK(co_await refresh_state());
    const std::optional<ContractState>& state = service_.state();
    if (!state || !service_.why_not_ready().empty()) co_return Status{};
    std::vector<DueFeed> feeds = due();
    if (feeds.empty()) co_return Status{};

    tee::ReportRequest request{contract_.network(), contract_.contract(), state->sequence + 1, {}};
    for (const DueFeed& feed : feeds) {
        request.entries.push_back({feed.feed, feed.round});
        probe_.due(feed.cause);
    }
    auto asked = clock_.monotonic();
    auto report = co_await enclave_.sign(std::move(request));
    if (!report) {
        note_failure("sign", report.error().message);
        co_return std::unexpected(std::move(report).error());
    }
    probe_.signed_in(std::chrono::duration<double>(clock_.monotonic() - asked).count());
    co_return co_await send(*std::move(report));
}

Task<Status> Worker::send(tee::SignedReport report) {
    auto began = clock_.monotonic();
    CO_TRY_OK(co_await store_.save_report(report));
    auto batch = co_await contract_.send(std::move(report));
    if (!batch) {
        note_failure("send", batch.error().message);
        co_return std::unexpected(std::move(batch).error());
    }
    probe_.submitted_in(std::chrono::duration<double>(clock_.monotonic() - began).count());
    co_return co_await settle(*std::move(batch));
}

Task<Status> Worker::settle(std::string batch) {
    status_.in_flight = batch;
    service_.on_publisher(status_);
    auto outcome = co_await contract_.wait(batch);
    status_.in_flight.reset();
    if (!outcome) {
        service_.on_publisher(status_);
        co_return std::unexpected(std::move(outcome).error());
    }
    if (outcome->end != BatchEnd::stored) {
        note_failure(batch_end_name(outcome->end), outcome->reason);
        co_return fail(Errc::conflict, "the batch was not stored: " + outcome->reason);
    }
    status_.last_failure.clear();
    ++status_.batches_stored;
    service_.on_publisher(status_);
    log_.debug("batch stored", {{"batch", batch}, {"block", outcome->block}});
    // What the contract holds now decides what comes next.
    co_return co_await refresh_state();
}

void Worker::note_failure(std::string_view stage, const std::string& why) {
    probe_.failed(stage);
    status_.last_failure = std::string(stage) + ": " + why;
    service_.on_publisher(status_);
}

Task<void> Worker::back_off(int& failures, const Error& error) {
    milliseconds wait = options_.retry_first * (1 << std::min(failures, 8));
    wait = std::min(wait, options_.retry_cap);
    ++failures;
    // One line when it begins and one a minute while it lasts: an outage must not fill the disk.
    if (failures == 1 || failures % 16 == 0)
        log_.warn(
            "price feed waits",
            {{"cause", error.message}, {"code", errc_name(error.code)}, {"failures", failures}});
    co_await clock_.sleep_for(wait);
}

}  // namespace nsl::pricefeed
