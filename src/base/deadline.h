// SPDX-License-Identifier: Apache-2.0
// A limit of real time on anything that is awaited.
#pragma once
#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"

namespace nsl {

// Runs `work`; cancels it when `limit` has passed or when the caller is cancelled. Ends only when
// `work` has ended, so that work may refer to what belongs to the caller. True when the time ran
// out first. What work throws passes on, but not the cancellation caused by the limit.
Task<bool> cancel_after(milliseconds limit, Task<void> work);

// Errors: timeout ("<what> took more than N ms"), and those of `work`. A success that arrives
// although the time ran out counts: what has been done must not be reported as not done.
template <class T>
Task<Result<T>> with_deadline(Task<Result<T>> work, milliseconds limit, std::string what) {
    std::optional<Result<T>> out;
    auto keep = [](Task<Result<T>> task, std::optional<Result<T>>& result) -> Task<void> {
        result.emplace(co_await std::move(task));
    };
    const bool late = co_await cancel_after(limit, keep(std::move(work), out));
    if (out && (!late || out->has_value())) co_return *std::move(out);
    co_return fail(Errc::timeout,
                   what + " took more than " + std::to_string(limit.count()) + " ms");
}

}  // namespace nsl
