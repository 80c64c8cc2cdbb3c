// SPDX-License-Identifier: Apache-2.0
#include "enclave/keyring.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tee/test_fixture.h"

namespace nsl::enclave {
namespace {

class KeyringTest : public ::testing::Test {
 protected:
    Result<Keyring> open() { return Keyring::open(*provider_, dir_.path(), random_); }

    std::string file() {
        std::ifstream in(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void overwrite(const std::string& content) {
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
    }

    tee::test::TempDir dir_;
    OsRandom random_;
    const std::string path_ = dir_ / "report-key.sealed";
    std::unique_ptr<tee::Provider> provider_ =
        tee::simulated_provider(dir_ / "platform.key", random_).value();
};

TEST_F(KeyringTest, HasTheSameKeyAfterARestart) {
    const neo::PublicKey key = open().value().report_key();
    EXPECT_EQ(open().value().report_key(), key);
    struct stat info{};
    ASSERT_EQ(::stat(path_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(KeyringTest, RefusesADamagedFileAndLeavesItAsItIs) {
    ASSERT_TRUE(open().has_value());
    const std::string whole = file();
    std::vector<std::string> damages{"", whole.substr(0, 20), whole + "x",
                                     std::string(10'000, 'x')};
    for (std::size_t i = 0; i < whole.size(); ++i) {
        damages.push_back(whole);
        damages.back()[i] ^= 1;
    }
    for (const std::string& damage : damages) {
        overwrite(damage);
        const auto opened = open();
        ASSERT_FALSE(opened.has_value());
        EXPECT_EQ(opened.error().code, Errc::conflict);
        EXPECT_NE(opened.error().message.find("report-key.sealed"), std::string::npos);
        EXPECT_EQ(file(), damage);
    }
    overwrite(whole);
    EXPECT_TRUE(open().has_value());
}

TEST_F(KeyringTest, RefusesWhatWasSealedForAnotherPurpose) {
    const Bytes other = provider_->seal("vault-key", Bytes(32, 1)).value();
    overwrite(as_text(other));
    ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
    EXPECT_EQ(open().error().code, Errc::conflict);
}

TEST_F(KeyringTest, RefusesADirectoryItCannotUse) {
    const auto opened = Keyring::open(*provider_, dir_ / "missing", random_);
    EXPECT_EQ(opened.error().code, Errc::unavailable);
}

TEST_F(KeyringTest, SignsReportsThatVerifyAndNothingOutOfRange) {
    const Keyring keyring = open().value();
    tee::PriceReport report{.network = 1, .sequence = 1};
    report.records.push_back({.sources = 1, .round = 1, .price = 5, .observed_ms = 1});
    const tee::SignedReport made = keyring.sign(report).value();
    EXPECT_EQ(made.signer, keyring.report_key());
    EXPECT_EQ(tee::verify_report(made).value(), report);
    report.records[0].price = 0;
    EXPECT_EQ(keyring.sign(report).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace nsl::enclave
