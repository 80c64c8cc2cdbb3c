// SPDX-License-Identifier: Apache-2.0
#include "enclave/venues/frame_reader.h"

#include <simdjson.h>

#include "enclave/venues/venue.h"

namespace nsl::enclave {
namespace {

using simdjson::ondemand::json_type;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// A token reaches to the next structural character, white space included.
std::string_view trimmed(std::string_view token) {
    const auto end = token.find_last_not_of(" \t\r\n");
    return token.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

// RFC 8259 section 6. simdjson leaves the check to its number conversions, which are not used here.
bool is_json_number(std::string_view text) {
    std::size_t at = 0;
    auto digits = [&] {
        const std::size_t from = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at - from;
    };
    auto skip = [&](std::string_view any) {
        const bool here = at < text.size() && any.find(text[at]) != std::string_view::npos;
        at += here ? 1 : 0;
        return here;
    };
    skip("-");
    const bool zero = at < text.size() && text[at] == '0';
    const std::size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    if (skip(".") && digits() == 0) return false;
    if (skip("eE")) {
        skip("+-");
        if (digits() == 0) return false;
    }
    return at == text.size();
}

}  // namespace

struct FrameReader::State {
    // nullptr: fine; otherwise why not. Too deep, too many: one of the three limit texts below.
    const char* keep(simdjson::ondemand::value value, std::string_view key, std::uint32_t parent,
                     unsigned depth);
    const char* keep_object(simdjson::ondemand::value& value, std::uint32_t at, unsigned depth);
    const char* keep_array(simdjson::ondemand::value& value, std::uint32_t at, unsigned depth);
    const char* keep_scalar(simdjson::ondemand::value& value, json_type type, FrameNode& node);
    bool has_key(std::uint32_t object, std::string_view key) const;

    static constexpr std::uint32_t kDropped = FrameNode::kNone;
    static constexpr const char* kTooDeep = "nested too deeply";
    static constexpr const char* kTooManyMembers = "an object has too many members";
    static constexpr const char* kTooManyValues = "too many values";
    static constexpr const char* kNotJson = "not valid JSON";

    simdjson::ondemand::parser parser{kFrameBytesMax + simdjson::SIMDJSON_PADDING};
    std::string padded;
    std::vector<FrameNode> nodes;
    FrameNode scratch;  // stands for values that are checked and not kept
};

bool FrameReader::State::has_key(std::uint32_t object, std::string_view key) const {
    for (auto at = nodes[object].first_child; at != FrameNode::kNone; at = nodes[at].next)
        if (nodes[at].key == key) return true;
    return false;
}

const char* FrameReader::State::keep_scalar(simdjson::ondemand::value& value, json_type type,
                                            FrameNode& node) {
    if (type == json_type::string) {
        node.kind = FrameKind::string;
        return value.get_string().get(node.text) != simdjson::SUCCESS ? kNotJson : nullptr;
    }
    const std::string_view token = trimmed(value.raw_json_token());
    node.text = token;
    bool valid = false;
    if (type == json_type::number) {
        node.kind = FrameKind::number;
        valid = is_json_number(token);
    } else if (type == json_type::boolean) {
        node.kind = FrameKind::boolean;
        valid = token == "true" || token == "false";
    } else {
        node.kind = FrameKind::null;
        valid = token == "null";
    }
    return valid ? nullptr : kNotJson;
}

const char* FrameReader::State::keep_object(simdjson::ondemand::value& value, std::uint32_t at,
                                            unsigned depth) {
    simdjson::ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return kNotJson;
    std::size_t members = 0;
    for (auto result : object) {
        simdjson::ondemand::field field;
        std::string_view key;
        if (std::move(result).get(field) != simdjson::SUCCESS ||
            field.unescaped_key().get(key) != simdjson::SUCCESS)
            return kNotJson;
        if (++members > kFrameMembersMax) return kTooManyMembers;
        if (at != kDropped && has_key(at, key)) return "a key stands twice in one object";
        if (const char* why = keep(field.value(), key, at, depth + 1)) return why;
    }
    if (at != kDropped) nodes[at].size = static_cast<std::uint32_t>(members);
    return nullptr;
}

const char* FrameReader::State::keep_array(simdjson::ondemand::value& value, std::uint32_t at,
                                           unsigned depth) {
    simdjson::ondemand::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return kNotJson;
    std::uint32_t items = 0;
    for (auto result : array) {
        simdjson::ondemand::value item;
        if (std::move(result).get(item) != simdjson::SUCCESS) return kNotJson;
        const auto parent = items < kFrameItemsKept ? at : kDropped;
        if (const char* why = keep(item, {}, parent, depth + 1)) return why;
        ++items;
    }
    if (at != kDropped) nodes[at].size = items;
    return nullptr;
}

const char* FrameReader::State::keep(simdjson::ondemand::value value, std::string_view key,
                                     std::uint32_t parent, unsigned depth) {
    if (depth > kFrameDepthMax) return kTooDeep;
    json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) return kNotJson;
    const bool kept = parent != kDropped || depth == 1;
    auto at = kDropped;
    if (kept) {
        if (nodes.size() >= kFrameValuesMax) return kTooManyValues;
        at = static_cast<std::uint32_t>(nodes.size());
        nodes.push_back({.key = key});
        if (parent != kDropped) {
            FrameNode& above = nodes[parent];
            (above.last_child == kDropped ? above.first_child : nodes[above.last_child].next) = at;
            above.last_child = at;
        }
    }
    if (type == json_type::object) {
        if (kept) nodes[at].kind = FrameKind::object;
        return keep_object(value, at, depth);
    }
    if (type == json_type::array) {
        if (kept) nodes[at].kind = FrameKind::array;
        return keep_array(value, at, depth);
    }
    return keep_scalar(value, type, kept ? nodes[at] : scratch);
}

FrameReader::FrameReader() : state_(std::make_unique<State>()) {}
FrameReader::~FrameReader() = default;
FrameReader::FrameReader(FrameReader&&) noexcept = default;
FrameReader& FrameReader::operator=(FrameReader&&) noexcept = default;

Result<FrameValue> FrameReader::read(std::string_view frame) {
    State& state = *state_;
    if (frame.size() > kFrameBytesMax) return fail(Errc::limit_exceeded, "frame larger than 1 MiB");
    state.nodes.clear();
    state.padded.assign(frame);
    state.padded.append(simdjson::SIMDJSON_PADDING, ' ');
    simdjson::ondemand::document document;
    simdjson::ondemand::value root;
    if (state.parser.iterate(state.padded.data(), frame.size(), state.padded.size())
                .get(document) != simdjson::SUCCESS ||
        document.get_value().get(root) != simdjson::SUCCESS)
        return fail(Errc::invalid_argument, "not a JSON object or array");
    const char* why = state.keep(root, {}, State::kDropped, 1);
    // The location is out of bounds exactly when all tokens have been read.
    if (why == nullptr && document.current_location().error() != simdjson::OUT_OF_BOUNDS)
        why = "something follows the JSON text";
    if (why == State::kTooDeep || why == State::kTooManyMembers || why == State::kTooManyValues)
        return fail(Errc::limit_exceeded, why);
    if (why != nullptr) return fail(Errc::invalid_argument, why);
    return FrameValue(state.nodes, 0);
}

}  // namespace nsl::enclave
