// SPDX-License-Identifier: Apache-2.0
#include "tee/protocol.h"

#include <nsl_protocol/enclave.pb.h>

#include <algorithm>
#include <limits>

namespace nsl::tee {
namespace {

std::unexpected<Error> bad(std::string what) {
    return fail(Errc::invalid_argument, std::move(what));
}

// A cut may not split a UTF-8 sequence: protobuf refuses such a text.
std::string cut(std::string_view text, std::size_t bytes_max) {
    if (text.size() > bytes_max) {
        while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80)
            --bytes_max;
        text = text.substr(0, bytes_max);
    }
    return std::string(text);
}

template <std::size_t N>
Result<ByteArray<N>> exactly(const std::string& field, const char* name) {
    if (field.size() != N)
        return bad(std::string(name) + " must have " + std::to_string(N) + " bytes");
    ByteArray<N> out;
    std::copy(field.begin(), field.end(), out.begin());
    return out;
}

Status check_name(const std::string& text, const char* name) {
    const bool printable =
        std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (text.empty() || text.size() > kNameBytesMax || !printable)
        return bad(std::string(name) + " must have 1 to 64 printable ASCII characters");
    return {};
}

Result<std::uint16_t> feed_number(std::uint32_t feed) {
    if (feed > std::numeric_limits<std::uint16_t>::max()) return bad("feed must be below 65,536");
    return static_cast<std::uint16_t>(feed);
}

template <class Message>
Bytes bytes_of(const Message& message) {
    Bytes out(message.ByteSizeLong());
    NSL_ASSERT(message.SerializeToArray(out.data(), static_cast<int>(out.size())));
    return out;
}

template <std::size_t N>
void put(std::string* field, const ByteArray<N>& value) {
    field->assign(value.begin(), value.end());
}

// Requests.

void write(const AskIdentity&, protocol::Request& out) {
    out.mutable_get_identity();
}

void write(const AskPrices& ask, protocol::Request& out) {
    out.mutable_get_prices()->set_after_version(ask.after_version);
    out.mutable_get_prices()->set_wait_ms(static_cast<std::uint32_t>(ask.wait.count()));
}

void write(const ReportRequest& request, protocol::Request& out) {
    protocol::SignReport& body = *out.mutable_sign_report();
    body.set_network(request.network);
    put(body.mutable_contract(), request.contract.raw);
    body.set_sequence(request.sequence);
    for (const ReportEntry& entry : request.entries) {
        protocol::SignReport::Entry& to = *body.add_entries();
        to.set_feed(entry.feed);
        to.set_round(entry.round);
    }
}

Result<ReportRequest> read(const protocol::SignReport& in) {
    ReportRequest out;
    out.network = in.network();
    TRY(out.contract.raw, exactly<20>(in.contract(), "contract"));
    out.sequence = in.sequence();
    if (static_cast<std::size_t>(in.entries_size()) > kProtocolFeedsMax)
        return bad("a report request has at most 1,024 entries");
    for (const protocol::SignReport::Entry& entry : in.entries()) {
        TRY(const std::uint16_t feed, feed_number(entry.feed()));
        out.entries.push_back({.feed = feed, .round = entry.round()});
    }
    return out;
}

// Replies.

void write(const Error& error, protocol::Reply& out) {
    out.mutable_failure()->set_code(static_cast<std::uint32_t>(error.code));
    out.mutable_failure()->set_message(cut(error.message, kFailureBytesMax));
}

Result<Error> read(const protocol::Failure& in) {
    if (in.code() > static_cast<std::uint32_t>(Errc::internal))
        return bad("failure code is unknown");
    if (in.message().size() > kFailureBytesMax) return bad("failure message is above 512 bytes");
    return Error{.code = static_cast<Errc>(in.code()), .message = in.message()};
}

void write(const EnclaveIdentity& identity, protocol::Reply& out) {
    protocol::Identity& body = *out.mutable_identity();
    body.set_provider(identity.provider);
    put(body.mutable_public_key(), identity.public_key.compressed);
    put(body.mutable_config_id(), identity.config_id);
    body.set_version(identity.version);
    NSL_ASSERT(identity.feeds.size() <= kProtocolFeedsMax);
    for (const std::string& feed : identity.feeds) body.add_feeds(feed);
}

Result<EnclaveIdentity> read(const protocol::Identity& in) {
    EnclaveIdentity out;
    TRY_OK(check_name(in.provider(), "provider"));
    TRY_OK(check_name(in.version(), "version"));
    out.provider = in.provider();
    out.version = in.version();
    TRY(out.public_key, neo::PublicKey::from_bytes(as_bytes(in.public_key())));
    TRY(out.config_id, exactly<32>(in.config_id(), "config_id"));
    if (static_cast<std::size_t>(in.feeds_size()) > kProtocolFeedsMax)
        return bad("an identity has at most 1,024 feeds");
    for (const std::string& feed : in.feeds()) {
        TRY_OK(check_name(feed, "feed"));
        out.feeds.push_back(feed);
    }
    return out;
}

void write(const FeedEstimate& feed, protocol::FeedPrice& out) {
    out.set_feed(feed.feed);
    out.set_status(static_cast<protocol::FeedPrice::Status>(feed.status));
    out.set_price(feed.price);
    out.set_confidence(feed.confidence);
    out.set_observed_ms(feed.observed_ms);
    out.set_sources(feed.sources);
    out.set_reason(cut(feed.reason, kReasonBytesMax));
}

Result<FeedEstimate> read(const protocol::FeedPrice& in) {
    FeedEstimate out;
    TRY(out.feed, feed_number(in.feed()));
    const int status = static_cast<int>(in.status());
    if (status < 0 || status > static_cast<int>(EstimateStatus::suspect))
        return bad("feed status is unknown");
    out.status = static_cast<EstimateStatus>(status);
    if (in.price() < 0 || in.confidence() < 0 || in.observed_ms() < 0)
        return bad("a feed's price, confidence and time must not be negative");
    if (out.status == EstimateStatus::ok && (in.price() == 0 || in.observed_ms() == 0))
        return bad("a feed that is ok must have a price and a time");
    if (in.reason().size() > kReasonBytesMax) return bad("a feed's reason is above 96 bytes");
    out.price = in.price();
    out.confidence = in.confidence();
    out.observed_ms = in.observed_ms();
    out.sources = in.sources();
    out.reason = in.reason();
    return out;
}

void write(const VenueHealth& venue, protocol::VenueHealth& out) {
    out.set_venue(cut(venue.venue, kNameBytesMax));
    out.set_connected(venue.connected);
    out.set_frames(venue.frames);
    out.set_rejected(venue.rejected);
    out.set_last_frame_ms(venue.last_frame_ms);
    out.set_reconnects(venue.reconnects);
    const std::size_t count = std::min(venue.frozen.size(), kProtocolFrozenMax);
    for (std::size_t i = 0; i < count; ++i) out.add_frozen(cut(venue.frozen[i], kNameBytesMax));
}

Result<VenueHealth> read(const protocol::VenueHealth& in) {
    VenueHealth out;
    TRY_OK(check_name(in.venue(), "venue"));
    out.venue = in.venue();
    out.connected = in.connected();
    out.frames = in.frames();
    out.rejected = in.rejected();
    if (in.last_frame_ms() < 0) return bad("a venue's time must not be negative");
    out.last_frame_ms = in.last_frame_ms();
    out.reconnects = in.reconnects();
    if (static_cast<std::size_t>(in.frozen_size()) > kProtocolFrozenMax)
        return bad("a venue has at most 32 frozen markets");
    for (const std::string& market : in.frozen()) {
        TRY_OK(check_name(market, "frozen market"));
        out.frozen.push_back(market);
    }
    return out;
}

void write(const PriceSnapshot& snapshot, protocol::Reply& out) {
    protocol::Prices& body = *out.mutable_prices();
    body.set_version(snapshot.version);
    NSL_ASSERT(snapshot.feeds.size() <= kProtocolFeedsMax);
    for (const FeedEstimate& feed : snapshot.feeds) write(feed, *body.add_feeds());
    NSL_ASSERT(snapshot.venues.size() <= kProtocolVenuesMax);
    for (const VenueHealth& venue : snapshot.venues) write(venue, *body.add_venues());
}

Result<PriceSnapshot> read(const protocol::Prices& in) {
    if (static_cast<std::size_t>(in.feeds_size()) > kProtocolFeedsMax ||
        static_cast<std::size_t>(in.venues_size()) > kProtocolVenuesMax)
        return bad("prices have at most 1,024 feeds and 64 venues");
    PriceSnapshot out;
    out.version = in.version();
    for (const protocol::FeedPrice& price : in.feeds()) {
        TRY(FeedEstimate feed, read(price));
        if (!out.feeds.empty() && feed.feed <= out.feeds.back().feed)
            return bad("feeds must come in the order of their numbers");
        out.feeds.push_back(std::move(feed));
    }
    for (const protocol::VenueHealth& health : in.venues()) {
        TRY(VenueHealth venue, read(health));
        out.venues.push_back(std::move(venue));
    }
    return out;
}

void write(const SignedReport& report, protocol::Reply& out) {
    protocol::SignedReport& body = *out.mutable_signed_report();
    body.mutable_report()->assign(report.report.begin(), report.report.end());
    put(body.mutable_signature(), report.signature);
    put(body.mutable_public_key(), report.signer.compressed);
}

Result<SignedReport> read(const protocol::SignedReport& in) {
    constexpr std::size_t kBytesMax = kReportHeaderBytes + kReportRecordsMax * kReportRecordBytes;
    if (in.report().size() > kBytesMax) return bad("a report has at most 1,068 bytes");
    SignedReport out;
    out.report.assign(in.report().begin(), in.report().end());
    TRY(out.signature, exactly<64>(in.signature(), "signature"));
    TRY(out.signer, neo::PublicKey::from_bytes(as_bytes(in.public_key())));
    return out;
}

template <class Out, class In>
Status read_into(Out& out, const In& in) {
    TRY(out, read(in));
    return {};
}

template <class Message>
Status parse_message(ByteView payload, Message& out) {
    if (payload.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
        !out.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
        return bad("the frame is no message of the protocol");
    if (out.id() == 0) return bad("id must not be 0");
    return {};
}

}  // namespace

Bytes encode_request(const RequestMessage& request) {
    protocol::Request out;
    out.set_id(request.id);
    std::visit([&](const auto& body) { write(body, out); }, request.body);
    return bytes_of(out);
}

Bytes encode_reply(const ReplyMessage& reply) {
    protocol::Reply out;
    out.set_id(reply.id);
    std::visit([&](const auto& body) { write(body, out); }, reply.body);
    return bytes_of(out);
}

Result<RequestMessage> parse_request(ByteView payload) {
    protocol::Request in;
    TRY_OK(parse_message(payload, in));
    RequestMessage out{.id = in.id(), .body = AskIdentity{}};
    switch (in.body_case()) {
        case protocol::Request::kGetIdentity:
            return out;
        case protocol::Request::kGetPrices: {
            const milliseconds wait(in.get_prices().wait_ms());
            if (wait > kPricesWaitMax) return bad("wait_ms must be at most 30,000");
            out.body = AskPrices{.after_version = in.get_prices().after_version(), .wait = wait};
            return out;
        }
        case protocol::Request::kSignReport:
            TRY_OK(read_into(out.body.emplace<ReportRequest>(), in.sign_report()));
            return out;
        case protocol::Request::BODY_NOT_SET:
            break;
    }
    return bad("the request asks for nothing known");
}

Result<ReplyMessage> parse_reply(ByteView payload) {
    protocol::Reply in;
    TRY_OK(parse_message(payload, in));
    ReplyMessage out{.id = in.id(), .body = Error{}};
    switch (in.body_case()) {
        case protocol::Reply::kFailure:
            TRY_OK(read_into(std::get<Error>(out.body), in.failure()));
            return out;
        case protocol::Reply::kIdentity:
            TRY_OK(read_into(out.body.emplace<EnclaveIdentity>(), in.identity()));
            return out;
        case protocol::Reply::kPrices:
            TRY_OK(read_into(out.body.emplace<PriceSnapshot>(), in.prices()));
            return out;
        case protocol::Reply::kSignedReport:
            TRY_OK(read_into(out.body.emplace<SignedReport>(), in.signed_report()));
            return out;
        case protocol::Reply::BODY_NOT_SET:
            break;
    }
    return bad("the reply says nothing known");
}

}  // namespace nsl::tee
