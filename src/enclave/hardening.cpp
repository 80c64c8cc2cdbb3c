// SPDX-License-Identifier: Apache-2.0
#include "enclave/hardening.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace nsl::enclave {
namespace {

std::unexpected<Error> failed(const std::string& what) {
    return fail(Errc::unavailable, what + ": " + std::strerror(errno));
}

}  // namespace

Status harden_process() {
    ::umask(077);
    const rlimit none{.rlim_cur = 0, .rlim_max = 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0) return failed("cannot forbid core files");
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return failed("cannot forbid dumps");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failed("cannot forbid privileges");
    return {};
}

Status lock_data_dir(const std::string& data_dir) {
    struct stat info{};
    if (::stat(data_dir.c_str(), &info) != 0) return failed(data_dir);
    if (info.st_uid != ::geteuid() || (info.st_mode & 0022) != 0)
        return fail(
            Errc::forbidden,
            data_dir + ": must belong to this user and be writable by nobody else (chmod 700)");
    const std::string path = data_dir + "/lock";
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return failed(path);
    // Left open: the lock is held until the process ends, however it ends.
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return {};
    const bool held = errno == EWOULDBLOCK;
    ::close(fd);
    if (held) return fail(Errc::conflict, data_dir + ": another enclave uses this directory");
    return failed(path);
}

}  // namespace nsl::enclave
