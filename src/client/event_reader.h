// SPDX-License-Identifier: Apache-2.0
// Server-sent events (WHATWG HTML, section 9.2): bytes in, events out.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace nsl::client {

struct ServerEvent {
    std::string id;
    std::string event;  // "message" when the server names none
    std::string data;   // lines joined by '\n'
};

class EventReader {
 public:
    // The events that this chunk completes. Lines end in LF or CRLF. An event with a line, or with
    // data, above 1 MiB is dropped whole.
    std::vector<ServerEvent> feed(std::string_view chunk);

 private:
    void line(std::string_view text, std::vector<ServerEvent>& out);

    std::string partial_;
    ServerEvent next_;
    bool has_data_ = false;
    bool line_too_long_ = false;
    bool lost_ = false;  // the present event, up to its blank line
};

}  // namespace nsl::client
