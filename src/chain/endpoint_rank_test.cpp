// SPDX-License-Identifier: Apache-2.0
#include "chain/endpoint_rank.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <functional>

namespace nsl::chain {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::uint32_t kOurs = 56753, kLagMax = 2;
constexpr nanoseconds kStart = seconds(1'000);

void probe(EndpointState& node, std::uint32_t height, nanoseconds now = kStart,
           double latency_ms = 10) {
    note_probe(node, {.magic = kOurs, .height = height, .took_ms = latency_ms}, kOurs, now);
}

EndpointState well(std::uint32_t height, double latency_ms = 10) {
    EndpointState node;
    probe(node, height, kStart, latency_ms);
    return node;
}

EndpointState liar(std::uint32_t height, nanoseconds at = kStart) {
    EndpointState node = well(height);
    note_lie(node, {Errc::unauthenticated, "not signed"}, at);
    return node;
}

EndpointState gone(EndpointState node) {
    note_failure(node, {Errc::unavailable, "refused"});
    return node;
}

EndpointState foreign() {
    EndpointState node;
    note_probe(node, {.magic = 1, .height = 9, .took_ms = 1}, kOurs, kStart);
    return node;
}

// Any history of a node.
EndpointState any_node() {
    EndpointState node;
    const auto events = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8));
    nanoseconds now = kStart;
    for (const int event : events) {
        now += seconds(*rc::gen::inRange(0, 9));
        const auto height = *rc::gen::inRange<std::uint32_t>(0, 12);
        const auto took = static_cast<double>(*rc::gen::inRange(0, 900));
        if (event == 0) note_failure(node, {Errc::timeout, "silent"});
        if (event == 1) note_failure(node, {Errc::internal, "garbage"});
        if (event == 2) note_success(node);
        if (event == 3)
            note_probe(node, {.magic = 1, .height = height, .took_ms = took}, kOurs, now);
        if (event == 4) note_lie(node, {Errc::conflict, "another block"}, now);
        if (event > 4) probe(node, height, now, took);
    }
    return node;
}

std::vector<EndpointState> any_nodes() {
    std::vector<EndpointState> nodes(*rc::gen::inRange<std::size_t>(1, 6));
    for (EndpointState& node : nodes) node = any_node();
    return nodes;
}

std::optional<std::size_t> any_current(const std::vector<EndpointState>& nodes) {
    const auto i = *rc::gen::inRange<std::size_t>(0, nodes.size() + 1);
    return i == nodes.size() ? std::nullopt : std::optional(i);
}

RC_GTEST_PROP(EndpointRank, ChoosesAUsableNodeWhereThereIsOne, ()) {
    const auto nodes = any_nodes();
    const auto current = any_current(nodes);
    const std::size_t chosen = choose(nodes, current, kLagMax);
    const HeightRule rule = height_rule(nodes, kLagMax);
    const bool some =
        std::ranges::any_of(nodes, [&](const EndpointState& n) { return is_usable(n, rule); });
    RC_ASSERT(chosen < nodes.size());
    RC_ASSERT(is_usable(nodes[chosen], rule) == some);
    const auto order = usable_by_rank(nodes, current, kLagMax);
    RC_ASSERT(order.empty() != some);
    if (some) RC_ASSERT(order.front() == chosen);
}

RC_GTEST_PROP(EndpointRank, ADistrustedNodeComesAfterAllThatAreUsableAndTrusted, ()) {
    const auto nodes = any_nodes();
    const auto order = usable_by_rank(nodes, any_current(nodes), kLagMax);
    const auto distrusted = [&](std::size_t i) { return nodes[i].distrusted; };
    RC_ASSERT(std::ranges::is_partitioned(order, std::not_fn(distrusted)));
}

RC_GTEST_PROP(EndpointRank, NeverChoosesAnotherNetworkWhileThereIsOneThatMayBeOurs, ()) {
    const auto nodes = any_nodes();
    const bool all_foreign = std::ranges::all_of(
        nodes, [](const EndpointState& n) { return n.network == NodeNetwork::other; });
    const EndpointState& chosen = nodes[choose(nodes, any_current(nodes), kLagMax)];
    RC_ASSERT(all_foreign || chosen.network != NodeNetwork::other);
}

RC_GTEST_PROP(EndpointRank, StaysWithWhatItHasChosen, ()) {
    const auto nodes = any_nodes();
    const std::size_t chosen = choose(nodes, any_current(nodes), kLagMax);
    RC_ASSERT(choose(nodes, chosen, kLagMax) == chosen);
}

