// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <gtest/gtest.h>

namespace nsl {
namespace {

bool has_line(const Metrics& metrics, const std::string& line) {
    return ("\n" + metrics.text()).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST(Metrics, AreWrittenInTheTextFormat) {
    Metrics metrics;
    Counter counter = metrics.counter("nsl_trigger_runs_total", "Runs.", {{"result", "done"}});
    counter.add();
    counter.add(2);
    metrics.gauge("nsl_chain_height_blocks", "Height.").set(42);
    EXPECT_TRUE(has_line(metrics, "# HELP nsl_trigger_runs_total Runs."));
    EXPECT_TRUE(has_line(metrics, "# TYPE nsl_trigger_runs_total counter"));
    EXPECT_TRUE(has_line(metrics, "nsl_trigger_runs_total{result=\"done\"} 3"));
    EXPECT_TRUE(has_line(metrics, "nsl_chain_height_blocks 42"));
}

TEST(Metrics, AHistogramCountsIntoItsBounds) {
    Metrics metrics;
    Histogram seconds = metrics.histogram("nsl_trigger_run_seconds", "Time.", {0.1, 1});
    for (double value : {0.05, 0.5, 5.0}) seconds.observe(value);
    EXPECT_TRUE(has_line(metrics, "nsl_trigger_run_seconds_bucket{le=\"0.1\"} 1"));
    EXPECT_TRUE(has_line(metrics, "nsl_trigger_run_seconds_bucket{le=\"1\"} 2"));
    EXPECT_TRUE(has_line(metrics, "nsl_trigger_run_seconds_bucket{le=\"+Inf\"} 3"));
    EXPECT_TRUE(has_line(metrics, "nsl_trigger_run_seconds_count 3"));
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameSeries) {
    Metrics metrics;
    metrics.counter("nsl_api_requests_total", "Requests.", {{"code", "200"}}).add();
    metrics.counter("nsl_api_requests_total", "Requests.", {{"code", "200"}}).add();
    metrics.counter("nsl_api_requests_total", "Requests.", {{"code", "500"}}).add();
    EXPECT_TRUE(has_line(metrics, "nsl_api_requests_total{code=\"200\"} 2"));
    EXPECT_TRUE(has_line(metrics, "nsl_api_requests_total{code=\"500\"} 1"));
}

TEST(Metrics, LabelValuesAreEscaped) {
    Metrics metrics;
    metrics.gauge("nsl_x_y", "Z.", {{"v", "a\"b\nc"}}).set(1);
    EXPECT_TRUE(has_line(metrics, "nsl_x_y{v=\"a\\\"b\\nc\"} 1"));
}

TEST(Metrics, HandlesWithoutARegistryCountNowhere) {
    Counter().add();
    Gauge().set(1);
    Histogram().observe(1);
}

}  // namespace nsl
