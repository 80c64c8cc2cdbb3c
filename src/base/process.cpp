// SPDX-License-Identifier: Apache-2.0
#include "base/process.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>

#include "base/async_event.h"

extern char** environ;

namespace nsl {
namespace {

constexpr std::size_t kLineMax = 1 << 20;
constexpr std::size_t kReadSize = 1 << 14;
constexpr int kExecFailed = 127;

// A file descriptor that closes itself.
class Descriptor {
 public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

 private:
    int fd_;
};

struct Pipe {
    Descriptor reader;
    Descriptor writer;
};

std::unexpected<Error> system_failure(const std::string& what) {
    return fail(Errc::unavailable, what + ": " + std::strerror(errno));
}

Result<Pipe> open_pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return system_failure("cannot open a pipe");
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

Result<std::string> find_program(const std::string& path) {
    const std::string nowhere = "no program " + path;
    if (path.find('/') != std::string::npos) {
        if (access(path.c_str(), X_OK) == 0) return path;
        return fail(Errc::not_found, nowhere + " that may be run");
    }
    const char* value = std::getenv("PATH");
    std::string_view folders = value != nullptr ? value : "/usr/bin:/bin";
    while (!path.empty() && !folders.empty()) {
        const std::string_view folder = folders.substr(0, folders.find(':'));
        folders.remove_prefix(std::min(folders.size(), folder.size() + 1));
        std::string candidate = std::string(folder) + '/' + path;
        if (!folder.empty() && access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return fail(Errc::not_found, nowhere + " on PATH");
}

// Everything the child needs, made before the fork: between fork and exec only async-signal-safe
// calls are allowed.
struct Prepared {
    std::string path;
    std::vector<std::string> args;
    std::vector<std::string> env;
    std::vector<char*> argv;
    std::vector<char*> envp;
    std::string work_dir;
    Descriptor input;
    Descriptor log;
    Pipe output;
    Pipe failure;  // carries errno when exec fails, closes when it succeeds

    static std::vector<char*> pointers(std::vector<std::string>& texts) {
        std::vector<char*> out;
        out.reserve(texts.size() + 1);
        for (std::string& text : texts) out.push_back(text.data());
        out.push_back(nullptr);
        return out;
    }
};

Result<std::unique_ptr<Prepared>> prepare(const ProcessSpec& spec) {
    auto out = std::make_unique<Prepared>();
    TRY(out->path, find_program(spec.path));
    out->args.push_back(spec.path);
    out->args.insert(out->args.end(), spec.args.begin(), spec.args.end());
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text(*entry);
        if (!spec.env.contains(std::string(text.substr(0, text.find('=')))))
            out->env.emplace_back(text);
    }
    for (const auto& [key, value] : spec.env)
        out->env.push_back(std::string(key).append("=").append(value));
    out->argv = Prepared::pointers(out->args);
    out->envp = Prepared::pointers(out->env);
    out->work_dir = spec.work_dir;
    out->input = Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!spec.log_path.empty()) {
        out->log = Descriptor(
            open(spec.log_path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
        if (out->log.get() < 0) return system_failure("cannot open " + spec.log_path);
    }
    TRY(out->output, open_pipe());
    TRY(out->failure, open_pipe());
    return out;
}

[[noreturn]] void give_up(int report) {
    const int error = errno;
    (void)!write(report, &error, sizeof error);
    _exit(kExecFailed);
}

[[noreturn]] void become(const Prepared& p, pid_t parent) {
    const int report = p.failure.writer.get();
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(kExecFailed);  // died before the line above took effect
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    struct sigaction plain{};
    plain.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &plain, nullptr);
    if (dup2(p.input.get(), STDIN_FILENO) < 0 || dup2(p.output.writer.get(), STDOUT_FILENO) < 0 ||
        (p.log.get() >= 0 && dup2(p.log.get(), STDERR_FILENO) < 0))
        give_up(report);
    syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    if (!p.work_dir.empty() && chdir(p.work_dir.c_str()) != 0) give_up(report);
    execve(p.path.c_str(), p.argv.data(), p.envp.data());
    give_up(report);
}

int status_of(int raw) {
    return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}

}  // namespace

struct Process::State {
    explicit State(const asio::any_io_executor& executor) : output(executor), watch(executor) {}

