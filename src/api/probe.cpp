// SPDX-License-Identifier: Apache-2.0
#include "api/probe.h"

namespace nsl::api {
namespace {

const std::vector<double> kSecondsBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                            0.1,   0.25,   0.5,   1,    2.5,   10};

}  // namespace

Probe::Probe(Metrics& metrics)
    : metrics_(metrics),
      streams_(metrics.gauge("nsl_api_streams_open", "Event streams that are open.")) {
    streams_.set(0);
}

void Probe::answered(std::string_view route, std::string_view method, int status) {
    const std::string known(method == "GET" || method == "HEAD" ? method : "other");
    const std::string status_class = std::to_string(status / 100) + "xx";
    const std::string key = std::string(route) + ' ' + known + ' ' + status_class;
    auto found = requests_.find(key);
    if (found == requests_.end()) {
        found = requests_
                    .emplace(key, metrics_.counter("nsl_api_requests_total", "Requests answered.",
                                                   {{"route", std::string(route)},
                                                    {"method", known},
                                                    {"status_class", status_class}}))
                    .first;
    }
    found->second.add();
}

void Probe::took(std::string_view route, std::chrono::nanoseconds time) {
    const std::string key(route);
    auto found = durations_.find(key);
    if (found == durations_.end()) {
        found = durations_
                    .emplace(key, metrics_.histogram("nsl_api_request_seconds",
                                                     "From a request to its response.",
                                                     kSecondsBounds, {{"route", key}}))
                    .first;
    }
    found->second.observe(std::chrono::duration<double>(time).count());
}

void Probe::streams_open(std::size_t count) {
    streams_.set(static_cast<double>(count));
}

}  // namespace nsl::api