RC_GTEST_PROP(EndpointRank, OneLiarOfThreeMakesNoOtherUnusable, ()) {
    const auto base = *rc::gen::inRange<std::uint32_t>(10, 1'000);
    std::vector<EndpointState> nodes(*rc::gen::inRange<std::size_t>(2, 8));
    for (EndpointState& node : nodes)
        node = well(base + *rc::gen::inRange<std::uint32_t>(0, kLagMax + 1));
    const std::size_t honest = nodes.size();
    nodes.push_back(well(*rc::gen::arbitrary<std::uint32_t>()));
    const HeightRule rule = height_rule(nodes, kLagMax);
    for (std::size_t i = 0; i < honest; ++i)
        RC_ASSERT(is_usable(nodes[i], rule) && trouble_of(nodes[i], rule, kOurs).empty());
    RC_ASSERT(rule.reference <= base + kLagMax);
}

RC_GTEST_PROP(EndpointRank, OfTwoNoHeightMakesOneUnusable, ()) {
    std::vector<EndpointState> nodes(2);
    for (EndpointState& node : nodes) node = well(*rc::gen::arbitrary<std::uint32_t>());
    const HeightRule rule = height_rule(nodes, kLagMax);
    for (const EndpointState& node : nodes) RC_ASSERT(is_usable(node, rule));
}

RC_GTEST_PROP(EndpointRank, TheTroubleOfEveryUnusableOrDistrustedNodeIsTold, ()) {
    const auto nodes = any_nodes();
    const HeightRule rule = height_rule(nodes, kLagMax);
    for (const EndpointState& node : nodes) {
        const bool quiet = trouble_of(node, rule, kOurs).empty();
        if (!is_usable(node, rule) || node.distrusted) RC_ASSERT(!quiet);
        if (is_usable(node, rule) && !node.distrusted && node.height >= rule.reference)
            RC_ASSERT(quiet);
    }
}

TEST(EndpointRank, LeavesANodeAtOnceWhenItFailsAndDoesNotRunBackToIt) {
    std::vector<EndpointState> nodes{well(9, 1), well(9, 50)};
    EXPECT_EQ(choose(nodes, 0, kLagMax), 0U);
    nodes[0] = gone(nodes[0]);
    EXPECT_EQ(choose(nodes, 0, kLagMax), 1U);
    for (int i = 0; i < 10; ++i) {
        probe(nodes[0], 9, kStart, 1);
        EXPECT_EQ(choose(nodes, 1, kLagMax), 1U);
    }
}

TEST(EndpointRank, ANodeThatWasAwayComesLastUntilItHasBeenWellForAWhile) {
    std::vector<EndpointState> nodes{gone(well(9, 1)), well(9, 600), gone(well(9))};
    probe(nodes[0], 9, kStart, 1);
    EXPECT_EQ(choose(nodes, 2, kLagMax), 1U);
    EXPECT_EQ(choose(std::span(nodes).first(1), std::nullopt, kLagMax), 0U);
    probe(nodes[0], 9, kStart, 1);
    EXPECT_EQ(choose(nodes, 2, kLagMax), 1U);
    probe(nodes[0], 9, kStart, 1);
    EXPECT_EQ(choose(nodes, 2, kLagMax), 0U);
}

TEST(EndpointRank, LeavesANodeThatIsMuchSlowerOrAnswersNonsense) {
    std::vector<EndpointState> nodes{well(9, 600), well(9, 50)};
    EXPECT_EQ(choose(nodes, 0, kLagMax), 0U);
    nodes[0] = well(9, 700);
    EXPECT_EQ(choose(nodes, 0, kLagMax), 1U);
    nodes = {well(9), well(9, 600)};
    note_failure(nodes[0], {Errc::internal, "garbage"});
    EXPECT_EQ(choose(nodes, 0, kLagMax), 0U);
    for (int i = 0; i < 5; ++i) note_failure(nodes[0], {Errc::internal, "garbage"});
    EXPECT_EQ(choose(nodes, 0, kLagMax), 1U);
}

TEST(EndpointRank, WhileNoneIsUsableTakesTheLeastBad) {
    EXPECT_EQ(choose(std::vector{foreign(), gone(well(9)), EndpointState{}}, 0, kLagMax), 2U);
    EXPECT_EQ(choose(std::vector{foreign(), gone(well(9))}, std::nullopt, kLagMax), 1U);
    EXPECT_EQ(choose(std::vector{foreign(), foreign()}, 1, kLagMax), 1U);
    EXPECT_EQ(choose(std::vector{gone(well(9)), gone(well(9))}, 1, kLagMax), 1U);
}

TEST(EndpointRank, OfTwoTheHigherCountsAndOfThreeTheSecondHighest) {
    const auto reference = [](const std::vector<EndpointState>& nodes) {
        return height_rule(nodes, kLagMax).reference;
    };
    EXPECT_EQ(reference({well(9), well(20)}), 20U);
    EXPECT_EQ(reference({well(9), well(20), well(10)}), 10U);
    EXPECT_EQ(reference({well(9), well(20), foreign(), gone(well(50))}), 20U);
    EXPECT_EQ(reference({well(9), liar(50), liar(60)}), 9U);
    EXPECT_EQ(reference({liar(9), gone(well(50))}), 9U);
    EXPECT_EQ(reference({}), 0U);
}

TEST(EndpointRank, OfTwoTheOneBehindIsAskedAfterTheOtherAndStaysUsable) {
    // Whatever it costs to ask the other.
    std::vector<EndpointState> nodes{well(9, 1), well(12, 900)};
    EXPECT_EQ(choose(nodes, 0, kLagMax), 1U);
    EXPECT_EQ(usable_by_rank(nodes, 0, kLagMax), (std::vector<std::size_t>{1, 0}));
    EXPECT_EQ(trouble_of(nodes[0], height_rule(nodes, kLagMax), kOurs), "3 blocks behind");
    probe(nodes[0], 10, kStart, 1);
    EXPECT_EQ(choose(nodes, 0, kLagMax), 0U);
    EXPECT_EQ(trouble_of(nodes[0], height_rule(nodes, kLagMax), kOurs), "");
}

TEST(EndpointRank, OfTwoTheLiarIsLeftAtOnceWhenItsLieIsShown) {
    std::vector<EndpointState> nodes{well(9), well(1'000'000)};
    EXPECT_EQ(choose(nodes, 0, kLagMax), 1U);
    note_lie(nodes[1], {Errc::not_found, "no such block"}, kStart);
    EXPECT_EQ(choose(nodes, 1, kLagMax), 0U);
    EXPECT_EQ(height_rule(nodes, kLagMax).reference, 9U);
    EXPECT_EQ(trouble_of(nodes[1], height_rule(nodes, kLagMax), kOurs),
              "distrusted: no such block");
    EXPECT_GE(nodes[1].error_rate, 0.5);
    // There is no other: it is asked.
    nodes[0] = gone(nodes[0]);
    EXPECT_EQ(choose(nodes, 0, kLagMax), 1U);
}

// For how many seconds the node is distrusted, when it is probed every second and all is well.
int distrusted_for(EndpointState& node, nanoseconds from) {
    int after = 0;
    while (node.distrusted && after < 1'000) probe(node, 9, from + seconds(++after));
    return after;
}

TEST(EndpointRank, ALiarIsTrustedAgainAfterAPauseThatGrowsWithItsLies) {
    EndpointState node = well(9);
    nanoseconds now = kStart;
    std::vector<int> pauses;
    for (int lie = 0; lie < 8; ++lie) {
        note_lie(node, {Errc::conflict, "another block"}, now);
        pauses.push_back(distrusted_for(node, now));
        now += seconds(pauses.back());
    }
    EXPECT_EQ(pauses, (std::vector{7, 12, 22, 42, 82, 162, 302, 302}));
    now += std::chrono::hours(2);
    note_lie(node, {Errc::conflict, "another block"}, now);
    EXPECT_EQ(distrusted_for(node, now), 7);
}

TEST(EndpointRank, LiesShownTogetherAreOneAndAFailureDelaysTrust) {
    EndpointState node = liar(9);
    note_lie(node, {Errc::conflict, "another block"}, kStart);
    note_lie(node, {Errc::conflict, "another block"}, kStart + seconds(4));
    EXPECT_EQ(node.lies, 1U);
    probe(node, 9, kStart + seconds(8));
    EXPECT_TRUE(node.distrusted);
    probe(node, 9, kStart + seconds(9));
    probe(node, 9, kStart + seconds(10));
    note_failure(node, {Errc::internal, "garbage"});
    probe(node, 9, kStart + seconds(11));
    EXPECT_TRUE(node.distrusted);
    probe(node, 9, kStart + seconds(12));
    probe(node, 9, kStart + seconds(13));
    EXPECT_FALSE(node.distrusted);
}

}  // namespace
}  // namespace nsl::chain
