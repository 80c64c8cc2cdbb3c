// SPDX-License-Identifier: Apache-2.0
// The registry behind /metrics. Services do not use it directly: each has a Probe with verbs
// (probe.published(age)) in its probe.h, which owns the handles below.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nsl {

using MetricLabels = std::map<std::string, std::string>;  // values from closed sets only

class Counter {
 public:
    void add(double amount = 1);

 private:
    friend class Metrics;
    void* handle_ = nullptr;
};

class Gauge {
 public:
    void set(double value);

 private:
    friend class Metrics;
    void* handle_ = nullptr;
};

class Histogram {
 public:
    void observe(double value);

 private:
    friend class Metrics;
    void* handle_ = nullptr;
};

// Handles stay valid as long as the registry and are usable from any thread. Asking twice for the
// same name and labels gives the same series. Names follow nsl_<service>_<noun>_<unit>[_total].
class Metrics {
 public:
    Metrics();
    ~Metrics();
    Metrics(const Metrics&) = delete;

    Counter counter(const std::string& name, const std::string& help, const MetricLabels& = {});
    Gauge gauge(const std::string& name, const std::string& help, const MetricLabels& = {});
    // Upper bounds ascending, in the unit of the name.
    Histogram histogram(const std::string& name, const std::string& help,
                        const std::vector<double>& bounds, const MetricLabels& = {});

    // Prometheus text exposition format 0.0.4.
    std::string text() const;

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace nsl
