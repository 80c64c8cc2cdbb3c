// SPDX-License-Identifier: Apache-2.0
#include "cli/wallet_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>

#include "base/encoding.h"
#include "base/file.h"
#include "cli/terminal.h"
#include "neo/verification.h"

namespace nsl::cli {
namespace {

// Only one process changes a wallet at a time, or one of two added keys would be lost. The lock is
// on the file that is read; whoever replaces it meanwhile is noticed.
class WalletLock {
 public:
    static Result<WalletLock> take(const std::string& file) {
        WalletLock lock(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        if (lock.fd_ < 0 && errno == ENOENT) return lock;  // reading says how to make one
        if (lock.fd_ < 0) return fail(Errc::unavailable, file + " cannot be opened");
        struct stat locked{};
        struct stat named{};
        if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0 || ::fstat(lock.fd_, &locked) != 0 ||
            ::stat(file.c_str(), &named) != 0 || locked.st_ino != named.st_ino ||
            locked.st_dev != named.st_dev)
            return fail(Errc::conflict, file + " is being changed by another program: try again");
        return lock;
    }
    ~WalletLock() {
        if (fd_ >= 0) ::close(fd_);
    }
    WalletLock(WalletLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    WalletLock& operator=(WalletLock&&) = delete;

 private:
    explicit WalletLock(int fd) : fd_(fd) {}
    int fd_;
};

std::string_view kind_of(const neo::WalletAccount& account) {
    if (account.deployed) return "contract";
    if (account.verification_script.empty()) return "watched";
    const auto check = neo::parse_verification_script(account.verification_script);
    if (!check) return "script";
    return check->multi_signature ? "multi-signature" : "single-signature";
}

}  // namespace

void add_wallet_option(CLI::App& command, WalletOptions& options) {
    command.add_option("--wallet", options.file, "the wallet file")
        ->envname("NSL_WALLET")
        ->capture_default_str();
}

void add_password_option(CLI::App& command, int& password_fd) {
    command
        .add_option("--password-fd", password_fd,
                    "read the password from this file descriptor instead of the terminal")
        ->check(CLI::Range(0, 1'000'000));
}

std::string real_path(const std::string& file) {
    std::error_code none;
    const std::filesystem::path real = std::filesystem::canonical(file, none);
    return none ? file : real.string();
}

Result<neo::Wallet> load_wallet(const std::string& file) {
    Result<std::string> text = read_file(file, neo::kWalletBytesMax);
    if (!text && text.error().code == Errc::not_found)
        return fail(Errc::not_found, "there is no wallet " + file +
                                         ": make one with `nsl wallet new`, or name yours with "
                                         "--wallet or NSL_WALLET");
    if (!text) return std::unexpected(std::move(text).error());
    Result<neo::Wallet> wallet = neo::Wallet::parse(*text);
    if (wallet) return wallet;
    Error error = std::move(wallet).error();
    error.message = file + ": " + error.message;
    return std::unexpected(std::move(error));
}

Status create_wallet(const std::string& file, const neo::Wallet& wallet) {
    return create_private_file(file, as_bytes(wallet.to_json()));
}

Status edit_wallet(const std::string& named, const std::function<Status(neo::Wallet&)>& change) {
    const std::string file = real_path(named);
    TRY(const WalletLock lock, WalletLock::take(file));
    TRY(neo::Wallet wallet, load_wallet(file));
    TRY_OK(change(wallet));
    return replace_private_file(file, as_bytes(wallet.to_json()));
}

Result<SecretText> ask_wallet_password(const WalletOptions& options) {
    return read_secret(options.password_fd, "Password of " + printable(options.file));
}

Status check_has_key(const neo::WalletAccount& account) {
    if (!account.nep2.empty()) return {};
    return fail(Errc::not_found,
                neo::to_address(account.account) + " has no key in this wallet: it only watches");
}

Result<UnlockedAccount> unlock_account(const WalletOptions& options, std::string_view text) {
    TRY(const neo::Wallet wallet, load_wallet(options.file));
    TRY(const neo::WalletAccount* account, wallet.select(text));
    TRY_OK(check_has_key(*account));
    TRY(const SecretText password, ask_wallet_password(options));
    TRY(neo::PrivateKey key, wallet.unlock(account->account, password.reveal()));
    return UnlockedAccount{.account = *account, .key = std::move(key)};
}

Result<SecretText> ask_password_to_add(const WalletOptions& options, const neo::Wallet& wallet) {
    const bool has_keys =
        std::ranges::any_of(wallet.accounts, [](const auto& one) { return !one.nep2.empty(); });
    if (!has_keys)
        return read_new_password(options.password_fd,
                                 "New password for " + printable(options.file));
    TRY(SecretText password, ask_wallet_password(options));
    for (const neo::WalletAccount& one : wallet.accounts)
        if (!one.nep2.empty() && wallet.unlock(one.account, password.reveal())) return password;
    return fail(Errc::unauthenticated,
                "wrong password: it opens no key of " + options.file +
                    ", and a key that is added gets the password of the others");
}

std::vector<neo::PublicKey> keys_of(const neo::WalletAccount& account) {
    auto check = neo::parse_verification_script(account.verification_script);
    return check ? std::move(check->keys) : std::vector<neo::PublicKey>();
}

json::Object account_json(const neo::WalletAccount& account) {
    json::Object out{{"address", neo::to_address(account.account)},
                     {"script_hash", account.account.display()},
                     {"label", account.label},
                     {"kind", kind_of(account)},
                     {"default", account.is_default},
                     {"locked", account.locked},
                     {"has_key", !account.nep2.empty()}};
    const auto check = neo::parse_verification_script(account.verification_script);
    if (!check) return out;
    if (!check->multi_signature) {
        out["public_key"] = check->keys.front().hex();
        return out;
    }
    json::Array keys;
    for (const neo::PublicKey& key : check->keys) keys.emplace_back(key.hex());
    out["signatures"] = check->m;
    out["public_keys"] = std::move(keys);
    return out;
}

std::string account_line(const neo::WalletAccount& account) {
    const auto check = neo::parse_verification_script(account.verification_script);
    std::string kind(kind_of(account));
    if (check && check->multi_signature)
        kind = fmt::format("{} of {}", check->m, check->keys.size());
    if (check && !check->multi_signature) kind = "single";
    return fmt::format("{} {:<34}  {:<9} {:<4} {}", account.is_default ? '*' : ' ',
                       neo::to_address(account.account), kind, account.nep2.empty() ? "-" : "key",
                       printable(account.label));
}

}  // namespace nsl::cli
