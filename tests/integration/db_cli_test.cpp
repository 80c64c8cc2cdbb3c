// SPDX-License-Identifier: Apache-2.0
// A node's database through the command line: made, copied, checked and moved between engines.
#include <gtest/gtest.h>

#include <filesystem>

#include "node_database.h"
#include "nsl_command.h"
#include "store/backup.h"
#include "store_world.h"

namespace nsl {
namespace {

using namespace testing_support;
using store::Engine;

constexpr const char* kSecret = "hunter2";

class DbCommand : public store::OnEachEngine {
 protected:
    CommandRoom room_;
    store::Folder folder_;
    const std::string source_ = store::fresh_url(GetParam(), folder_);
    const std::string copy_ = room_.path("copy");

    Answer db(std::vector<std::string> args, const std::string& database = {}) {
        args.insert(args.begin(), "db");
        if (!database.empty()) args.insert(args.end(), {"--database", database});
        return room_.nsl(args);
    }
    json::Object told(std::vector<std::string> args, const std::string& database = {}) {
        args.push_back("--json");
        const Answer answer = db(std::move(args), database);
        EXPECT_EQ(answer.status, 0) << answer.errors;
        return answer.line();
    }
    std::string new_sqlite(const std::string& name) { return "sqlite:" + room_.path(name); }
    // Ends with that exit code, and one message that has all the parts.
    void refused(int status, std::vector<std::string> args, const std::string& database,
                 const std::vector<std::string>& parts) {
        const Answer answer = db(std::move(args), database);
        EXPECT_EQ(answer.status, status) << answer.errors;
        for (const std::string& part : parts)
            EXPECT_NE(answer.errors.find(part), std::string::npos) << part << ": " << answer.errors;
    }
    void back_up() {
        const Status filled = fill(source_);
        ASSERT_TRUE(filled) << filled.error().message;
        ASSERT_EQ(db({"backup", copy_}, source_).status, 0);
    }
    // A database of a program that comes after this one, and a copy of it.
    void make_newer(const std::string& copy) {
        std::vector<store::Migration> newer = node::schema();
        store::add_migrations(newer, "more", {"CREATE TABLE more (id BIGINT PRIMARY KEY)"});
        ASSERT_TRUE(store::open({.url = source_}, newer));
        ASSERT_TRUE(store::back_up({.url = source_}, newer, copy));
    }
};
INSTANTIATE_TEST_SUITE_P(Engines, DbCommand, ::testing::Values(Engine::sqlite, Engine::postgres),
                         store::engine_name);

TEST_P(DbCommand, MigratesToWhatStatusThenShows) {
    const auto newest = static_cast<std::int64_t>(node::schema().size());
    const json::Object made = told({"migrate"}, source_);
    EXPECT_EQ(made, told({"status"}, source_));
    EXPECT_EQ(text_of(made, "database"), source_);
    EXPECT_EQ(made.at("schema").to_number<std::int64_t>(), newest);
    EXPECT_EQ(made.at("newest").to_number<std::int64_t>(), newest);
    const json::Array& steps = made.at("steps").as_array();
    ASSERT_EQ(static_cast<std::int64_t>(steps.size()), newest);
    for (const json::Value& step : steps) EXPECT_EQ(text_of(step.as_object(), "state"), "applied");
    EXPECT_NE(db({"status"}, source_).output.find("applied  chain_tx"), std::string::npos);
    EXPECT_EQ(told({"migrate"}, source_), made);
}

TEST_P(DbCommand, MovesEverythingToTheOtherEngineAndBack) {
    const Status filled = fill(source_);
    ASSERT_TRUE(filled) << filled.error().message;
    const json::Object made = told({"backup", copy_}, source_);
    EXPECT_EQ(text_of(made, "done"), "backed up");
    EXPECT_EQ(made.at("tables").to_number<std::size_t>(), std::size(kTables));
    EXPECT_GT(made.at("rows").to_number<int>(), 1'200);
    EXPECT_EQ(std::filesystem::status(copy_).permissions(), std::filesystem::perms(0600));
    const json::Object verified = told({"verify", copy_});
    for (const char* field : {"schema", "tables", "rows", "sha256"})
        EXPECT_EQ(verified.at(field), made.at(field)) << field;

    const auto content = content_of(source_);
    const Engine other = GetParam() == Engine::sqlite ? Engine::postgres : Engine::sqlite;
    const std::string there = store::fresh_url(other, folder_, "there");
    EXPECT_EQ(told({"restore", copy_}, there).at("rows"), made.at("rows"));
    EXPECT_EQ(told({"verify"}, there).at("rows"), made.at("rows"));
    const auto moved = content_of(there);
    expect_restored(content, moved);
    EXPECT_EQ(db({"backup", room_.path("again")}, there).status, 0);
    const std::string back = store::fresh_url(GetParam(), folder_, "back");
    EXPECT_EQ(db({"restore", room_.path("again")}, back).status, 0);
    expect_restored(moved, content_of(back));
}

TEST_P(DbCommand, PutsNothingOverWhatIsThere) {
    back_up();
    const std::string before = room_.read("copy");
    refused(1, {"backup", copy_}, source_, {copy_});
    EXPECT_EQ(room_.read("copy"), before);
    refused(1, {"restore", copy_}, source_, {"not empty", "restore into a new one"});
}

TEST_P(DbCommand, RefusesACopyThatIsNotWhole) {
    back_up();
    const std::string whole = room_.read("copy"), target = new_sqlite("target");
    std::string altered = whole;
    altered.replace(altered.find("1152921504606846976"), 1, "2");
    const auto both = [&](int status, const std::string& file, const std::string& why) {
        refused(status, {"verify", file}, "", {why});
        refused(status, {"restore", file}, target, {why});
    };
    room_.write("copy", altered);
    both(2, copy_, "altered");
    room_.write("copy", whole.substr(0, whole.size() / 2));
    both(2, copy_, "line");
    room_.write("copy", whole.substr(0, whole.rfind('\n', whole.size() - 2) + 1));
    both(2, copy_, "cut off");
    room_.write("copy", "{}\n");
    both(2, copy_, "no backup");
    both(2, room_.path("none"), "no such file");
    EXPECT_FALSE(std::filesystem::exists(room_.path("target")));
}

TEST_P(DbCommand, RefusesWhatANewerProgramMade) {
    make_newer(copy_);
    for (const char* command : {"status", "migrate", "verify"})
        refused(1, {command}, source_, {"newer"});
    refused(1, {"backup", room_.path("b")}, source_, {"newer"});
    refused(1, {"verify", copy_}, "", {"newer program"});
    refused(1, {"restore", copy_}, new_sqlite("target"), {"newer program"});
    EXPECT_FALSE(std::filesystem::exists(room_.path("b")));
    EXPECT_FALSE(std::filesystem::exists(room_.path("target")));
}

class DbUsage : public DbCommand {};
INSTANTIATE_TEST_SUITE_P(Once, DbUsage, ::testing::Values(Engine::sqlite));

TEST_P(DbUsage, WithoutArgumentsIsHelp) {
    const Answer help = db({});
    EXPECT_EQ(help.status, 0);
    for (const char* command : {"status", "migrate", "backup", "restore", "verify"})
        EXPECT_NE(help.output.find(command), std::string::npos) << command;
    refused(2, {"compact"}, "", {"subcommand"});
    refused(2, {"backup"}, source_, {"file"});
}

TEST_P(DbUsage, SaysThatTheDatabaseIsMissing) {
    for (const char* command : {"status", "migrate", "verify"})
        refused(2, {command}, "", {"--config", "--database"});
    refused(2, {"backup", copy_}, "", {"--config", "--database"});
    refused(2, {"status", "--config", room_.path("none.yaml")}, "", {"none.yaml"});
    for (const char* command : {"status", "verify"})
        refused(2, {command}, new_sqlite("none"), {"there is no database"});
    refused(2, {"backup", copy_}, new_sqlite("none"), {"there is no database"});
    EXPECT_FALSE(std::filesystem::exists(room_.path("none")));
    EXPECT_FALSE(std::filesystem::exists(copy_));
}

TEST_P(DbUsage, TakesTheNodesOwnDatabaseFromItsConfiguration) {
    const std::string base = "rpc: http://127.0.0.1:1\nnetwork: 1\ncontract: \"0x" +
                             std::string(40, 'a') +
                             "\"\nwallet: w\nwallet_password_file: p\nenclave_socket: s\n"
                             "data_dir: " +
                             room_.path("") +
                             "\nfeeds: [{id: BTC-USD, sources: ["
                             "{venue: coinbase, market: BTC-USD}, {venue: kraken, market: BTC-USD},"
                             " {venue: bitstamp, market: BTC-USD}]}]\n";
    room_.write("node.yaml", base);
    EXPECT_EQ(told({"migrate", "--config", room_.path("node.yaml")}).at("schema"),
              told({"status"}, new_sqlite("nsld.sqlite")).at("schema"));
    room_.write("node.yaml", base + "database: " + source_ + "\n");
    EXPECT_EQ(text_of(told({"migrate", "--config", room_.path("node.yaml")}), "database"), source_);
}

TEST_P(DbUsage, NeverShowsAPassword) {
    for (const std::string& url :
         {std::string("postgresql://anna:") + kSecret + "@localhost/nsl",
          std::string("postgresql:///nsl?host=/nowhere&password=") + kSecret,
          std::string("postgresql://anna:") + kSecret + "@[::1/nsl",
          std::string("mysql://anna:") + kSecret + "@localhost/nsl"})
        for (std::vector<std::string> args : {std::vector<std::string>{"status"},
                                              {"migrate", "--json"},
                                              {"verify"},
                                              {"backup", copy_}}) {
            const Answer answer = db(args, url);
            EXPECT_EQ(answer.status, 2) << answer.errors;
            EXPECT_EQ((answer.output + answer.errors).find(kSecret), std::string::npos)
                << answer.output << answer.errors;
        }
}

TEST_P(DbUsage, SaysThatAFileIsDamaged) {
    back_up();
    const std::string path = source_.substr(source_.find(':') + 1);
    std::string bytes = read_file(path, 1 << 24).value();
    std::fill(bytes.begin() + 8'192, bytes.begin() + 60'000, '\xa5');
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    refused(3, {"verify"}, source_, {"damaged"});
}

}  // namespace
}  // namespace nsl
