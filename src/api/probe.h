// SPDX-License-Identifier: Apache-2.0
// The server's metrics.
#pragma once
#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "base/metrics.h"

namespace nsl::api {

// Labels come from closed sets: a route is its template or "unmatched", a method GET, HEAD or
// "other".
class Probe {
 public:
    explicit Probe(Metrics& metrics);

    // A request was answered; an event stream has ended.
    void answered(std::string_view route, std::string_view method, int status);
    // How long the answer took from the request's arrival; not of event streams.
    void took(std::string_view route, std::chrono::nanoseconds time);
    void streams_open(std::size_t count);

 private:
    Metrics& metrics_;
    Gauge streams_;
    std::map<std::string, Counter> requests_;     // "route method class"
    std::map<std::string, Histogram> durations_;  // by route
};

}  // namespace nsl::api
