// SPDX-License-Identifier: Apache-2.0
#include "cli/password.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace nsl::cli {
namespace {

// A pipe that holds a text and has no writer any more.
class Holding {
 public:
    explicit Holding(const std::string& text) {
        int ends[2] = {-1, -1};
        NSL_ASSERT(::pipe(ends) == 0);
        NSL_ASSERT(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::close(ends[1]);
        fd_ = ends[0];
    }
    ~Holding() { ::close(fd_); }
    Holding(const Holding&) = delete;
    int fd() const { return fd_; }

 private:
    int fd_ = -1;
};

TEST(Passwords, AreOneLineEach) {
    const Holding held("first\nsecond one\r\n\nlast");
    EXPECT_EQ(read_secret(held.fd(), "")->reveal(), "first");
    EXPECT_EQ(read_secret(held.fd(), "")->reveal(), "second one");
    EXPECT_EQ(read_secret(held.fd(), "")->reveal(), "");
    EXPECT_EQ(read_secret(held.fd(), "")->reveal(), "last");
    const auto none = read_secret(held.fd(), "");
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().code, Errc::invalid_argument);
}

TEST(Passwords, AClosedDescriptorIsSaidToBeSo) {
    const auto closed = read_secret(987, "");
    ASSERT_FALSE(closed.has_value());
    EXPECT_EQ(closed.error().code, Errc::invalid_argument);
    EXPECT_NE(closed.error().message.find("987"), std::string::npos);
}

TEST(Passwords, AreBounded) {
    const Holding most(std::string(kSecretBytesMax, 'a') + "\n");
    EXPECT_EQ(read_secret(most.fd(), "")->reveal().size(), kSecretBytesMax);
    const Holding more(std::string(kSecretBytesMax + 1, 'a') + "\n");
    const auto refused = read_secret(more.fd(), "");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::limit_exceeded);
    EXPECT_EQ(refused.error().message.find("aaaa"), std::string::npos);
}

TEST(Passwords, ANewOneIsNotEmpty) {
    const Holding held("\n");
    const auto empty = read_new_password(held.fd(), "");
    ASSERT_FALSE(empty.has_value());
    EXPECT_EQ(empty.error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace nsl::cli
