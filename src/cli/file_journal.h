// SPDX-License-Identifier: Apache-2.0
// The sender's journal in a file, so that a command that is run again after a crash goes on with
// the transaction it had signed instead of making another.
#pragma once
#include <string>

#include "chain/ports.h"
#include "cli/command_journal.h"

namespace nsl::cli {

class FileJournal final : public chain::TxJournal {
 public:
    static constexpr std::size_t kRecordsMax = 1'000;

    // Holds the file for itself until it goes. Errors: conflict (another program holds it),
    // invalid_argument (damaged), unavailable.
    static Result<FileJournal> open(std::string path);
    ~FileJournal() override;
    FileJournal(FileJournal&& other) noexcept;
    FileJournal& operator=(FileJournal&&) = delete;

    // Errors besides the port's: limit_exceeded (kRecordsMax attempts that have not ended),
    // unavailable.
    Task<Status> add(chain::TxRecord record) override;
    Task<Status> update(neo::Hash256 hash, chain::TxState state, std::uint32_t block,
                        std::string exception) override;
    Task<Result<std::optional<chain::TxRecord>>> unresolved(std::string purpose) override;
    Task<Result<std::optional<chain::TxRecord>>> find(neo::Hash256 hash) override;

 private:
    FileJournal(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
    Status load();
    Status keep(CommandJournal next);

    std::string path_;
    int lock_;
    CommandJournal journal_;  // what the file holds
};

}  // namespace nsl::cli
