// SPDX-License-Identifier: Apache-2.0
#include "tee/report.h"

#include <limits>
#include <string>

namespace nsl::tee {
namespace {

constexpr std::string_view kTag = "NPR1";
// The chain's integers are signed; a number of more than 63 bits would read as negative there.
constexpr std::uint64_t kCounterMax = std::numeric_limits<std::int64_t>::max();

std::unexpected<Error> bad(std::size_t record, const char* problem) {
    return fail(Errc::invalid_argument, "record " + std::to_string(record) + ": " + problem);
}

Status check_record(const PriceRecord& record, std::size_t index) {
    if (record.status != FeedStatus::trading && record.status != FeedStatus::closed)
        return bad(index, "status must be 1 (trading) or 2 (closed)");
    if (record.sources == 0) return bad(index, "sources must be positive");
    if (record.round == 0 || record.round > kCounterMax)
        return bad(index, "round must be 1 to 2^63 - 1");
    if (record.price <= 0) return bad(index, "price must be positive");
    if (record.confidence < 0) return bad(index, "confidence must not be negative");
    if (record.observed_ms <= 0) return bad(index, "observed must be a time after 1970");
    return {};
}

Status check_report(const PriceReport& report) {
    if (report.sequence == 0 || report.sequence > kCounterMax)
        return fail(Errc::invalid_argument, "sequence must be 1 to 2^63 - 1");
    if (report.records.empty() || report.records.size() > kReportRecordsMax)
        return fail(Errc::invalid_argument, "a report has 1 to 25 records");
    for (std::size_t i = 0; i < report.records.size(); ++i) {
        TRY_OK(check_record(report.records[i], i));
        for (std::size_t j = 0; j < i; ++j)
            if (report.records[j].feed == report.records[i].feed)
                return bad(i, "feed is already in this report");
    }
    return {};
}

Result<PriceRecord> read_record(ByteReader& reader, std::size_t index) {
    PriceRecord record;
    TRY(record.feed, reader.u16());
    TRY(const std::uint8_t status, reader.u8());
    record.status = static_cast<FeedStatus>(status);
    TRY(record.sources, reader.u8());
    TRY(const std::uint32_t reserved, reader.u32());
    if (reserved != 0) return bad(index, "reserved bytes must be zero");
    TRY(record.round, reader.u64());
    TRY(record.price, reader.i64());
    TRY(record.confidence, reader.i64());
    TRY(record.observed_ms, reader.i64());
    return record;
}

}  // namespace

Result<Bytes> pack_report(const PriceReport& report) {
    TRY_OK(check_report(report));
    ByteWriter writer;
    writer.bytes(as_bytes(kTag));
    writer.u32(report.network);
    writer.bytes(report.contract.raw);
    writer.bytes(report.config);
    writer.u64(report.sequence);
    for (const PriceRecord& record : report.records) {
        writer.u16(record.feed);
        writer.u8(static_cast<std::uint8_t>(record.status));
        writer.u8(record.sources);
        writer.u32(0);
        writer.u64(record.round);
        writer.i64(record.price);
        writer.i64(record.confidence);
        writer.i64(record.observed_ms);
    }
    NSL_ASSERT(writer.size() == kReportHeaderBytes + report.records.size() * kReportRecordBytes);
    return writer.take();
}

Result<PriceReport> parse_report(ByteView bytes) {
    if (bytes.size() <= kReportHeaderBytes ||
        (bytes.size() - kReportHeaderBytes) % kReportRecordBytes != 0 ||
        (bytes.size() - kReportHeaderBytes) / kReportRecordBytes > kReportRecordsMax)
        return fail(Errc::invalid_argument,
                    "length must be 68 bytes and 1 to 25 records of 40, is " +
                        std::to_string(bytes.size()));
    ByteReader reader(bytes);
    TRY(const ByteView tag, reader.bytes(kTag.size()));
    if (as_text(tag) != kTag) return fail(Errc::invalid_argument, "tag must be NPR1");
    PriceReport report;
    TRY(report.network, reader.u32());
    TRY(report.contract.raw, reader.array<20>());
    TRY(report.config, reader.array<32>());
    TRY(report.sequence, reader.u64());
    while (reader.left() > 0) {
        TRY(const PriceRecord record, read_record(reader, report.records.size()));
        report.records.push_back(record);
    }
    TRY_OK(check_report(report));
    return report;
}

Result<PriceReport> verify_report(const SignedReport& signed_report) {
    TRY(PriceReport report, parse_report(signed_report.report));
    if (!neo::verify(signed_report.signer, signed_report.report, signed_report.signature))
        return fail(Errc::unauthenticated,
                    "the signature is not the signer's over SHA-256 of these report bytes");
    return report;
}

}  // namespace nsl::tee
