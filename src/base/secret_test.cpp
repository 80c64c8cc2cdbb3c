// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <new>
#include <sstream>

#include "base/log.h"

namespace nsl {
namespace {

struct KeyPair {
    std::array<std::uint8_t, 32> key;
    int generation;
};

template <class T>
concept Printable = requires(std::ostream& out, const T& value) { out << value; };

// The VmFlags line of the mapping that holds the address.
std::string mapping_flags(const void* address) {
    std::ifstream maps("/proc/self/smaps");
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    bool inside = false;
    for (std::string line; std::getline(maps, line);) {
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx ", &begin, &end) == 2)
            inside = begin <= wanted && wanted < end;
        if (inside && line.starts_with("VmFlags:")) return line + ' ';
    }
    return {};
}

}  // namespace

static_assert(!std::is_copy_constructible_v<SecretBytes>);
static_assert(!std::is_copy_constructible_v<Secret<std::string>>);
static_assert(!Printable<SecretBytes> && !Printable<Secret<std::string>>);
static_assert(!fmt::is_formattable<SecretBytes>::value);
static_assert(!fmt::is_formattable<Secret<std::string>>::value);
static_assert(!std::is_constructible_v<LogField, const char*, Secret<std::string>>);
static_assert(!std::is_constructible_v<LogField, const char*, const SecretBytes&>);

TEST(SecretBytes, HoldsACopyUntilItIsMovedFrom) {
    const Bytes data = {1, 2, 3};
    SecretBytes a = SecretBytes::copy_of(data);
    SecretBytes copy = a.clone();
    SecretBytes b = std::move(a);
    EXPECT_TRUE(std::ranges::equal(b.reveal(), data));
    EXPECT_TRUE(std::ranges::equal(copy.reveal(), data));
    EXPECT_NE(copy.reveal().data(), b.reveal().data());
    EXPECT_EQ(a.size(), 0U);  // NOLINT(bugprone-use-after-move): what moving leaves is the point
    copy = std::move(b);
    EXPECT_EQ(copy.size(), 3U);
    SecretBytes& self = copy;
    copy = std::move(self);
    EXPECT_EQ(copy.size(), 3U);
}

TEST(SecretBytes, MayBeEmpty) {
    EXPECT_EQ(SecretBytes().size(), 0U);
    EXPECT_EQ(SecretBytes(0).reveal().data(), nullptr);
    EXPECT_EQ(SecretBytes::copy_of({}).clone().size(), 0U);
}

// True when locking memory has an effect here: limits may forbid it, and sanitizers ignore it.
bool locking_works() {
    void* page = mmap(nullptr, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)mlock(page, 1);
    const bool works = mapping_flags(page).find(" lo ") != std::string::npos;
    munmap(page, 1);
    return works;
}

TEST(SecretBytes, StaysOutOfCoreDumpsAndSwap) {
    const SecretBytes secret(32);
    const std::string flags = mapping_flags(secret.reveal().data());
    if (flags.empty()) GTEST_SKIP() << "this kernel does not tell the flags of a mapping";
    EXPECT_NE(flags.find(" dd "), std::string::npos) << flags;
    EXPECT_EQ(flags.find(" lo ") != std::string::npos, locking_works()) << flags;
}

TEST(SecretBytes, IsNotInheritedByAFork) {
    const SecretBytes secret = SecretBytes::copy_of(Bytes(32, 0xaa));
    if (mapping_flags(secret.reveal().data()).find(" wf ") == std::string::npos)
        GTEST_SKIP() << "this kernel has no MADV_WIPEONFORK";
    const pid_t child = fork();
    if (child == 0) _exit(secret.reveal()[0]);
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Secret, WipesTriviallyCopyableMemoryWhenItGoes) {
    alignas(Secret<KeyPair>) std::array<unsigned char, sizeof(Secret<KeyPair>)> memory{};
    KeyPair key{.key = {}, .generation = 7};
    key.key.fill(0xaa);
    auto* secret = new (memory.data()) Secret<KeyPair>(key);
    EXPECT_EQ(secret->reveal().generation, 7);
    secret->~Secret();
    EXPECT_EQ(std::ranges::count(memory, 0), static_cast<std::ptrdiff_t>(memory.size()));
}

TEST(Secret, MovingLeavesNothingBehind) {
    // A short text lives inside the object: moving copies it and libstdc++ leaves the source.
    Secret<std::string> a(std::string("hunter2"));
    Secret<std::string> b(std::move(a));
    EXPECT_EQ(b.reveal(), "hunter2");
    const auto* raw = reinterpret_cast<const char*>(&a);
    EXPECT_EQ(std::string_view(raw, sizeof a).find("unter"), std::string_view::npos);
    Secret<std::string> c(std::string("other"));
    c = std::move(b);
    EXPECT_EQ(c.reveal(), "hunter2");
}

TEST(WipeValue, OverwritesTheWholeBufferOfAString) {
    std::string text(100, 'x');
    text.resize(3);
    const std::size_t capacity = text.capacity();
    const char* data = text.data();
    wipe_value(text);
    ASSERT_EQ(text.data(), data) << "wiping must not move the text";
    text.resize(capacity);
    EXPECT_EQ(text, std::string(capacity, '\0'));
}

TEST(Wipe, OverwritesMemory) {
    Bytes data(64, 0xff);
    wipe(data.data(), data.size());
    EXPECT_EQ(data, Bytes(64, 0));
}

}  // namespace nsl
