// SPDX-License-Identifier: Apache-2.0
// A private key as people keep it.
#pragma once
#include "base/result.h"
#include "cli/password.h"
#include "neo/keys.h"

namespace nsl::cli {

// The key in WIF, NEP-2 or 64 hex digits, read from `secret_fd` or the terminal; for NEP-2 also its
// password, from `password_fd`. Errors: invalid_argument, unauthenticated (the password), those of
// read_secret. None holds any of the text.
Result<neo::PrivateKey> read_private_key(int secret_fd, int password_fd);

// True for text that is a private key in WIF or NEP-2: it should not have been an argument.
bool is_private_key_text(std::string_view text);

}  // namespace nsl::cli
