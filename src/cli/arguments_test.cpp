// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace nsl::cli {
namespace {

// Public test vectors: never fund them.
constexpr const char* kWif = "KxyjQ8eUa4FHt3Gvioyt1Wz29cTUrE4eTqX3yFSk1YFCsPL8uNsY";
constexpr const char* kNep2 = "6PYM7jHL4GmS8Aw2iEFpuaHTCUKjhT4mwVqdoozGU6sUE25BjV4ePXDdLz";

std::optional<Error> check(std::vector<const char*> args) {
    args.insert(args.begin(), "nsl");
    return secret_argument(static_cast<int>(args.size()), args.data());
}

TEST(Arguments, APrivateKeyIsRefusedWithoutRepeatingIt) {
    const std::string joined = std::string("--secret=") + kWif;
    for (const std::vector<const char*>& args :
         {std::vector<const char*>{"wallet", "import", kWif}, {"--x", kNep2}, {joined.c_str()}}) {
        const auto refused = check(args);
        ASSERT_TRUE(refused.has_value());
        EXPECT_EQ(refused->code, Errc::invalid_argument);
        EXPECT_EQ(refused->message.find(kWif), std::string::npos);
        EXPECT_EQ(refused->message.find(kNep2), std::string::npos);
    }
    EXPECT_FALSE(check({"wallet", "list", "NfgHwwTi3wHAS8aFAN243C5vGbkYDpqLHP", ""}).has_value());
    EXPECT_FALSE(secret_argument(0, nullptr).has_value());
}

TEST(Arguments, UnknownOnesAreNamedButNotWhatMayBeSecret) {
    EXPECT_NE(unknown_arguments({"walet"}).message.find("walet"), std::string::npos);
    const std::string message =
        unknown_arguments({"--password", "hunter2", "--token=abc", std::string(64, 'f')}).message;
    EXPECT_NE(message.find("--password"), std::string::npos);
    EXPECT_NE(message.find("--token"), std::string::npos);
    EXPECT_NE(message.find("--password-fd"), std::string::npos);
    for (const char* secret : {"hunter2", "abc", "ffff"})
        EXPECT_EQ(message.find(secret), std::string::npos) << message;
}

}  // namespace
}  // namespace nsl::cli
