// SPDX-License-Identifier: Apache-2.0
// For tests only: a folder of their own, and a loop whose tasks are joined.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "base/file.h"
#include "base/log.h"
#include "base/spawn.h"

namespace nsl::tee::test {

class TempDir {
 public:
    std::string operator/(std::string_view name) const {
        return folder_.path() + "/" + std::string(name);
    }
    const std::string& path() const { return folder_.path(); }

 private:
    ScratchFolder folder_ = ScratchFolder::make("nsl-tee").value();
};

class LoopTest : public ::testing::Test {
 protected:
    void TearDown() override { EXPECT_TRUE(run_blocking(loop_, tasks_.stop(milliseconds(5'000)))); }

    template <class T>
    T run(Task<T> work) {
        return run_blocking(loop_, std::move(work));
    }

    // Lets the loop work until the condition holds; fails after five seconds.
    static Task<bool> until(std::function<bool()> condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) co_return false;
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        }
        co_return true;
    }

    TempDir dir_;
    asio::io_context loop_{1};
    std::shared_ptr<MemorySink> log_ = std::make_shared<MemorySink>();
    TaskGroup tasks_{loop_.get_executor(), Logger(log_, "test")};
};

}  // namespace nsl::tee::test
