// SPDX-License-Identifier: Apache-2.0
#include "cli/file_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/file.h"
#include "base/json.h"

namespace nsl::cli {
namespace {

constexpr std::size_t kFileBytesMax = 256 * 1024 * 1024;

struct StoredTx {
    std::string hash;
    std::string bytes;  // base64
    std::uint32_t valid_until_block = 0;
    std::string purpose;
    std::string payload;
    std::string state;
    std::uint32_t block = 0;
    std::string exception;
    std::int64_t created_ms = 0;
    std::uint32_t network = 0;
    std::uint32_t first_block = 0;
};
BOOST_DESCRIBE_STRUCT(StoredTx, (),
                      (hash, bytes, valid_until_block, purpose, payload, state, block, exception,
                       created_ms, network, first_block))

struct StoredJournal {
    std::uint32_t version = 1;
    std::vector<StoredTx> transactions;
};
BOOST_DESCRIBE_STRUCT(StoredJournal, (), (version, transactions))

StoredTx stored(const chain::TxRecord& record) {
    return {.hash = record.hash.display(),
            .bytes = base64_encode(record.bytes),
            .valid_until_block = record.valid_until_block,
            .purpose = record.purpose,
            .payload = record.payload,
            .state = chain::tx_state_name(record.state),
            .block = record.block,
            .exception = record.exception,
            .created_ms = record.created_ms,
            .network = record.network,
            .first_block = record.first_block};
}

Result<chain::TxState> state_of(const std::string& name) {
    using enum chain::TxState;
    for (const chain::TxState state : {prepared, submitted, halted, faulted, expired})
        if (name == chain::tx_state_name(state)) return state;
    return fail(Errc::invalid_argument, "no transaction is " + name);
}

Result<chain::TxRecord> record_of(const StoredTx& tx) {
    chain::TxRecord out{.hash = {},
                        .bytes = {},
                        .valid_until_block = tx.valid_until_block,
                        .purpose = tx.purpose,
                        .payload = tx.payload,
                        .block = tx.block,
                        .exception = tx.exception,
                        .created_ms = tx.created_ms,
                        .network = tx.network,
                        .first_block = tx.first_block};
    TRY(out.hash, neo::Hash256::parse(tx.hash));
    TRY(out.bytes, base64_decode(tx.bytes));
    TRY(const neo::Transaction parsed, neo::Transaction::parse(out.bytes));
    if (parsed.hash() != out.hash || parsed.valid_until_block != out.valid_until_block)
        return fail(Errc::invalid_argument, tx.hash + " is not the hash of its bytes");
    TRY(out.state, state_of(tx.state));
    return out;
}

}  // namespace

Result<FileJournal> FileJournal::open(std::string path) {
    // The journal itself is replaced with every change: the lock needs a file that stays.
    const std::string lock_path = path + ".lock";
    const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0) return fail(Errc::unavailable, "cannot write " + lock_path);
    FileJournal out(std::move(path), lock);
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
        return fail(Errc::conflict,
                    out.path_ + " is in use: another transaction is being sent, wait for its end");
    TRY_OK(out.load());
    return out;
}

FileJournal::~FileJournal() {
    if (lock_ >= 0) ::close(lock_);
}

FileJournal::FileJournal(FileJournal&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      journal_(std::move(other.journal_)) {}

Status FileJournal::load() {
    TRY(const std::optional<SecretBytes> content, read_private_file(path_, kFileBytesMax));
    if (!content) return {};
    const std::string text = as_text(content->reveal());
    const std::string damaged =
        path_ + " is damaged, and may hold a transaction that is under way: ";
    Result<StoredJournal> read =
        json::parse<StoredJournal>(text, {.bytes_max = kFileBytesMax, .depth_max = 4});
    if (!read) return fail(Errc::invalid_argument, damaged + read.error().message);
    if (read->version != 1)
        return fail(Errc::invalid_argument, path_ + " is of another version of this program");
    std::vector<chain::TxRecord> records;
    for (const StoredTx& tx : read->transactions) {
        Result<chain::TxRecord> record = record_of(tx);
        if (!record) return fail(Errc::invalid_argument, damaged + record.error().message);
        records.push_back(*std::move(record));
    }
    journal_ = CommandJournal(std::move(records));
    return {};
}

// The file first: what is not in it has not happened.
Status FileJournal::keep(CommandJournal next) {
    StoredJournal out;
    for (const chain::TxRecord& record : next.records()) out.transactions.push_back(stored(record));
    TRY_OK(replace_private_file(path_, as_bytes(json::write(out))));
    journal_ = std::move(next);
    return {};
}

Task<Status> FileJournal::add(chain::TxRecord record) {
    CommandJournal next = journal_;
    if (next.records().size() >= kRecordsMax) next.forget_oldest_ended();
    if (next.records().size() >= kRecordsMax)
        co_return fail(Errc::limit_exceeded, path_ + " is full of transactions without an end");
    CO_TRY_OK(co_await next.add(std::move(record)));
    co_return keep(std::move(next));
}

Task<Status> FileJournal::update(neo::Hash256 hash, chain::TxState state, std::uint32_t block,
                                 std::string exception) {
    CommandJournal next = journal_;
    CO_TRY_OK(co_await next.update(hash, state, block, std::move(exception)));
    co_return keep(std::move(next));
}

Task<Result<std::optional<chain::TxRecord>>> FileJournal::unresolved(std::string purpose) {
    return journal_.unresolved(std::move(purpose));
}

Task<Result<std::optional<chain::TxRecord>>> FileJournal::find(neo::Hash256 hash) {
    return journal_.find(hash);
}

}  // namespace nsl::cli
