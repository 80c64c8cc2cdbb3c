// SPDX-License-Identifier: Apache-2.0
// The API's client. The command line and the end-to-end tests use it, so it cannot rot.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "client/types.h"
#include "net/http_client.h"

namespace nsl::client {

// Errors of all calls: what the API answered, by the status of its problem document and in its
// words; unavailable and timeout when it could not be asked; internal for a body of another shape.
class Client {
 public:
    // base_url: "http://127.0.0.1:8080", without a slash at the end.
    Client(net::HttpClient& http, std::string base_url)
        : http_(http), base_url_(std::move(base_url)) {}

    Task<Result<std::vector<Feed>>> feeds();
    Task<Result<Feed>> feed(std::string id);
    // `before`: rounds below it, 0 from the newest; limit 1..64.
    Task<Result<Rounds>> rounds(std::string id, std::uint64_t before, std::uint32_t limit);
    Task<Result<Report>> report(std::string id);
    Task<Result<Chain>> chain();
    // Calls on_feed with every change until it returns false or the stream ends.
    Task<Status> watch(std::string id, std::function<bool(Feed)> on_feed);

 private:
    Task<Result<std::string>> get(std::string target);

    net::HttpClient& http_;
    std::string base_url_;
};

}  // namespace nsl::client
