// SPDX-License-Identifier: Apache-2.0
// The messages of enclave.proto in plain types, and their bytes. Parsing accepts only what is in
// range; what it returns needs no further checks of form. Both sides use it.
#pragma once
#include <cstdint>
#include <variant>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "tee/enclave_client.h"

namespace nsl::tee {

inline constexpr milliseconds kPricesWaitMax{30'000};
inline constexpr std::size_t kInFlightMax = 64;       // requests of one connection
inline constexpr std::size_t kFailureBytesMax = 512;  // of a message
inline constexpr std::size_t kReasonBytesMax = 96;
inline constexpr std::size_t kNameBytesMax = 64;  // of a feed, a venue, a market
inline constexpr std::size_t kProtocolFeedsMax = 1'024;
inline constexpr std::size_t kProtocolVenuesMax = 64;
inline constexpr std::size_t kProtocolFrozenMax = 32;  // markets named for one venue

struct AskIdentity {};

struct AskPrices {
    std::uint64_t after_version = 0;
    milliseconds wait{0};  // 0 to kPricesWaitMax
};

struct RequestMessage {
    std::uint64_t id = 0;
    std::variant<AskIdentity, AskPrices, ReportRequest> body;
};

// Alternative i + 1 answers alternative i of a request; an Error may answer any.
struct ReplyMessage {
    std::uint64_t id = 0;
    std::variant<Error, EnclaveIdentity, PriceSnapshot, SignedReport> body;
};

// Payloads of frames. Texts above their limit are cut, lists above theirs shortened: they are for
// people. Feeds above theirs are a bug.
Bytes encode_request(const RequestMessage& request);
Bytes encode_reply(const ReplyMessage& reply);

// Errors: invalid_argument, naming the field. A report request is checked for form only (at most
// kProtocolFeedsMax entries): whether it may be signed is the enclave's policy.
Result<RequestMessage> parse_request(ByteView payload);
Result<ReplyMessage> parse_reply(ByteView payload);

}  // namespace nsl::tee
