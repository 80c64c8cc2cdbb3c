// SPDX-License-Identifier: Apache-2.0
// The signed batch report: the bytes that the enclave signs and the contract stores. Its layout
// never changes; another layout gets another tag. The contract's side is contracts/pricefeed.
//
//   header, 68 bytes (integers little-endian)
//      0  tag        4   "NPR1"
//      4  network    4   magic of the chain
//      8  contract  20   script hash, raw order
//     28  config    32   id of the feed configuration (SHA-256, see pricefeed/types.h)
//     60  sequence   8   previous batch + 1
//   1..25 records of 40 bytes
//      0  feed       2   index in the configuration's feed table
//      2  status     1   1 trading, 2 market closed (price carried)
//      3  sources    1   venues behind the price
//      4  reserved   4   zero
//      8  round      8   previous round of the feed + 1
//     16  price      8   1e-8, positive, signed
//     24  confidence 8   half width, 1e-8
//     32  observed   8   Unix ms
#pragma once
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "neo/hash.h"
#include "neo/keys.h"

namespace nsl::tee {

inline constexpr std::size_t kReportHeaderBytes = 68;
inline constexpr std::size_t kReportRecordBytes = 40;
inline constexpr std::size_t kReportRecordsMax = 25;  // one event of at most 1,024 bytes
inline constexpr int kPriceDecimals = 8;

enum class FeedStatus : std::uint8_t { trading = 1, closed = 2 };

struct PriceRecord {
    std::uint16_t feed = 0;
    FeedStatus status = FeedStatus::trading;
    std::uint8_t sources = 0;
    std::uint64_t round = 0;
    std::int64_t price = 0;       // 1e-8
    std::int64_t confidence = 0;  // 1e-8
    std::int64_t observed_ms = 0;
    bool operator==(const PriceRecord&) const = default;
};

struct PriceReport {
    std::uint32_t network = 0;
    neo::Hash160 contract;
    ByteArray<32> config{};
    std::uint64_t sequence = 0;
    std::vector<PriceRecord> records;
    bool operator==(const PriceReport&) const = default;
};

struct SignedReport {
    Bytes report;
    neo::PublicKey signer;
    neo::Signature signature;  // over SHA-256 of exactly `report`
};

// Errors: invalid_argument (a field out of range, a duplicate feed, 0 or more than 25 records).
Result<Bytes> pack_report(const PriceReport& report);
// Accepts exactly what pack_report writes. Errors: invalid_argument, naming the field.
Result<PriceReport> parse_report(ByteView bytes);
// Errors: unauthenticated when the signature is not the key's over these bytes; invalid_argument
// when the bytes are no report.
Result<PriceReport> verify_report(const SignedReport& signed_report);

}  // namespace nsl::tee
