// SPDX-License-Identifier: Apache-2.0
// Jobs in memory. They pass job_contract.h, as the SQL ones do. Used from any thread.
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "base/utf8.h"
#include "store/job_rows.h"
#include "store/limits.h"

namespace nsl::store {

class FakeJobs final : public Jobs {
 public:
    // `clock` is what the database's would be.
    explicit FakeJobs(Clock& clock) : clock_(clock), state_(std::make_shared<State>()) {}
    // Another owner's view of the same queues.
    std::unique_ptr<FakeJobs> another() const {
        return std::unique_ptr<FakeJobs>(new FakeJobs(clock_, state_));
    }

    Task<Result<Added>> add(NewJob job) override {
        CO_TRY_OK(check(job));
        const std::lock_guard lock(state_->mutex);
        const std::int64_t id = state_->next_id++;
        if (!job.key.empty()) {
            const auto [known, is_new] = state_->keys.try_emplace({job.queue, job.key}, id);
            if (!is_new) co_return Added{.id = known->second, .is_new = false};
        }
        if (open_jobs(job) >= job.open_max) {
            if (!job.key.empty()) state_->keys.erase({job.queue, job.key});
            co_return fail(Errc::limit_exceeded,
                           "the open jobs are " + std::to_string(job.open_max));
        }
        Entry entry{.job = {.id = id,
                            .queue = job.queue,
                            .key = job.key,
                            .tenant = job.tenant,
                            .payload = job.payload,
                            .attempts_max = job.attempts_max},
                    .priority = job.priority,
                    .ready_ms = clock_.unix_ms() + job.delay.count()};
        state_->jobs.emplace(id, std::move(entry));
        co_return Added{.id = id, .is_new = true};
    }

    Task<Result<std::vector<Job>>> claim(std::string queue, std::string owner, std::size_t max,
                                         milliseconds lease) override {
        CO_TRY_OK(check_text("a queue", queue, 1, kJobNameMax));
        CO_TRY_OK(check_text("the owner of a claim", owner, 1, kJobNameMax));
        CO_TRY_OK(check_range("the number of jobs", static_cast<std::int64_t>(max), 1, kJobsMax));
        CO_TRY_OK(check_range("the lease in ms", lease.count(), 1, kJobLeaseMaxMs));
        const std::lock_guard lock(state_->mutex);
        const std::int64_t now = clock_.unix_ms();
        auto tenants = ready_by_tenant(queue, now);
        // One each in turns, beginning after the tenant that was served last.
        std::vector<Job> out;
        const bool too_many = tenants.size() > max;
        auto turn = tenants.upper_bound(too_many ? last_tenant_[queue] : "");
        if (!too_many) turn = tenants.begin();
        while (out.size() < max && !tenants.empty()) {
            if (turn == tenants.end()) turn = tenants.begin();
            last_tenant_[queue] = turn->first;
            Entry& entry = *turn->second.back();
            turn->second.pop_back();
            entry.ready_ms = now + lease.count();
            entry.owner = owner;
            ++entry.job.fence;
            ++entry.job.attempt;
            entry.job.until_ms = entry.ready_ms;
            out.push_back(entry.job);
            turn = turn->second.empty() ? tenants.erase(turn) : std::next(turn);
        }
        co_return out;
    }

    Task<Result<std::vector<std::int64_t>>> extend(std::vector<Job> jobs,
                                                   milliseconds lease) override {
        CO_TRY_OK(check_range("the lease in ms", lease.count(), 1, kJobLeaseMaxMs));
        co_return each(jobs,
                       [&](Entry& entry) { entry.ready_ms = clock_.unix_ms() + lease.count(); });
    }

    Task<Result<std::vector<std::int64_t>>> complete(std::vector<Job> jobs) override {
        co_return each(jobs, {});
    }

    Task<Status> fail_job(Job job, Failure failure, std::string error,
                          milliseconds pause) override {
        CO_TRY_OK(check_range("the pause in ms", pause.count(), 0, kJobDelayMaxMs));
        const std::lock_guard lock(state_->mutex);
        Entry* entry = claimed(job);
        if (!entry) co_return lost_job(job.id, job.fence);
        entry->last_error = kept_error(error);
        if (failure == Failure::permanent || entry->job.attempt >= entry->job.attempts_max)
            bury(*entry, entry->last_error);
        else
            back(*entry, pause);
        co_return Status{};
    }

