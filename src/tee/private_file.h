// SPDX-License-Identifier: Apache-2.0
// Files that only their owner may read, written once and whole or not at all.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace nsl::tee {

// The content; nullopt when there is no such file. Errors, each naming the path: forbidden (not a
// regular file, of another owner, or readable by group or others), limit_exceeded (above
// `bytes_max`), unavailable (cannot be read).
Result<std::optional<SecretBytes>> read_private_file(const std::string& path,
                                                     std::size_t bytes_max);

// Makes a file of mode 0600 that is on disk when this returns: written beside, synced, and given
// its name only if that is free, whatever else runs. Errors, each naming the path: conflict
// (exists), unavailable (cannot be written).
Status create_private_file(const std::string& path, ByteView content);

}  // namespace nsl::tee
