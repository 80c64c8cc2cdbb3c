// SPDX-License-Identifier: Apache-2.0
#include "cli/password.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

namespace nsl::cli {
namespace {

class Descriptor {
 public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    int get() const { return fd_; }

 private:
    int fd_;
};

// While one exists, the signals that end or stop a program only wait: `arrived` becomes readable.
// They are delivered when it goes.
class HeldSignals {
 public:
    HeldSignals() {
        sigset_t held;
        sigemptyset(&held);
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP})
            sigaddset(&held, number);
        pthread_sigmask(SIG_BLOCK, &held, &before_);
        arrived_ = signalfd(-1, &held, SFD_CLOEXEC);
    }
    ~HeldSignals() {
        if (arrived_ >= 0) ::close(arrived_);
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    HeldSignals(const HeldSignals&) = delete;
    int arrived() const { return arrived_; }

 private:
    sigset_t before_{};
    int arrived_ = -1;
};

// While one exists, what is typed is not shown.
class QuietTerminal {
 public:
    explicit QuietTerminal(int tty) : tty_(tty) {
        changed_ = tcgetattr(tty, &before_) == 0;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        quiet.c_lflag |= ECHONL;
        changed_ = changed_ && tcsetattr(tty, TCSAFLUSH, &quiet) == 0;
    }
    ~QuietTerminal() {
        if (changed_) tcsetattr(tty_, TCSAFLUSH, &before_);
    }
    QuietTerminal(const QuietTerminal&) = delete;
    bool is_quiet() const { return changed_; }

 private:
    int tty_;
    termios before_{};
    bool changed_ = false;
};

// Growing would leave copies of the secret behind.
std::string secret_buffer() {
    std::string out;
    out.reserve(kSecretBytesMax + 1);
    return out;
}

std::unexpected<Error> too_long() {
    return fail(Errc::limit_exceeded, "a secret has at most 4,096 bytes, in one line");
}

// One line, byte by byte: what follows belongs to the next question.
Result<SecretText> read_line_of(int fd) {
    const std::string name = "file descriptor " + std::to_string(fd);
    std::string line = secret_buffer();
    bool any = false;
    for (;;) {
        char next = 0;
        const ssize_t count = ::read(fd, &next, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && errno == EAGAIN) {
            pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
            ::poll(&waiting, 1, -1);
            continue;
        }
        if (count < 0) {
            const SecretText wiped(std::move(line));
            return fail(Errc::invalid_argument, name +
                                                    " cannot be read: open it for the program, "
                                                    "as in 3< file");
        }
        if (count == 0 || next == '\n') {
            any = any || count > 0;
            break;
        }
        any = true;
        if (line.size() == kSecretBytesMax) {
            const SecretText wiped(std::move(line));
            return too_long();
        }
        line.push_back(next);
    }
    if (!any)
        return fail(Errc::invalid_argument,
                    name + " is at its end: it should hold one secret a line");
    if (line.ends_with('\r')) line.pop_back();
    return SecretText(std::move(line));
}

// One line from the terminal; nothing when a signal came between.
Result<std::optional<SecretText>> read_line_until_signal(int tty, int signals) {
    std::string line = secret_buffer();
    for (;;) {
        std::array<pollfd, 2> waiting{{{.fd = tty, .events = POLLIN, .revents = 0},
                                       {.fd = signals, .events = POLLIN, .revents = 0}}};
        if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR)
            return fail(Errc::unavailable, "the terminal cannot be read");
        if (waiting[1].revents != 0) {
            const SecretText wiped(std::move(line));
            return std::optional<SecretText>();
        }
        if (waiting[0].revents == 0) continue;
        char next = 0;
        const ssize_t count = ::read(tty, &next, 1);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0 && line.empty())
            return fail(Errc::invalid_argument, "the terminal is at its end");
        if (count <= 0 || next == '\n') return std::optional(SecretText(std::move(line)));
        if (line.size() == kSecretBytesMax) {
            const SecretText wiped(std::move(line));
            return too_long();
        }
        line.push_back(next);
    }
}

Result<SecretText> ask(const std::string& prompt, bool shown, const std::string& otherwise) {
    const Descriptor tty(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (tty.get() < 0)
        return fail(Errc::invalid_argument, "there is no terminal to ask at: " + otherwise);
    // A signal that only stops the program brings it back here, to ask again.
    for (;;) {
        const HeldSignals signals;
        std::optional<QuietTerminal> quiet;
        if (!shown) {
            quiet.emplace(tty.get());
            if (!quiet->is_quiet())
                return fail(Errc::unavailable, "the terminal does not stop showing what is typed");
        }
        if (::write(tty.get(), prompt.data(), prompt.size()) < 0)
            return fail(Errc::unavailable, "the terminal cannot be written to");
        TRY(std::optional<SecretText> line, read_line_until_signal(tty.get(), signals.arrived()));
        if (line) return *std::move(line);
    }
}

}  // namespace

Result<SecretText> read_secret(int fd, const std::string& prompt) {
    if (fd != kAskTheTerminal) return read_line_of(fd);
    return ask(prompt + ": ", false,
               "name a file descriptor to read from, with --password-fd or --secret-fd");
}

Result<SecretText> read_new_password(int fd, const std::string& prompt) {
    TRY(SecretText password, read_secret(fd, prompt));
    if (password.reveal().empty())
        return fail(Errc::invalid_argument, "a password should not be empty");
    if (fd != kAskTheTerminal) return password;
    TRY(const SecretText again, read_secret(fd, "The same again"));
    if (password.reveal() != again.reveal())
        return fail(Errc::invalid_argument, "the two passwords differ: nothing was done");
    return password;
}

Result<bool> confirm(const std::string& question) {
    TRY(const SecretText answer, ask(question + " [y/N] ", true, "give --yes to agree"));
    return answer.reveal() == "y" || answer.reveal() == "Y" || answer.reveal() == "yes";
}

}  // namespace nsl::cli
