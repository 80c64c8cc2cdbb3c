// SPDX-License-Identifier: Apache-2.0
// What a node answers about the price feed's contract, as JSON-RPC shows it.
#pragma once
#include <string>
#include <vector>

#include "base/encoding.h"
#include "base/json.h"
#include "neo/hash.h"
#include "tee/report.h"

namespace nsl::testing_support {

inline json::Value integer_item(std::int64_t value) {
    return json::Object{{"type", "Integer"}, {"value", std::to_string(value)}};
}
inline json::Value bytes_item(ByteView bytes) {
    return json::Object{{"type", "ByteString"}, {"value", base64_encode(bytes)}};
}
inline json::Value text_item(std::string_view text) {
    return bytes_item(as_bytes(text));
}
inline json::Value array_item(json::Array items) {
    return json::Object{{"type", "Array"}, {"value", std::move(items)}};
}

inline tee::PriceRecord price_record(std::uint16_t feed, std::uint64_t round, std::int64_t price) {
    return {.feed = feed,
            .sources = 4,
            .round = round,
            .price = price,
            .confidence = 25,
            .observed_ms = 1'700'000'000'000};
}
// The records' bytes as in a report, which the contract keeps as they are.
inline Bytes packed_records(std::vector<tee::PriceRecord> records) {
    tee::PriceReport report{.network = 1, .sequence = 1, .records = std::move(records)};
    Bytes bytes = tee::pack_report(report).value();
    bytes.erase(bytes.begin(), bytes.begin() + tee::kReportHeaderBytes);
    return bytes;
}
// What getRoundData returns.
inline json::Value round_item(std::uint64_t round, std::int64_t price) {
    return array_item({integer_item(static_cast<std::int64_t>(round)), integer_item(price),
                       integer_item(25), integer_item(1'700'000'000'000), integer_item(1),
                       integer_item(4)});
}
inline json::Value batch_stored(std::uint64_t sequence, ByteView records) {
    return array_item({integer_item(static_cast<std::int64_t>(sequence)), bytes_item(records)});
}

// Whole replies for FakeNode::raw_replies.
inline std::string rpc_result(const json::Value& result) {
    return R"({"jsonrpc":"2.0","id":%ID%,"result":)" + json::write_value(result) + "}";
}
inline std::string invocation_reply(json::Array stack) {
    return rpc_result(json::Object{{"script", ""},
                                   {"state", "HALT"},
                                   {"gasconsumed", "1000"},
                                   {"exception", nullptr},
                                   {"stack", std::move(stack)},
                                   {"notifications", json::Array{}}});
}
inline std::string fault_reply(const char* exception) {
    return rpc_result(json::Object{{"script", ""},
                                   {"state", "FAULT"},
                                   {"gasconsumed", "1000"},
                                   {"exception", exception},
                                   {"stack", json::Array{}},
                                   {"notifications", json::Array{}}});
}
struct FakeEvent {
    neo::Hash160 contract;
    std::string name;
    json::Value state;
};
inline std::string application_log_reply(const neo::Hash256& tx, const char* vm_state,
                                         const std::vector<FakeEvent>& events) {
    json::Array notifications;
    for (const FakeEvent& event : events)
        notifications.push_back(json::Object{{"contract", event.contract.display()},
                                             {"eventname", event.name},
                                             {"state", event.state}});
    json::Object run{{"trigger", "Application"}, {"vmstate", vm_state},
                     {"gasconsumed", "1000"},    {"exception", nullptr},
                     {"stack", json::Array{}},   {"notifications", std::move(notifications)}};
    return rpc_result(
        json::Object{{"txid", tx.display()}, {"executions", json::Array{std::move(run)}}});
}

}  // namespace nsl::testing_support
