// SPDX-License-Identifier: Apache-2.0
#include "chain/endpoint_rank.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace nsl::chain {
namespace {

constexpr std::uint32_t kOurs = 56753, kLagMax = 2;

EndpointState well(std::uint32_t height, double latency_ms = 10) {
    EndpointState node;
    note_probe(node, {.magic = kOurs, .height = height, .took_ms = latency_ms}, kOurs);
    return node;
}

EndpointState gone(EndpointState node) {
    note_failure(node, {Errc::unavailable, "refused"});
    return node;
}

EndpointState foreign() {
    EndpointState node;
    note_probe(node, {.magic = 1, .height = 9, .took_ms = 1}, kOurs);
    return node;
}

// Any history of a node.
EndpointState any_node() {
    EndpointState node;
    const auto events = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6));
    for (const int event : events) {
        const auto height = *rc::gen::inRange<std::uint32_t>(0, 12);
        const auto took = static_cast<double>(*rc::gen::inRange(0, 900));
        if (event == 0) note_failure(node, {Errc::timeout, "silent"});
        if (event == 1) note_failure(node, {Errc::internal, "garbage"});
        if (event == 2) note_success(node);
        if (event == 3) note_probe(node, {.magic = 1, .height = height, .took_ms = took}, kOurs);
        if (event > 3) note_probe(node, {.magic = kOurs, .height = height, .took_ms = took}, kOurs);
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
    const std::uint32_t reference = reference_height(nodes);
    const bool some = std::ranges::any_of(
        nodes, [&](const EndpointState& n) { return is_usable(n, reference, kLagMax); });
    RC_ASSERT(chosen < nodes.size());
    RC_ASSERT(is_usable(nodes[chosen], reference, kLagMax) == some);
    const auto order = usable_by_rank(nodes, current, kLagMax);
    RC_ASSERT(order.empty() != some);
    if (some) RC_ASSERT(order.front() == chosen);
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
    const std::uint32_t reference = reference_height(nodes);
    for (std::size_t i = 0; i < honest; ++i)
        RC_ASSERT(trouble_of(nodes[i], reference, kLagMax, kOurs).empty());
    RC_ASSERT(reference <= base + kLagMax);
}

RC_GTEST_PROP(EndpointRank, TroubleIsToldExactlyOfTheUnusable, ()) {
    const auto nodes = any_nodes();
    const std::uint32_t reference = reference_height(nodes);
    for (const EndpointState& node : nodes)
        RC_ASSERT(trouble_of(node, reference, kLagMax, kOurs).empty() ==
                  is_usable(node, reference, kLagMax));
}

TEST(EndpointRank, LeavesANodeAtOnceWhenItFailsAndDoesNotRunBackToIt) {
    std::vector<EndpointState> nodes{well(9, 1), well(9, 50)};
    EXPECT_EQ(choose(nodes, 0, kLagMax), 0U);
    nodes[0] = gone(nodes[0]);
    EXPECT_EQ(choose(nodes, 0, kLagMax), 1U);
    for (int i = 0; i < 10; ++i) {
        note_probe(nodes[0], {.magic = kOurs, .height = 9, .took_ms = 1}, kOurs);
        EXPECT_EQ(choose(nodes, 1, kLagMax), 1U);
    }
}

TEST(EndpointRank, ANodeThatWasAwayComesLastUntilItHasBeenWellForAWhile) {
    std::vector<EndpointState> nodes{gone(well(9, 1)), well(9, 600), gone(well(9))};
    const auto probe = [&] {
        note_probe(nodes[0], {.magic = kOurs, .height = 9, .took_ms = 1}, kOurs);
    };
    probe();
    EXPECT_EQ(choose(nodes, 2, kLagMax), 1U);
    EXPECT_EQ(choose(std::span(nodes).first(1), std::nullopt, kLagMax), 0U);
    probe();
    EXPECT_EQ(choose(nodes, 2, kLagMax), 1U);
    probe();
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
    EXPECT_EQ(reference_height(std::vector{well(9), well(20)}), 20U);
    EXPECT_EQ(reference_height(std::vector{well(9), well(20), well(10)}), 10U);
    EXPECT_EQ(reference_height(std::vector{well(9), well(20), foreign(), gone(well(50))}), 20U);
    EXPECT_EQ(reference_height({}), 0U);
}

}  // namespace
}  // namespace nsl::chain
