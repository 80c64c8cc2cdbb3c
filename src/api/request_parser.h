// SPDX-License-Identifier: Apache-2.0
// The only place that parses HTTP, on Beast.
#pragma once
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "api/problem.h"

namespace nsl::api {

struct Request {
    std::string method = {};
    std::string target = {};
    std::string request_id = {};  // the client's X-Request-Id when it is one we accept, else empty
    std::string last_event_id = {};  // Last-Event-ID
    bool keep_alive = false;         // the client can use the connection again
};

// [A-Za-z0-9-_.]{1,64}
bool request_id_valid(std::string_view text);

// One request, in pieces as they arrive.
class RequestParser {
 public:
    RequestParser(std::size_t header_max, std::size_t body_max);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;

    // Takes bytes; what it did not use comes again, with more behind it. After a refusal the
    // connection has to close.
    std::expected<std::size_t, Refusal> put(std::string_view bytes);
    bool header_done() const;
    bool done() const;
    // The client waits for "100 Continue" before it sends the body.
    bool expects_continue() const;
    Request request() const;

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace nsl::api
