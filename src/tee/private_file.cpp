// SPDX-License-Identifier: Apache-2.0
#include "tee/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace nsl::tee {
namespace {

class File {
 public:
    explicit File(int fd) : fd_(fd) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    int fd() const { return fd_; }
    bool open() const { return fd_ >= 0; }

 private:
    int fd_;
};

std::unexpected<Error> broken(const std::string& path, const char* what) {
    return fail(Errc::unavailable, path + ": " + what + ": " + std::strerror(errno));
}

Status write_whole(const File& file, const std::string& path, ByteView content) {
    while (!content.empty()) {
        const ssize_t count = ::write(file.fd(), content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return broken(path, "cannot write");
        content = content.subspan(static_cast<std::size_t>(count));
    }
    if (::fsync(file.fd()) != 0) return broken(path, "cannot sync");
    return {};
}

Status sync_directory(const std::string& path) {
    std::string parent = std::filesystem::path(path).parent_path().string();
    if (parent.empty()) parent = ".";
    const File directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.open() || ::fsync(directory.fd()) != 0)
        return broken(parent, "cannot sync the directory");
    return {};
}

}  // namespace

Result<std::optional<SecretBytes>> read_private_file(const std::string& path,
                                                     std::size_t bytes_max) {
    const File file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.open()) {
        if (errno == ENOENT) return std::nullopt;
        if (errno == ELOOP) return fail(Errc::forbidden, path + ": is a symbolic link");
        return broken(path, "cannot open");
    }
    struct stat info{};
    if (::fstat(file.fd(), &info) != 0) return broken(path, "cannot inspect");
    if (!S_ISREG(info.st_mode)) return fail(Errc::forbidden, path + ": is not a regular file");
    if (info.st_uid != ::geteuid())
        return fail(Errc::forbidden, path + ": belongs to another user");
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(Errc::forbidden, path + ": is open to group or others; its mode must be 0600");
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size > bytes_max) return fail(Errc::limit_exceeded, path + ": is too large");
    SecretBytes content(size);
    std::span<std::uint8_t> left = content.reveal_mutable();
    while (!left.empty()) {
        const ssize_t count = ::read(file.fd(), left.data(), left.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return broken(path, "cannot read");
        if (count == 0) return fail(Errc::unavailable, path + ": shrank while being read");
        left = left.subspan(static_cast<std::size_t>(count));
    }
    return content;
}

Status create_private_file(const std::string& path, ByteView content) {
    const std::string beside = path + ".new";
    // What a crash left behind: it never had the name, so nothing depends on it.
    if (::unlink(beside.c_str()) != 0 && errno != ENOENT) return broken(beside, "cannot remove");
    const File file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.open()) return broken(beside, "cannot create");
    Status written = write_whole(file, beside, content);
    // A link fails when the name is taken; a rename would replace.
    if (written && ::link(beside.c_str(), path.c_str()) != 0) {
        if (errno == EEXIST)
            written = fail(Errc::conflict, path + ": exists already");
        else
            written = broken(path, "cannot create");
    }
    ::unlink(beside.c_str());
    TRY_OK(written);
    return sync_directory(path);
}

}  // namespace nsl::tee
