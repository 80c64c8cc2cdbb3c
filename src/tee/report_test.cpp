// SPDX-License-Identifier: Apache-2.0
#include "tee/report.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "base/encoding.h"

namespace nsl::tee {
namespace {

PriceReport example() {
    PriceReport report{.network = 860'833'102, .sequence = 9};
    for (std::size_t i = 0; i < 20; ++i) report.contract.raw[i] = static_cast<std::uint8_t>(i);
    for (std::size_t i = 0; i < 32; ++i) report.config[i] = static_cast<std::uint8_t>(0xa0 + i);
    report.records = {{.feed = 0x0102,
                       .status = FeedStatus::trading,
                       .sources = 5,
                       .round = 12,
                       .price = 598'000'000,
                       .confidence = 120'000,
                       .observed_ms = 1'700'000'000'123}};
    return report;
}

TEST(PriceReport, HasTheDocumentedBytes) {
    EXPECT_EQ(hex_encode(pack_report(example()).value()),
              "4e505231"                                                          // NPR1
              "4e454f33"                                                          // network
              "000102030405060708090a0b0c0d0e0f10111213"                          // contract
              "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"  // config
              "0900000000000000"                                                  // sequence
              "0201"                                                              // feed
              "01"                                                                // status
              "05"                                                                // sources
              "00000000"                                                          // reserved
              "0c00000000000000"                                                  // round
              "80c1a42300000000"                                                  // price
              "c0d4010000000000"                                                  // confidence
              "7b68e5cf8b010000");                                                // observed
}

PriceReport any_report() {
    const auto u64 = [] { return *rc::gen::arbitrary<std::uint64_t>(); };
    PriceReport report{.network = static_cast<std::uint32_t>(u64())};
    for (auto& byte : report.contract.raw) byte = static_cast<std::uint8_t>(u64());
    for (auto& byte : report.config) byte = static_cast<std::uint8_t>(u64());
    const auto positive = [&] { return static_cast<std::int64_t>(u64() >> 2) + 1; };
    report.sequence = static_cast<std::uint64_t>(positive());
    const auto count = *rc::gen::inRange<std::size_t>(1, kReportRecordsMax + 1);
    const auto first = *rc::gen::inRange(0, 60'000);
    for (std::size_t i = 0; i < count; ++i) {
        const bool closed = u64() % 2 == 0;
        report.records.push_back(
            {.feed = static_cast<std::uint16_t>(static_cast<std::size_t>(first) + 7 * i),
             .status = closed ? FeedStatus::closed : FeedStatus::trading,
             .sources = static_cast<std::uint8_t>(u64() % 255 + 1),
             .round = static_cast<std::uint64_t>(positive()),
             .price = positive(),
             .confidence = positive() - 1,
             .observed_ms = positive()});
    }
    return report;
}

RC_GTEST_PROP(PriceReport, ComesBackAsItWas, ()) {
    const PriceReport report = any_report();
    const auto bytes = pack_report(report);
    RC_ASSERT(bytes.has_value());
    RC_ASSERT(bytes->size() == kReportHeaderBytes + report.records.size() * kReportRecordBytes);
    const auto back = parse_report(*bytes);
    RC_ASSERT(back.has_value());
    RC_ASSERT(*back == report);
}

RC_GTEST_PROP(PriceReport, RefusesEveryTruncationAndExtension, ()) {
    const Bytes bytes = pack_report(any_report()).value();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto cut = parse_report(ByteView(bytes).first(size));
        const bool whole_records =
            size > kReportHeaderBytes && (size - kReportHeaderBytes) % kReportRecordBytes == 0;
        RC_ASSERT(cut.has_value() == whole_records);
    }
    Bytes longer = bytes;
    longer.push_back(0);
    RC_ASSERT(!parse_report(longer).has_value());
}

TEST(PriceReport, EveryFlippedBitIsRefusedOrAnotherReport) {
    const Bytes bytes = pack_report(example()).value();
    int refused = 0;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        Bytes flipped = bytes;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        const auto report = parse_report(flipped);
        if (!report) {
            EXPECT_EQ(report.error().code, Errc::invalid_argument);
            ++refused;
            continue;
        }
        EXPECT_FALSE(*report == example());
        EXPECT_EQ(pack_report(*report).value(), flipped);
    }
    // Tag, reserved bytes, most of the status, and the sign bits.
    EXPECT_GE(refused, 32 + 32 + 6 + 5);
}

TEST(PriceReport, RefusesFieldsOutOfRange) {
    const std::vector<std::pair<const char*, void (*)(PriceReport&)>> cases = {
        {"sequence", [](PriceReport& r) { r.sequence = 0; }},
        {"sequence", [](PriceReport& r) { r.sequence = std::uint64_t{1} << 63; }},
        {"records", [](PriceReport& r) { r.records.clear(); }},
        {"records",
         [](PriceReport& r) {
             for (int i = 0; i < 25; ++i) {
                 r.records.push_back(r.records[0]);
                 r.records.back().feed = static_cast<std::uint16_t>(i);
             }
         }},
        {"feed", [](PriceReport& r) { r.records.push_back(r.records[0]); }},
        {"status", [](PriceReport& r) { r.records[0].status = static_cast<FeedStatus>(0); }},
        {"status", [](PriceReport& r) { r.records[0].status = static_cast<FeedStatus>(3); }},
        {"sources", [](PriceReport& r) { r.records[0].sources = 0; }},
        {"round", [](PriceReport& r) { r.records[0].round = 0; }},
        {"round", [](PriceReport& r) { r.records[0].round = std::uint64_t{1} << 63; }},
        {"price", [](PriceReport& r) { r.records[0].price = 0; }},
        {"price", [](PriceReport& r) { r.records[0].price = -1; }},
        {"confidence", [](PriceReport& r) { r.records[0].confidence = -1; }},
        {"observed", [](PriceReport& r) { r.records[0].observed_ms = 0; }},
    };
    for (const auto& [field, spoil] : cases) {
        PriceReport report = example();
        spoil(report);
        const auto bytes = pack_report(report);
        ASSERT_FALSE(bytes) << field;
        EXPECT_EQ(bytes.error().code, Errc::invalid_argument);
        EXPECT_NE(bytes.error().message.find(field), std::string::npos) << bytes.error().message;
    }
}

class SignedPrice : public testing::Test {
 protected:
    SignedPrice() : random_(7), key_(neo::PrivateKey::generate(random_)) {
        signed_.report = pack_report(example()).value();
        signed_.signer = key_.public_key();
        signed_.signature = key_.sign(signed_.report);
    }

    SeededRandom random_;
    neo::PrivateKey key_;
    SignedReport signed_;
};

TEST_F(SignedPrice, IsBelieved) {
    EXPECT_EQ(verify_report(signed_).value(), example());
}

TEST_F(SignedPrice, IsRefusedWithAnotherSignatureKeyOrReport) {
    SignedReport other = signed_;
    other.signature[40] ^= 1;
    EXPECT_EQ(verify_report(other).error().code, Errc::unauthenticated);
    other = signed_;
    other.signer = neo::PrivateKey::generate(random_).public_key();
    EXPECT_EQ(verify_report(other).error().code, Errc::unauthenticated);
    other = signed_;
    other.report[84] ^= 1;  // lowest bit of the price
    EXPECT_EQ(verify_report(other).error().code, Errc::unauthenticated);
    other = signed_;
    other.report.pop_back();
    EXPECT_EQ(verify_report(other).error().code, Errc::invalid_argument);
}

}  // namespace
}  // namespace nsl::tee
