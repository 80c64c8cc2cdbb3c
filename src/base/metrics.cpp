// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace nsl {

// A default-constructed handle counts nowhere.
void Counter::add(double amount) {
    if (handle_ != nullptr) static_cast<prometheus::Counter*>(handle_)->Increment(amount);
}

void Gauge::set(double value) {
    if (handle_ != nullptr) static_cast<prometheus::Gauge*>(handle_)->Set(value);
}

void Histogram::observe(double value) {
    if (handle_ != nullptr) static_cast<prometheus::Histogram*>(handle_)->Observe(value);
}

struct Metrics::State {
    prometheus::Registry registry;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help,
                         const MetricLabels& labels) {
    Counter out;
    out.handle_ =
        &prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry).Add(labels);
    return out;
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const MetricLabels& labels) {
    Gauge out;
    out.handle_ =
        &prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry).Add(labels);
    return out;
}

Histogram Metrics::histogram(const std::string& name, const std::string& help,
                             const std::vector<double>& bounds, const MetricLabels& labels) {
    Histogram out;
    out.handle_ = &prometheus::BuildHistogram()
                       .Name(name)
                       .Help(help)
                       .Register(state_->registry)
                       .Add(labels, bounds);
    return out;
}

std::string Metrics::text() const {
    return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace nsl