    pid_t pid = 0;
    asio::posix::stream_descriptor output;
    asio::posix::stream_descriptor watch;  // pidfd: readable when the process has ended
    std::string unread;
    bool at_end = false;
    std::optional<int> status;
    AsyncEvent ended;

    // Takes the group along. The ended leader is still a zombie here, which keeps the number of
    // the group from being given to others.
    void reap() {
        if (status) return;
        kill(-pid, SIGKILL);
        int raw = 0;
        while (waitpid(pid, &raw, 0) < 0 && errno == EINTR) {
        }
        status = status_of(raw);
        ended.notify_all();
    }

    // nullopt when no whole line has been read.
    std::optional<std::string> take_line(std::size_t searched) {
        const std::size_t end = unread.find('\n', searched);
        if (end == std::string::npos) return std::nullopt;
        std::string line = unread.substr(0, end);
        unread.erase(0, end + 1);
        return line;
    }
};

Process::Process(std::shared_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Process>> Process::start(asio::any_io_executor executor, ProcessSpec spec) {
    TRY(std::unique_ptr<Prepared> prepared, prepare(spec));
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid < 0) return system_failure("cannot fork");
    if (pid == 0) become(*prepared, parent);
    setpgid(pid, pid);  // as the child does: whoever comes first
    prepared->output.writer = Descriptor();
    prepared->failure.writer = Descriptor();

    auto state = std::make_shared<State>(executor);
    state->pid = pid;
    int error = 0;
    ssize_t got = 0;
    do {
        got = read(prepared->failure.reader.get(), &error, sizeof error);
    } while (got < 0 && errno == EINTR);
    if (got == sizeof error) {
        state->reap();
        errno = error;
        if (error == ENOENT && spec.work_dir.empty())
            return fail(Errc::not_found, "no program " + spec.path);
        return system_failure("cannot run " + spec.path);
    }
    const int watch = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (watch < 0) {
        state->reap();
        return system_failure("cannot watch " + spec.path);
    }
    state->watch.assign(watch);
    state->output.assign(prepared->output.reader.release());
    state->watch.async_wait(asio::posix::stream_descriptor::wait_read,
                            [state](boost::system::error_code failed) {
                                if (!failed) state->reap();
                            });
    return std::unique_ptr<Process>(new Process(std::move(state)));
}

Process::~Process() {
    state_->reap();
    boost::system::error_code ignored;
    state_->watch.close(ignored);
    state_->output.close(ignored);
}

int Process::pid() const {
    return state_->pid;
}

std::optional<int> Process::exit_status() const {
    return state_->status;
}

Task<Result<std::optional<std::string>>> Process::read_line() {
    const std::shared_ptr<State> state = state_;
    std::size_t searched = 0;
    for (;;) {
        if (auto line = state->take_line(searched)) co_return line;
        searched = state->unread.size();
        if (searched > kLineMax)
            co_return fail(Errc::limit_exceeded, "a line of output is longer than 1 MiB");
        if (state->at_end) {
            if (searched == 0) co_return std::nullopt;
            co_return std::exchange(state->unread, {});
        }
        std::array<char, kReadSize> buffer;
        boost::system::error_code error;
        const std::size_t got = co_await state->output.async_read_some(
            asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
        if (error && error != asio::error::eof)
            co_return fail(Errc::unavailable, "cannot read output: " + error.message());
        state->at_end = error == asio::error::eof;
        state->unread.append(buffer.data(), got);
    }
}

Task<int> Process::wait() {
    const std::shared_ptr<State> state = state_;
    for (;;) {
        if (const std::optional<int> status = state->status) co_return *status;
        co_await state->ended.wait();
    }
}

void Process::signal(int number) {
    if (!state_->status) kill(state_->pid, number);
}

Task<int> Process::stop(milliseconds grace) {
    const std::shared_ptr<State> state = state_;
    signal(SIGTERM);
    const auto end = std::chrono::steady_clock::now() + grace;
    while (!state->status) {
        const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0 || !co_await state->ended.wait_for(left)) break;
    }
    if (!state->status) kill(-state->pid, SIGKILL);
    co_return co_await wait();
}

}  // namespace nsl