    Task<Status> put_back(Job job, milliseconds pause) override {
        CO_TRY_OK(check_range("the pause in ms", pause.count(), 0, kJobDelayMaxMs));
        const std::lock_guard lock(state_->mutex);
        Entry* entry = claimed(job);
        if (!entry) co_return lost_job(job.id, job.fence);
        --entry->job.attempt;
        back(*entry, pause);
        co_return Status{};
    }

    Task<Result<std::vector<DeadJob>>> dead(std::string queue, std::int64_t before,
                                            std::size_t max) override {
        CO_TRY_OK(check_text("a queue", queue, 1, kJobNameMax));
        CO_TRY_OK(check_range("the number", static_cast<std::int64_t>(max), 1, kJobsMax));
        CO_TRY_OK(check_range("the id to list below", before, 0, INT64_MAX));
        const std::lock_guard lock(state_->mutex);
        std::vector<DeadJob> out;
        for (auto at = state_->dead.rbegin(); at != state_->dead.rend(); ++at)
            if (at->second.letter.queue == queue && (before == 0 || at->first < before) &&
                out.size() < max)
                out.push_back(at->second.letter);
        co_return out;
    }

    Task<Status> revive(std::int64_t id) override {
        const std::lock_guard lock(state_->mutex);
        const auto found = state_->dead.find(id);
        if (found == state_->dead.end()) co_return fail(Errc::not_found, "no such dead letter");
        Entry entry = std::move(found->second.entry);
        state_->dead.erase(found);
        entry.job.attempt = 0;
        back(entry, milliseconds(0));
        state_->jobs.emplace(id, std::move(entry));
        co_return Status{};
    }

    Task<Status> remove_dead(std::int64_t id) override {
        const std::lock_guard lock(state_->mutex);
        if (state_->dead.erase(id) == 0) co_return fail(Errc::not_found, "no such dead letter");
        co_return Status{};
    }

    Task<Result<std::int64_t>> purge_dead(milliseconds older_than) override {
        CO_TRY_OK(check_range("the age in ms", older_than.count(), 0, kDeadAgeMaxMs));
        const std::lock_guard lock(state_->mutex);
        const std::int64_t before = clock_.unix_ms() - older_than.count();
        co_return std::erase_if(
            state_->dead, [&](const auto& each) { return each.second.letter.died_ms < before; });
    }

    Task<Result<QueueStats>> stats(std::string queue) override {
        CO_TRY_OK(check_text("a queue", queue, 1, kJobNameMax));
        const std::lock_guard lock(state_->mutex);
        const std::int64_t now = clock_.unix_ms();
        QueueStats out;
        for (const auto& [id, entry] : state_->jobs) {
            if (entry.job.queue != queue) continue;
            if (entry.ready_ms <= now) {
                ++out.ready;
                out.oldest_ready_ms = std::max(out.oldest_ready_ms, now - entry.ready_ms);
            } else {
                ++(entry.owner.empty() ? out.delayed : out.claimed);
            }
        }
        for (const auto& [id, dead] : state_->dead) out.dead += dead.letter.queue == queue ? 1 : 0;
        co_return out;
    }

 private:
    struct Entry {
        Job job;
        int priority = 0;
        std::int64_t ready_ms = 0;
        std::string owner{};  // empty: not claimed
        std::string last_error{};
    };
    struct Dead {
        DeadJob letter;
        Entry entry;
    };
    struct State {
        std::mutex mutex;
        std::int64_t next_id = 1;
        std::map<std::int64_t, Entry> jobs;
        std::map<std::pair<std::string, std::string>, std::int64_t> keys;  // by queue and key
        std::map<std::int64_t, Dead> dead;
    };

    FakeJobs(Clock& clock, std::shared_ptr<State> state)
        : clock_(clock), state_(std::move(state)) {}

