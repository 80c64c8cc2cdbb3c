// SPDX-License-Identifier: Apache-2.0
#include "tee/provider.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tee/test_fixture.h"

namespace nsl::tee {
namespace {

class SimulatedProviderTest : public ::testing::Test {
 protected:
    Result<std::unique_ptr<Provider>> open(const std::string& name = "platform.key") {
        return simulated_provider(dir_ / name, random_);
    }
    static Bytes opened(Provider& provider, std::string label, ByteView sealed) {
        const SecretBytes secret = provider.unseal(std::move(label), sealed).value();
        return {secret.reveal().begin(), secret.reveal().end()};
    }

    test::TempDir dir_;
    SeededRandom random_{1};
    const Bytes secret_{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
};

TEST_F(SimulatedProviderTest, OpensWhatItSealedAlsoAfterARestart) {
    const Bytes sealed = open().value()->seal("key", secret_).value();
    EXPECT_EQ(opened(*open().value(), "key", sealed), secret_);
    EXPECT_EQ(opened(*open().value(), "key", open().value()->seal("key", {}).value()), Bytes{});
}

TEST_F(SimulatedProviderTest, ShowsNothingOfTheSecretAndSealsItDifferentlyEachTime) {
    const auto provider = open().value();
    const Bytes sealed = provider->seal("key", secret_).value();
    EXPECT_EQ(std::search(sealed.begin(), sealed.end(), secret_.begin(), secret_.begin() + 4),
              sealed.end());
    EXPECT_NE(provider->seal("key", secret_).value(), sealed);
}

TEST_F(SimulatedProviderTest, RefusesAnotherLabelAndAnotherPlatform) {
    const auto provider = open().value();
    const Bytes sealed = provider->seal("key", secret_).value();
    EXPECT_EQ(provider->unseal("kez", sealed).error().code, Errc::unauthenticated);
    EXPECT_EQ(provider->unseal("ke", sealed).error().code, Errc::unauthenticated);
    EXPECT_EQ(provider->unseal("", sealed).error().code, Errc::invalid_argument);
    EXPECT_EQ(open("other.key").value()->unseal("key", sealed).error().code, Errc::unauthenticated);
}

TEST_F(SimulatedProviderTest, RefusesEveryAlteredByteAndEveryCut) {
    const auto provider = open().value();
    const Bytes sealed = provider->seal("key", secret_).value();
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        for (const std::uint8_t bit : {0x01, 0x80}) {
            Bytes altered = sealed;
            altered[i] ^= bit;
            EXPECT_FALSE(provider->unseal("key", altered).has_value()) << i;
        }
        EXPECT_FALSE(provider->unseal("key", ByteView(sealed).first(i)).has_value()) << i;
    }
    Bytes longer = sealed;
    longer.push_back(0);
    EXPECT_FALSE(provider->unseal("key", longer).has_value());
}

TEST_F(SimulatedProviderTest, KeepsItsPlatformKeyForTheOwnerOnly) {
    ASSERT_TRUE(open().has_value());
    struct stat info{};
    ASSERT_EQ(::stat((dir_ / "platform.key").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    for (const mode_t mode : {0640, 0604, 0620}) {
        ASSERT_EQ(::chmod((dir_ / "platform.key").c_str(), mode), 0);
        const auto refused = open();
        ASSERT_FALSE(refused.has_value());
        EXPECT_EQ(refused.error().code, Errc::unavailable);
        EXPECT_NE(refused.error().message.find("0600"), std::string::npos);
    }
}

TEST_F(SimulatedProviderTest, DoesNotReplaceADamagedPlatformKey) {
    ASSERT_TRUE(open().has_value());
    std::filesystem::resize_file(dir_ / "platform.key", 31);
    EXPECT_EQ(open().error().code, Errc::unavailable);
    EXPECT_EQ(std::filesystem::file_size(dir_ / "platform.key"), 31u);
}

TEST_F(SimulatedProviderTest, SaysWhichDirectoryItCannotWrite) {
    const auto refused = open("missing/platform.key");
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    EXPECT_NE(refused.error().message.find("missing/platform.key"), std::string::npos);
}

}  // namespace
}  // namespace nsl::tee
