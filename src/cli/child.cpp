// SPDX-License-Identifier: Apache-2.0
#include "cli/child.h"

#include <algorithm>
#include <fstream>

#include "base/deadline.h"

namespace nsl::cli {
namespace {

constexpr milliseconds kReadyLimit{60'000};
constexpr milliseconds kRestartFirst{200}, kRestartCap{5'000};
constexpr std::size_t kTailBytes = 2'000;

std::string tail_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    if (!in) return {};
    auto size = static_cast<std::size_t>(in.tellg());
    std::size_t from = size > kTailBytes ? size - kTailBytes : 0;
    in.seekg(static_cast<std::streamoff>(from));
    std::string text(size - from, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    return text;
}

}  // namespace

Task<Result<json::Object>> Child::read_ready() {
    for (;;) {
        CO_TRY(auto line, co_await process_->read_line());
        if (!line) {
            int status = co_await process_->wait();
            co_return fail(Errc::unavailable, name_ + " ended with exit code " +
                                                  std::to_string(status) +
                                                  " before it was ready. Its log, " + log_path_ +
                                                  ", ends:\n" + tail_of(log_path_));
        }
        auto value = json::parse_value(*line);
        if (!value || !value->is_object()) continue;
        auto* event = value->get_object().if_contains("event");
        if (event && event->is_string() && event->get_string() == "ready")
            co_return std::move(value->get_object());
    }
}

Task<Result<json::Object>> Child::start() {
    auto executor = co_await asio::this_coro::executor;
    ProcessSpec spec = spec_();
    log_path_ = spec.log_path;
    CO_TRY(process_, Process::start(executor, std::move(spec)));
    co_return co_await with_deadline(read_ready(), kReadyLimit, name_ + " becoming ready");
}

Task<void> Child::supervise() {
    milliseconds wait = kRestartFirst;
    for (;;) {
        // Its standard output must be read, or a full pipe would stop it.
        auto began = clock_.monotonic();
        for (;;) {
            auto line = co_await process_->read_line();
            if (!line || !*line) break;
        }
        int status = co_await process_->wait();
        if (clock_.monotonic() - began > std::chrono::seconds(30)) wait = kRestartFirst;
        log_.warn("child ended: starting it again", {{"child", name_}, {"status", status}});
        co_await clock_.sleep_for(wait);
        wait = std::min(wait * 2, kRestartCap);
        ++restarts_;
        auto ready = co_await start();
        if (!ready)
            log_.error("child does not start",
                       {{"child", name_}, {"cause", ready.error().message}});
    }
}

Task<void> Child::stop(milliseconds grace) {
    if (running()) co_await process_->stop(grace);
}

}  // namespace nsl::cli
