// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <utility>

namespace nsl {
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

Status write_all(int fd, const std::string& path, ByteView content) {
    while (!content.empty()) {
        const ssize_t count = ::write(fd, content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return broken(path, "cannot write");
        content = content.subspan(static_cast<std::size_t>(count));
    }
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

// As many bytes as fit; fewer when the file ends.
Result<std::size_t> read_into(const File& file, const std::string& path,
                              std::span<std::uint8_t> into) {
    std::size_t have = 0;
    while (have < into.size()) {
        const ssize_t count = ::read(file.fd(), into.data() + have, into.size() - have);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return broken(path, "cannot read");
        if (count == 0) break;
        have += static_cast<std::size_t>(count);
    }
    return have;
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open()) {
        if (errno == ENOENT) return fail(Errc::not_found, path + ": there is no such file");
        return broken(path, "cannot open");
    }
    constexpr std::size_t kStep = 64 * 1024;
    std::string text;
    for (;;) {
        const std::size_t before = text.size();
        text.resize(std::min(before + kStep, bytes_max + 1));
        TRY(const std::size_t count,
            read_into(
                file, path,
                {reinterpret_cast<std::uint8_t*>(text.data()) + before, text.size() - before}));
        text.resize(before + count);
        if (text.size() > bytes_max)
            return fail(Errc::limit_exceeded,
                        path + ": is too large: at most " + std::to_string(bytes_max) + " bytes");
        if (count == 0) return text;
    }
}

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
    TRY(const std::size_t count, read_into(file, path, content.reveal_mutable()));
    if (count < size) return fail(Errc::unavailable, path + ": shrank while being read");
    return content;
}

Result<Secret<std::string>> read_password_file(const std::string& path) {
    constexpr std::size_t kPasswordBytesMax = 1'024;
    TRY(const auto content, read_private_file(path, kPasswordBytesMax));
    if (!content) return fail(Errc::not_found, path + ": there is no such file");
    const ByteView bytes = content->reveal();
    const auto end = std::ranges::find(bytes, std::uint8_t{'\n'});
    return Secret<std::string>(std::string(bytes.begin(), end));
}

// A crash may leave the file beside: it never had the name, so nothing depends on it.
Result<PrivateFileWriter> PrivateFileWriter::create(const std::string& path) {
    std::string beside = path + ".XXXXXX";
    const int fd = ::mkostemp(beside.data(), O_CLOEXEC);  // mode 0600
    if (fd < 0) return broken(beside, "cannot create");
    return PrivateFileWriter(path, std::move(beside), fd);
}

PrivateFileWriter::PrivateFileWriter(PrivateFileWriter&& other) noexcept
    : path_(std::move(other.path_)),
      beside_(std::exchange(other.beside_, {})),
      fd_(std::exchange(other.fd_, -1)) {}

PrivateFileWriter::~PrivateFileWriter() {
    if (fd_ >= 0) ::close(fd_);
    if (!beside_.empty()) ::unlink(beside_.c_str());
}

Status PrivateFileWriter::append(ByteView content) {
    return write_all(fd_, path_, content);
}

Status PrivateFileWriter::finish() {
    if (::fsync(fd_) != 0) return broken(path_, "cannot sync");
    // A link fails when the name is taken; a rename would replace.
    if (::link(beside_.c_str(), path_.c_str()) != 0) {
        if (errno == EEXIST) return fail(Errc::conflict, path_ + ": exists already");
        return broken(path_, "cannot create");
    }
    ::unlink(std::exchange(beside_, {}).c_str());
    return sync_directory(path_);
}

Status PrivateFileWriter::replace() {
    if (::fsync(fd_) != 0) return broken(path_, "cannot sync");
    if (::rename(beside_.c_str(), path_.c_str()) != 0) return broken(path_, "cannot replace");
    beside_.clear();
    return sync_directory(path_);
}

Status create_private_file(const std::string& path, ByteView content) {
    TRY(PrivateFileWriter file, PrivateFileWriter::create(path));
    TRY_OK(file.append(content));
    return file.finish();
}

Status replace_private_file(const std::string& path, ByteView content) {
    TRY(PrivateFileWriter file, PrivateFileWriter::create(path));
    TRY_OK(file.append(content));
    return file.replace();
}

Result<ScratchFolder> ScratchFolder::make(std::string_view name) {
    const char* const set = std::getenv("TMPDIR");
    std::string path = std::string(set != nullptr && *set != '\0' ? set : "/tmp") + "/" +
                       std::string(name) + "-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) return broken(path, "cannot make a folder");
    return ScratchFolder(std::move(path));
}

ScratchFolder::~ScratchFolder() {
    remove();
}

ScratchFolder::ScratchFolder(ScratchFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

ScratchFolder& ScratchFolder::operator=(ScratchFolder&& other) noexcept {
    if (this != &other) {
        remove();
        path_ = std::exchange(other.path_, {});
    }
    return *this;
}

void ScratchFolder::remove() noexcept {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Result<FolderLock> FolderLock::take(const std::string& folder) {
    FolderLock lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (lock.fd_ < 0) return broken(folder, "cannot open");
    if (::flock(lock.fd_, LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno == EWOULDBLOCK)
        return fail(Errc::conflict, folder + ": is in use by another process");
    return broken(folder, "cannot lock");
}

FolderLock::~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

}  // namespace nsl
