// SPDX-License-Identifier: Apache-2.0
// Whole files, read within a bound and written whole or not at all; and folders that go with their
// owner.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/secret.h"

namespace nsl {

// Errors, each naming the path: not_found, limit_exceeded (above `bytes_max`), unavailable (cannot
// be read, is a folder).
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

// The content of a file that only its owner may read; nullopt when there is no such file. Errors,
// each naming the path: forbidden (not a regular file, of another owner, or readable by group or
// others), limit_exceeded (above `bytes_max`), unavailable (cannot be read).
Result<std::optional<SecretBytes>> read_private_file(const std::string& path,
                                                     std::size_t bytes_max);

// The first line of such a file, without its end: how passwords are kept. Errors as above, and
// not_found.
Result<Secret<std::string>> read_password_file(const std::string& path);

// Makes a file of mode 0600 that is on disk when this returns: written beside, synced, and given
// its name only if that is free, whatever else runs. Errors, each naming the path: conflict
// (exists), unavailable (cannot be written).
Status create_private_file(const std::string& path, ByteView content);

// The same, piece by piece; nothing has the name before the end, and nothing is left without it.
class PrivateFileWriter {
 public:
    // Errors: unavailable.
    static Result<PrivateFileWriter> create(const std::string& path);
    ~PrivateFileWriter();
    PrivateFileWriter(PrivateFileWriter&& other) noexcept;
    PrivateFileWriter& operator=(PrivateFileWriter&&) = delete;

    // Errors: unavailable (disk full).
    Status append(ByteView content);
    // Once. Errors: conflict (exists), unavailable.
    Status finish();
    // Instead, when the file may exist: it is then the new one. Errors: unavailable.
    Status replace();

 private:
    PrivateFileWriter(std::string path, std::string beside, int fd)
        : path_(std::move(path)), beside_(std::move(beside)), fd_(fd) {}

    std::string path_, beside_;
    int fd_;
};

// The same as create_private_file, but the file may exist: a reader, and a crash at any time, finds
// the old content or the new one. Errors: unavailable.
Status replace_private_file(const std::string& path, ByteView content);

// A new folder of mode 0700 below $TMPDIR or /tmp, removed with everything in it at the end.
class ScratchFolder {
 public:
    // The name starts with this. Errors: unavailable.
    static Result<ScratchFolder> make(std::string_view name);
    ~ScratchFolder();
    ScratchFolder(ScratchFolder&& other) noexcept;
    ScratchFolder& operator=(ScratchFolder&& other) noexcept;

    const std::string& path() const { return path_; }

 private:
    explicit ScratchFolder(std::string path) : path_(std::move(path)) {}
    void remove() noexcept;

    std::string path_;
};

// Held by one process at a time, until its owner goes or the process ends, however it ends.
class FolderLock {
 public:
    // Errors, each naming the path: conflict (another holds it), unavailable (no such folder).
    static Result<FolderLock> take(const std::string& folder);
    ~FolderLock();
    FolderLock(FolderLock&& other) noexcept;
    FolderLock& operator=(FolderLock&&) = delete;

 private:
    explicit FolderLock(int fd) : fd_(fd) {}

    int fd_;
};

}  // namespace nsl
