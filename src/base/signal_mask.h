// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <csignal>

namespace nsl {

// While it lives, the threads that this one starts take no signals: those are for the threads of
// whoever handles them.
class AllSignalsBlocked {
 public:
    AllSignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, &before_);
    }
    ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;

 private:
    sigset_t before_;
};

}  // namespace nsl
