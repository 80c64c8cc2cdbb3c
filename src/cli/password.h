// SPDX-License-Identifier: Apache-2.0
// Passwords and keys from a file descriptor or the terminal: never from arguments or the
// environment, which other processes can read.
#pragma once
#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace nsl::cli {

using SecretText = Secret<std::string>;

constexpr int kAskTheTerminal = -1;
constexpr std::size_t kSecretBytesMax = 4096;

// The next line of descriptor `fd`, not read beyond its end, so that several secrets can stand in
// one; or, with kAskTheTerminal, a line typed at /dev/tty without echo. Signals that end or stop
// the program there find the terminal as it was. Errors: invalid_argument (no such descriptor,
// nothing in it, no terminal), limit_exceeded (kSecretBytesMax).
Result<SecretText> read_secret(int fd, const std::string& prompt);

// For a password that is set: not empty, and typed twice at a terminal. Errors: as read_secret, and
// invalid_argument (empty, the two differ).
Result<SecretText> read_new_password(int fd, const std::string& prompt);

// A yes or no, at the terminal only. Errors: invalid_argument (no terminal: says to give --yes).
Result<bool> confirm(const std::string& question);

}  // namespace nsl::cli
