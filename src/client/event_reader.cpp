// SPDX-License-Identifier: Apache-2.0
#include "client/event_reader.h"

namespace nsl::client {
namespace {
constexpr std::size_t kLineMax = 1 << 20;  // bytes
constexpr std::size_t kDataMax = 1 << 20;  // bytes
}  // namespace

std::vector<ServerEvent> EventReader::feed(std::string_view chunk) {
    std::vector<ServerEvent> out;
    for (;;) {
        std::size_t end = chunk.find('\n');
        partial_.append(chunk.substr(0, end));
        if (partial_.size() > kLineMax) {
            partial_.clear();
            line_too_long_ = true;
        }
        if (end == std::string_view::npos) return out;
        chunk.remove_prefix(end + 1);
        if (partial_.ends_with('\r')) partial_.pop_back();
        // The rest of an oversized line is no line, an empty one least of all.
        if (line_too_long_)
            lost_ = true;
        else
            line(partial_, out);
        line_too_long_ = false;
        partial_.clear();
    }
}

void EventReader::line(std::string_view text, std::vector<ServerEvent>& out) {
    if (text.empty()) {
        if (has_data_ && !lost_) {
            if (next_.event.empty()) next_.event = "message";
            out.push_back(next_);
        }
        next_.event.clear();
        next_.data.clear();
        has_data_ = false;
        lost_ = false;
        return;
    }
    if (lost_) return;
    std::size_t colon = text.find(':');
    if (colon == 0) return;  // a comment, the server's heartbeat
    std::string_view name = text.substr(0, colon);
    std::string_view value =
        colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "id") next_.id = value;
    if (name == "event") next_.event = value;
    if (name == "data") {
        if (has_data_) next_.data += '\n';
        next_.data += value;
        has_data_ = true;
        if (next_.data.size() > kDataMax) {
            next_.data.clear();
            lost_ = true;
        }
    }
}

}  // namespace nsl::client
