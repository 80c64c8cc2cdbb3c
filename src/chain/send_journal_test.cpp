// SPDX-License-Identifier: Apache-2.0
#include "chain/send_journal.h"

#include "base/spawn.h"
#include "fake_send_journal.h"
#include "send_journal_contract.h"

namespace nsl::testing_support {

struct FakeJournals : ::testing::Test {
    asio::io_context loop;
    FakeSendJournal fake;

    chain::SendJournal& journals() { return fake; }
    template <class T>
    T run(Task<T> work) {
        return run_blocking(loop, std::move(work));
    }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Fake, SendJournalContract, FakeJournals);

}  // namespace nsl::testing_support
