// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

#include <algorithm>
#include <filesystem>

#include "base/decimal.h"
#include "base/encoding.h"
#include "base/file.h"
#include "neo/transaction_json.h"

namespace nsl::cli {
namespace {

constexpr std::size_t kFileNameMax = 4096;
constexpr int kGasPlaces = 8;
constexpr json::Limits kJsonLimits{.bytes_max = kInputBytesMax, .depth_max = 32};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

Result<GivenTransaction> from_json(std::string_view text) {
    TRY(const json::Value value, json::parse_value(text, kJsonLimits));
    const json::Object* object = value.if_object();
    if (object != nullptr && object->contains("type")) {
        TRY(neo::SigningContext context, neo::SigningContext::parse(text));
        neo::Transaction tx = context.transaction();
        return GivenTransaction{.tx = std::move(tx), .context = std::move(context)};
    }
    TRY(neo::Transaction tx, neo::transaction_from_json(value));
    const bool is_signed = !tx.witnesses.empty();
    return GivenTransaction{.tx = std::move(tx), .is_signed = is_signed};
}

Result<GivenTransaction> from_bytes(ByteView bytes) {
    Result<neo::Transaction> whole = neo::Transaction::parse(bytes);
    if (whole) return GivenTransaction{.tx = *std::move(whole), .is_signed = true};
    Result<neo::Transaction> unsigned_part = neo::Transaction::parse_unsigned(bytes);
    if (unsigned_part) return GivenTransaction{.tx = *std::move(unsigned_part)};
    return std::unexpected(std::move(whole).error());
}

}  // namespace

Result<std::string> read_input(const std::string& file) {
    return read_file(file == "-" ? "/dev/stdin" : file, kInputBytesMax);
}

Result<GivenTransaction> read_transaction(const std::string& argument) {
    std::string content = argument;
    std::error_code not_there;
    if (argument == "-" ||
        (argument.size() < kFileNameMax && std::filesystem::is_regular_file(argument, not_there))) {
        TRY(content, read_input(argument));
    }
    const std::string_view text = trimmed(content);
    if (text.starts_with('{')) return from_json(text);
    if (const auto bytes = hex_decode(text); bytes && !bytes->empty()) return from_bytes(*bytes);
    if (const auto bytes = base64_decode(text); bytes && !bytes->empty()) return from_bytes(*bytes);
    // Text would have been one of the above; the first byte of a transaction is its version, 0.
    if (content.starts_with('\0')) return from_bytes(as_bytes(content));
    return fail(Errc::invalid_argument,
                "this is no file, and no transaction in hex, base64 or JSON");
}

Result<neo::Datoshi> parse_gas(const std::string& text) {
    const auto digits = [](std::string_view part) {
        return !part.empty() &&
               std::ranges::all_of(part, [](char c) { return c >= '0' && c <= '9'; });
    };
    const std::string_view whole = std::string_view(text).substr(0, text.find('.'));
    const bool has_point = whole.size() < text.size();
    const std::string_view rest = has_point ? std::string_view(text).substr(whole.size() + 1) : "";
    if (!digits(whole) || (has_point && !digits(rest)))
        return fail(Errc::invalid_argument, "an amount of GAS is written like 12 or 0.5");
    if (rest.size() > kGasPlaces)
        return fail(Errc::invalid_argument, "GAS has 8 digits after the point, this amount has " +
                                                std::to_string(rest.size()));
    TRY(const Decimal amount, Decimal::parse(text));
    TRY(const neo::Datoshi datoshi, amount.to_fixed(kGasPlaces));
    if (datoshi <= 0) return fail(Errc::invalid_argument, "the amount should be above zero");
    return datoshi;
}

std::string gas_text(neo::Datoshi amount) {
    return fixed_to_string(amount, kGasPlaces) + " GAS";
}

}  // namespace nsl::cli