    static Status check(const NewJob& job) {
        TRY_OK(check_text("a queue", job.queue, 1, kJobNameMax));
        TRY_OK(check_text("a key", job.key, 0, kJobNameMax));
        TRY_OK(check_text("a tenant", job.tenant, 0, kJobNameMax));
        TRY_OK(check_text("a payload", job.payload, 0, kJobPayloadMax));
        TRY_OK(check_range("a priority", job.priority, 0, 9));
        TRY_OK(check_range("attempts_max", job.attempts_max, 1, 1'000));
        TRY_OK(check_range("open_max", job.open_max, 1, kJobsOpenMaxMax));
        return check_range("a delay in ms", job.delay.count(), 0, kJobDelayMaxMs);
    }

    // Of the new one's tenant and queue; at least, where there are few in all.
    std::int64_t open_jobs(const NewJob& job) const {
        if (std::ssize(state_->jobs) < job.open_max) return std::ssize(state_->jobs);
        return std::ranges::count_if(state_->jobs, [&](const auto& each) {
            const Job& other = each.second.job;
            return other.queue == job.queue && other.tenant == job.tenant;
        });
    }

    static std::string kept_error(const std::string& error) {
        std::string text = utf8_clean(error);
        std::ranges::replace(text, '\0', ' ');
        return std::string(utf8_cut(text, kJobErrorMax));
    }

    // The next one last. Those without an attempt left become dead letters.
    std::map<std::string, std::vector<Entry*>> ready_by_tenant(const std::string& queue,
                                                               std::int64_t now) {
        std::map<std::string, std::vector<Entry*>> out;
        std::vector<Entry*> dying;
        for (auto& [id, entry] : state_->jobs) {
            if (entry.job.queue != queue || entry.ready_ms > now) continue;
            if (entry.job.attempt >= entry.job.attempts_max)
                dying.push_back(&entry);
            else
                out[entry.job.tenant].push_back(&entry);
        }
        for (Entry* entry : dying) bury(*entry, "the claim of the last attempt ran out");
        for (auto& [tenant, entries] : out)
            std::ranges::sort(entries, std::greater<>(), [](const Entry* entry) {
                return std::tuple(entry->priority, entry->ready_ms, entry->job.id);
            });
        return out;
    }

    Entry* claimed(const Job& job) {
        const auto found = state_->jobs.find(job.id);
        if (found == state_->jobs.end() || found->second.owner.empty() ||
            found->second.job.fence != job.fence)
            return nullptr;
        return &found->second;
    }

    // Those that are lost; on the others `effect`, without which they end.
    Result<std::vector<std::int64_t>> each(const std::vector<Job>& jobs,
                                           const std::function<void(Entry&)>& effect) {
        TRY_OK(
            check_range("the number of jobs", static_cast<std::int64_t>(jobs.size()), 0, kJobsMax));
        const std::lock_guard lock(state_->mutex);
        std::vector<std::int64_t> lost;
        std::set<std::int64_t> ended;
        for (const Job& job : jobs) {
            Entry* entry = claimed(job);
            if (!entry)
                lost.push_back(job.id);
            else if (effect)
                effect(*entry);
            else
                ended.insert(job.id);
        }
        for (const std::int64_t id : ended) state_->jobs.erase(id);
        return lost;
    }

    void back(Entry& entry, milliseconds pause) {
        entry.owner.clear();
        entry.ready_ms = clock_.unix_ms() + pause.count();
    }

    void bury(Entry& entry, const std::string& error) {
        const Job& job = entry.job;
        DeadJob letter{.id = job.id,
                       .queue = job.queue,
                       .key = job.key,
                       .tenant = job.tenant,
                       .payload = job.payload,
                       .attempts = job.attempt,
                       .error = error,
                       .died_ms = clock_.unix_ms()};
        const std::int64_t id = job.id;
        state_->dead.emplace(id, Dead{std::move(letter), entry});
        state_->jobs.erase(id);
    }

    Clock& clock_;
    std::shared_ptr<State> state_;
    std::map<std::string, std::string> last_tenant_;  // by queue
};

}  // namespace nsl::store
