// SPDX-License-Identifier: Apache-2.0
// A venue's JSON frame as a tree of views. The whole frame is checked before anything of it is
// used: a truncated or otherwise broken frame never yields half a quote. Numbers stay text.
#pragma once
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"

namespace nsl::enclave {

inline constexpr unsigned kFrameDepthMax = 16;
inline constexpr std::size_t kFrameMembersMax = 64;  // of one object
inline constexpr std::size_t kFrameItemsKept = 64;   // of one array; the rest is checked, not kept
inline constexpr std::size_t kFrameValuesMax = 16'384;  // kept ones of one frame

enum class FrameKind { object, array, string, number, boolean, null };

struct FrameNode {
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
    FrameKind kind = FrameKind::null;
    std::string_view key{};   // unescaped; empty in arrays
    std::string_view text{};  // string: unescaped; number, boolean, null: the token
    std::uint32_t first_child = kNone;
    std::uint32_t last_child = kNone;
    std::uint32_t next = kNone;
    std::uint32_t size = 0;  // members or items, those not kept included
};

// One value of a frame. Valid until its reader reads the next one. All errors are
// invalid_argument and name the member, never what the frame holds there.
class FrameValue {
 public:
    FrameValue(const std::vector<FrameNode>& nodes, std::uint32_t index)
        : nodes_(&nodes), index_(index) {}

    FrameKind kind() const { return node().kind; }
    bool is(FrameKind kind) const { return node().kind == kind; }
    std::size_t size() const { return node().size; }
    std::string_view text() const { return node().text; }  // see FrameNode::text

    // nullopt: no object, or no such member. A member that is null is found.
    std::optional<FrameValue> find(std::string_view key) const;
    // Like find, without null: most venues write an absent error as null.
    std::optional<FrameValue> find_set(std::string_view key) const;
    // True when `key` is the string `text`.
    bool has_text(std::string_view key, std::string_view text) const;
    // The kept items of an array; empty for anything else.
    std::vector<FrameValue> items() const;

    Result<FrameValue> member(std::string_view key, FrameKind kind) const;
    Result<std::string_view> string_at(std::string_view key) const;
    Result<Decimal> decimal_string_at(std::string_view key) const;  // "1.5"
    Result<Decimal> decimal_number_at(std::string_view key) const;  // 1.5
    Result<std::int64_t> integer_string_at(std::string_view key) const;
    Result<std::int64_t> integer_number_at(std::string_view key) const;
    Result<std::uint64_t> unsigned_number_at(std::string_view key) const;
    // RFC 3339 in UTC ("2023-03-04T03:37:20.799258Z") as Unix milliseconds, cut, not rounded.
    Result<std::int64_t> utc_ms_at(std::string_view key) const;
    // The kept items; an array that is longer than what is kept is an error.
    Result<std::vector<FrameValue>> whole_array_at(std::string_view key) const;

 private:
    const FrameNode& node() const { return (*nodes_)[index_]; }

    const std::vector<FrameNode>* nodes_;
    std::uint32_t index_;
};

// Keeps its buffers between frames. One frame at a time, one thread.
class FrameReader {
 public:
    FrameReader();
    ~FrameReader();
    FrameReader(FrameReader&&) noexcept;
    FrameReader& operator=(FrameReader&&) noexcept;

    // Errors: invalid_argument (not one JSON object or array in UTF-8, a key twice in one object),
    // limit_exceeded (the limits above).
    Result<FrameValue> read(std::string_view frame);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

// "2023-03-04T03:37:20.799258Z" → Unix milliseconds. Errors: invalid_argument.
Result<std::int64_t> parse_utc_ms(std::string_view text);

// a × b, exact where 63 bits hold it, else with its last digits cut. Errors: limit_exceeded.
Result<Decimal> multiply(const Decimal& a, const Decimal& b);

}  // namespace nsl::enclave
