// SPDX-License-Identifier: Apache-2.0
#include "node/db_commands.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "base/json.h"
#include "node/schema.h"
#include "store/backup.h"

namespace nsl::node {
namespace {

struct DbOptions {
    std::string config, database, file;
    bool json = false;
};

struct StepLine {
    int number = 0;
    std::string name;
    std::string state;  // applied, pending, differs
};
BOOST_DESCRIBE_STRUCT(StepLine, (), (number, name, state))

struct StatusLine {
    std::string database;
    int schema = 0;  // the newest step that was applied
    int newest = 0;  // the newest that this program knows
    std::vector<StepLine> steps;
};
BOOST_DESCRIBE_STRUCT(StatusLine, (), (database, schema, newest, steps))

struct SummaryLine {
    std::string done;
    int schema = 0;
    std::int64_t tables = 0;
    std::int64_t rows = 0;
    std::string sha256;
};
BOOST_DESCRIBE_STRUCT(SummaryLine, (), (done, schema, tables, rows, sha256))

int report(const Error& error) {
    std::cerr << "nsl db: " << error.message << "\n";
    for (const Fault& fault : error.faults)
        std::cerr << "  " << fault.where << ": " << fault.message << "\n";
    if (error.code == Errc::conflict) return 1;
    return error.code == Errc::invalid_argument || error.code == Errc::not_found ? 2 : 3;
}

Result<store::OpenOptions> open_options(const DbOptions& options) {
    if (!options.database.empty()) return store::OpenOptions{.url = options.database};
    if (options.config.empty())
        return fail(Errc::invalid_argument,
                    "say which database: --config FILE (the node's), or --database URL");
    TRY(const NodeConfig config, load_config(options.config));
    return store::OpenOptions{.url = database_url(config)};
}

Status show(const DbOptions& options, const std::string& done,
            const Result<store::BackupSummary>& summary) {
    if (!summary) return std::unexpected(summary.error());
    if (options.json) {
        std::cout << json::write(SummaryLine{done, summary->schema, summary->tables, summary->rows,
                                             summary->sha256})
                  << std::endl;
        return {};
    }
    std::cout << done << ": " << summary->tables << " tables, " << summary->rows << " rows, schema "
              << summary->schema;
    if (!summary->sha256.empty()) std::cout << ", sha256 " << summary->sha256;
    std::cout << std::endl;
    return {};
}

Status show_status(const DbOptions& options) {
    TRY(const auto where, open_options(options));
    TRY(const store::SchemaStatus status, store::schema_status(where, schema()));
    StatusLine line{where.url, status.newest_applied, status.steps.back().number, {}};
    for (const auto& step : status.steps)
        line.steps.push_back({step.number, step.name,
                              step.differs   ? "differs"
                              : step.applied ? "applied"
                                             : "pending"});
    if (options.json) {
        std::cout << json::write(line) << std::endl;
    } else {
        std::cout << line.database << ": schema " << line.schema << ", this program's is "
                  << line.newest << "\n";
        for (const StepLine& step : line.steps)
            std::cout << "  " << step.number << "  " << step.state << "  " << step.name << "\n";
    }
    return store::check_schema(status);
}

Status migrate(const DbOptions& options) {
    TRY(const auto where, open_options(options));
    TRY_OK(store::open(where, schema()));
    return show_status(options);
}

Status back_up(const DbOptions& options) {
    TRY(const auto where, open_options(options));
    return show(options, "backed up", store::back_up(where, schema(), options.file));
}

Status restore(const DbOptions& options) {
    TRY(const auto where, open_options(options));
    return show(options, "restored", store::restore(where, schema(), options.file));
}

Status verify(const DbOptions& options) {
    if (!options.file.empty())
        return show(options, "verified", store::verify_backup(schema(), options.file));
    TRY(const auto where, open_options(options));
    return show(options, "verified", store::verify_database(where, schema()));
}

}  // namespace

void add_db_commands(CLI::App& app, int& exit_code) {
    auto* db = app.add_subcommand("db", "the node's database: schema, backups, checks");
    db->require_subcommand(1);
    const auto options = std::make_shared<DbOptions>();
    auto add = [&](const char* name, const char* about, Status (*run)(const DbOptions&)) {
        auto* command = db->add_subcommand(name, about);
        command->add_option("--config", options->config, "the node's YAML configuration");
        command->add_option("--database", options->database,
                            "sqlite:PATH or postgresql://USER@HOST/NAME, instead of --config");
        command->add_flag("--json", options->json, "one JSON object instead of text");
        command->callback([options, run, &exit_code] {
            const Status done = run(*options);
            exit_code = done ? 0 : report(done.error());
        });
        return command;
    };
    add("status", "which steps of the schema the database has", show_status);
    add("migrate", "bring it to this program's schema", migrate);
    add("backup", "write all of it to a new file, from one state, while others write", back_up)
        ->add_option("file", options->file, "the file to make")
        ->required();
    add("restore", "make an empty database from such a file, on either engine", restore)
        ->add_option("file", options->file, "the file to read")
        ->required();
    add("verify", "read and check every row, or with a file that backup", verify)
        ->add_option("file", options->file, "a backup, instead of the database");
}

}  // namespace nsl::node
