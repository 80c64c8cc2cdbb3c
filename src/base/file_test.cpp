// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace nsl {
namespace {

class TempDir {
 public:
    std::string operator/(std::string_view name) const {
        return folder_.path() + "/" + std::string(name);
    }
    const std::string& path() const { return folder_.path(); }

 private:
    ScratchFolder folder_ = ScratchFolder::make("nsl-file").value();
};

TEST(PrivateFile, NeverOverwritesAndLeavesNothingBeside) {
    const TempDir dir;
    ASSERT_TRUE(create_private_file(dir / "f", Bytes{1, 2}).has_value());
    EXPECT_EQ(create_private_file(dir / "f", Bytes{3}).error().code, Errc::conflict);
    const auto content = read_private_file(dir / "f", 10).value();
    ASSERT_TRUE(content.has_value());
    EXPECT_EQ(content->size(), 2u);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

TEST(PrivateFile, WrittenInPiecesAppearsWholeOrNot) {
    const ScratchFolder folder = ScratchFolder::make("nsl-file").value();
    const std::string path = folder.path() + "/f";
    {
        PrivateFileWriter given_up = PrivateFileWriter::create(path).value();
        ASSERT_TRUE(given_up.append(as_bytes("half")));
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
    PrivateFileWriter file = PrivateFileWriter::create(path).value();
    ASSERT_TRUE(file.append(as_bytes("one ")));
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(file.append(as_bytes("two")));
    ASSERT_TRUE(file.finish());
    EXPECT_EQ(read_file(path, 100), "one two");
    PrivateFileWriter second = PrivateFileWriter::create(path).value();
    EXPECT_EQ(second.finish().error().code, Errc::conflict);
    EXPECT_EQ(read_file(path, 100), "one two");
}

TEST(PrivateFile, LeavesItsNeighboursAlone) {
    const TempDir dir;
    std::ofstream(dir / "f.new") << "half";
    ASSERT_TRUE(create_private_file(dir / "f", Bytes{1}).has_value());
    ASSERT_TRUE(replace_private_file(dir / "f", Bytes{1, 2}).has_value());
    EXPECT_EQ(read_private_file(dir / "f", 10).value()->size(), 2u);
    EXPECT_EQ(read_file(dir / "f.new", 10).value(), "half");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 2);
}

TEST(PrivateFile, RefusesLinksDirectoriesAndLargeFiles) {
    const TempDir dir;
    ASSERT_TRUE(create_private_file(dir / "f", Bytes(11, 1)).has_value());
    EXPECT_EQ(read_private_file(dir / "f", 10).error().code, Errc::limit_exceeded);
    std::filesystem::create_symlink(dir / "f", dir / "link");
    EXPECT_EQ(read_private_file(dir / "link", 20).error().code, Errc::forbidden);
    EXPECT_EQ(read_private_file(dir.path(), 20).error().code, Errc::forbidden);
    EXPECT_FALSE(read_private_file(dir / "none", 20).value().has_value());
}

TEST(PrivateFile, ReplacesWholeAndStaysItsOwnersAlone) {
    const TempDir dir;
    ASSERT_TRUE(replace_private_file(dir / "f", as_bytes("first")));
    ASSERT_EQ(::chmod((dir / "f").c_str(), 0644), 0);
    ASSERT_TRUE(replace_private_file(dir / "f", as_bytes("second")));
    EXPECT_EQ(read_file(dir / "f", 100).value(), "second");
    EXPECT_TRUE(read_private_file(dir / "f", 100).value().has_value());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
    EXPECT_EQ(replace_private_file(dir / "none/f", as_bytes("x")).error().code, Errc::unavailable);
}

TEST(PrivateFile, GivesThePasswordsFirstLineAndOnlyIfItIsPrivate) {
    const TempDir dir;
    ASSERT_TRUE(create_private_file(dir / "f", as_bytes("one two\nthree")));
    EXPECT_EQ(read_password_file(dir / "f").value().reveal(), "one two");
    ASSERT_EQ(::chmod((dir / "f").c_str(), 0640), 0);
    EXPECT_EQ(read_password_file(dir / "f").error().code, Errc::forbidden);
    EXPECT_EQ(read_password_file(dir / "none").error().code, Errc::not_found);
}

TEST(ReadFile, TakesWhatFitsAndNamesTheFileItRefuses) {
    const TempDir dir;
    const std::string long_text(200'000, 'x');
    std::ofstream(dir / "f") << long_text;
    EXPECT_EQ(read_file(dir / "f", long_text.size()).value(), long_text);
    const auto large = read_file(dir / "f", long_text.size() - 1);
    EXPECT_EQ(large.error().code, Errc::limit_exceeded);
    EXPECT_NE(large.error().message.find(dir / "f"), std::string::npos);
    EXPECT_EQ(read_file(dir / "none", 10).error().code, Errc::not_found);
    EXPECT_EQ(read_file(dir.path(), 10).error().code, Errc::unavailable);
    std::ofstream(dir / "empty") << "";
    EXPECT_EQ(read_file(dir / "empty", 0).value(), "");
}

TEST(ScratchFolder, GoesWithItsOwnerAndWithNobodyElse) {
    std::string path;
    {
        ScratchFolder first = ScratchFolder::make("nsl-scratch").value();
        path = first.path();
        std::ofstream(path + "/f") << "x";
        const ScratchFolder second = std::move(first);
        EXPECT_EQ(second.path(), path);
        first = ScratchFolder::make("nsl-scratch").value();
        EXPECT_NE(first.path(), path);
        EXPECT_TRUE(std::filesystem::exists(path + "/f"));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(FolderLock, HasOneHolderAtATime) {
    const TempDir dir;
    {
        auto first = FolderLock::take(dir.path());
        ASSERT_TRUE(first);
        const auto second = FolderLock::take(dir.path());
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, Errc::conflict);
        EXPECT_NE(second.error().message.find(dir.path()), std::string::npos);
    }
    EXPECT_TRUE(FolderLock::take(dir.path()));
    EXPECT_EQ(FolderLock::take(dir / "none").error().code, Errc::unavailable);
}

}  // namespace
}  // namespace nsl
