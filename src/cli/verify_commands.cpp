// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>

#include "base/decimal.h"
#include "base/encoding.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "client/types.h"
#include "tee/report.h"

namespace nsl::cli {
namespace {

struct Arguments {
    std::string file;
    std::string key;
};

// The key in the file says who claims to have signed; the key that was given says who should have.
Result<tee::PriceReport> verify(const Arguments& args) {
    TRY(std::string text, read_input(args.file));
    TRY(client::Report body, json::parse<client::Report>(text));
    tee::SignedReport report;
    TRY(report.report, hex_decode(body.report));
    TRY(Bytes signature, hex_decode(body.signature));
    if (signature.size() != report.signature.size())
        return fail(Errc::invalid_argument, "the signature must have 64 bytes");
    std::ranges::copy(signature, report.signature.begin());
    TRY(report.signer, neo::PublicKey::parse(args.key));
    return tee::verify_report(report);
}

json::Object to_json(const tee::PriceReport& report) {
    json::Array records;
    for (const tee::PriceRecord& record : report.records)
        records.push_back(json::Object{
            {"feed", record.feed},
            {"round", record.round},
            {"price", fixed_to_string(record.price, tee::kPriceDecimals)},
            {"confidence", fixed_to_string(record.confidence, tee::kPriceDecimals)},
            {"observed_ms", record.observed_ms},
            {"sources", record.sources},
            {"status", record.status == tee::FeedStatus::trading ? "trading" : "closed"}});
    return {{"verified", true},
            {"network", report.network},
            {"contract", report.contract.display()},
            {"config_id", hex_encode(report.config)},
            {"sequence", report.sequence},
            {"records", std::move(records)}};
}

void print(const tee::PriceReport& report) {
    std::cout << "verified: signed by the given key\n"
              << "  network   " << report.network << "\n"
              << "  contract  " << report.contract.display() << "\n"
              << "  config    " << hex_encode(report.config) << "\n"
              << "  sequence  " << report.sequence << "\n";
    for (const tee::PriceRecord& record : report.records)
        std::cout << "  feed " << record.feed << " round " << record.round << ": "
                  << fixed_to_string(record.price, tee::kPriceDecimals) << " ± "
                  << fixed_to_string(record.confidence, tee::kPriceDecimals) << ", "
                  << int{record.sources} << " sources, observed " << record.observed_ms << " ms\n";
}

int verify_report_command(const Globals& globals, const Arguments& args) {
    if (auto key = neo::PublicKey::parse(args.key); !key) return report(globals, key.error());
    auto verified = verify(args);
    if (!verified) {
        int code = report(globals, verified.error());
        // A report that is not what it claims is the command's answer, not a mistake in its use.
        return code == kUsage ? kFailed : code;
    }
    if (globals.json)
        print_json(to_json(*verified));
    else
        print(*verified);
    return kOk;
}

}  // namespace

void add_verify_commands(CLI::App& app, Globals& globals) {
    auto* verify_app =
        app.add_subcommand("verify", "checks what the service says, without asking it");
    verify_app->require_subcommand(1);
    auto args = std::make_shared<Arguments>();
    auto* command = verify_app->add_subcommand(
        "report", "checks a signed price report, as /v1/price-feeds/{id}/report gives it");
    command->add_option("file", args->file, "JSON file, or - for standard input")->required();
    command
        ->add_option("--key", args->key,
                     "public key that must have signed, 33 bytes hex compressed")
        ->required();
    command->callback(
        [&globals, args] { globals.exit_code = verify_report_command(globals, *args); });
}

}  // namespace nsl::cli
