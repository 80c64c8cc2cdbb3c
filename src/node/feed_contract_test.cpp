// SPDX-License-Identifier: Apache-2.0
#include "node/feed_contract.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "feed_contract_replies.h"
#include "send_world.h"

namespace nsl::node {
namespace {

using namespace testing_support;  // NOLINT: the words of the fake node

class FeedContractOnChain : public SendWorld {
 protected:
    neo::Hash160 hash = neo::Hash160::parse("0x" + std::string(38, '0') + "42").value();
    ChainFeedContract contract = of_this_life();
    tee::EnclaveIdentity identity{.public_key = key().public_key()};

    FeedContractOnChain() { identity.config_id.fill(7); }
    ChainFeedContract of_this_life() {
        options.refuse_after_blocks = 0;
        begin_life();
        return {nodes, *sender, node.network, hash, {"NEO-USD", "GAS-USD"}};
    }

    void answer(json::Array stack) {
        node.raw_replies.push_back(invocation_reply(std::move(stack)));
    }
    Result<pricefeed::ContractState> state() { return world.run(contract.state()); }
    // What is asked for when the contract's newest round is `latest`: a node that gives back
    // exactly `expected` rounds is understood only when that many were asked for.
    Result<std::size_t> rounds(std::uint64_t latest, std::uint64_t newest, std::size_t count,
                               std::size_t expected) {
        answer({round_item(latest, 5)});
        json::Array stack;
        for (std::size_t i = 0; i < expected; ++i) stack.push_back(round_item(newest - i, 5));
        if (expected > 0) answer(std::move(stack));
        TRY(auto found, world.run(contract.rounds("NEO-USD", newest, count)));
        EXPECT_TRUE(node.raw_replies.empty());
        return found.size();
    }
    json::Array good() const {
        return {bytes_item(identity.config_id),
                array_item({text_item("NEO-USD"), text_item("GAS-USD")}),
                array_item({bytes_item(Bytes(33, 2)), bytes_item(identity.public_key.compressed)}),
                integer_item(1)};
    }
    Error refusal(json::Array stack) {
        answer(std::move(stack));
        Status checked = world.run(contract.check(identity));
        EXPECT_FALSE(checked);
        return checked ? Error{} : checked.error();
    }
    tee::SignedReport report(std::uint64_t sequence = 1) const {
        tee::PriceReport plain{.network = node.network, .contract = hash, .sequence = sequence};
        plain.records = {price_record(0, 1, 500)};
        tee::SignedReport out{tee::pack_report(plain).value(), identity.public_key, {}};
        out.signature = key().sign(out.report);
        return out;
    }
    Result<pricefeed::BatchOutcome> outcome(const std::string& batch, int blocks) {
        mine(blocks);
        return world.run(contract.wait(batch));
    }
};

TEST_F(FeedContractOnChain, ReadsSequenceAndLatestRoundsOfEachFeed) {
    Bytes packed = packed_records({price_record(0, 12, 500)});
    packed.resize(80, 0);  // the second feed has no round yet
    answer({integer_item(9), bytes_item(packed)});
    auto read = state();
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->sequence, 9U);
    ASSERT_EQ(read->latest.size(), 2U);
    EXPECT_EQ(read->latest[0].round, 12U);
    EXPECT_EQ(read->latest[0].price, 500);
    EXPECT_EQ(read->latest[0].confidence, 25);
    EXPECT_EQ(read->latest[0].observed_ms, 1'700'000'000'000);
    EXPECT_EQ(read->latest[0].status, 1);
    EXPECT_EQ(read->latest[0].sources, 4);
    EXPECT_EQ(read->latest[1].round, 0U);
}

TEST_F(FeedContractOnChain, RefusesAStateOfAnotherShape) {
    const Bytes both = packed_records({price_record(0, 1, 5), price_record(1, 1, 5)});
    const Bytes swapped = packed_records({price_record(1, 1, 5), price_record(0, 1, 5)});
    Bytes longer = both;
    longer.push_back(0);
    const json::Array odd[] = {
        {},
        {integer_item(1)},
        {integer_item(1), bytes_item(both), integer_item(1)},
        {integer_item(-1), bytes_item(both)},
        {array_item({}), bytes_item(both)},
        {integer_item(1), array_item({})},
        {integer_item(1), bytes_item({})},
        {integer_item(1), bytes_item(ByteView(both).first(79))},
        {integer_item(1), bytes_item(ByteView(both).first(40))},
        {integer_item(1), bytes_item(longer)},
        {integer_item(1), bytes_item(swapped)},
        {integer_item(1), json::Object{{"type", "ByteString"}, {"value", "no base64!"}}},
        {integer_item(1), "text"},
    };
    for (const json::Array& stack : odd) {
        answer(stack);
        auto read = state();
        ASSERT_FALSE(read) << json::write_value(stack);
        EXPECT_EQ(read.error().code, Errc::internal) << json::write_value(stack);
    }
    answer({integer_item(1), bytes_item(both)});
    EXPECT_TRUE(state());
}

TEST_F(FeedContractOnChain, SaysWhenTheNodeIsAwayOrTheContractFaults) {
    node.raw_replies = {fault_reply("called contract not found")};
    auto faulted = state();
    EXPECT_EQ(faulted.error().code, Errc::conflict);
    EXPECT_NE(faulted.error().message.find("called contract not found"), std::string::npos);
    node.down = true;
    EXPECT_EQ(state().error().code, Errc::unavailable);
    EXPECT_EQ(world.run(contract.rounds("NEO-USD", 1, 1)).error().code, Errc::unavailable);
    EXPECT_EQ(world.run(contract.check(identity)).error().code, Errc::unavailable);
}

TEST_F(FeedContractOnChain, AsksForNoMoreRoundsThanTheRingKeeps) {
    EXPECT_EQ(rounds(1, 1, 20, 1), 1U);
    EXPECT_EQ(rounds(64, 64, 64, 64), 64U);  // the ring is just full: round 1 is kept
    EXPECT_EQ(rounds(64, 2, 64, 2), 2U);
    EXPECT_EQ(rounds(65, 65, 100, 64), 64U);  // round 1 was overwritten
    EXPECT_EQ(rounds(65, 2, 64, 1), 1U);
    EXPECT_EQ(rounds(65, 1, 64, 0), 0U);
    EXPECT_EQ(rounds(100, 100, 5, 5), 5U);
    EXPECT_EQ(rounds(100, 40, 64, 4), 4U);
    EXPECT_EQ(rounds(100, 36, 64, 0), 0U);
    EXPECT_EQ(rounds(100, 0, 64, 0), 0U);
    EXPECT_EQ(rounds(0, 5, 64, 0), 0U);  // no round yet
}

TEST_F(FeedContractOnChain, GivesRoundsBackNewestFirst) {
    answer({round_item(3, 30)});
    answer({round_item(3, 30), round_item(2, 20)});
    auto found = world.run(contract.rounds("NEO-USD", 100, 2)).value();  // above the newest
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].round, 3U);
    EXPECT_EQ(found[1].round, 2U);
    EXPECT_EQ(found[1].price, 20);
    EXPECT_EQ(found[1].sources, 4);
}

TEST_F(FeedContractOnChain, SaysNotFoundForAFeedTheContractDoesNotHave) {
    node.raw_replies = {fault_reply("unknown feed")};
    EXPECT_EQ(world.run(contract.rounds("BTC-USD", 1, 1)).error().code, Errc::not_found);
}

TEST_F(FeedContractOnChain, AsksToTryAgainWhenTheRingMovedBetweenTwoReads) {
    answer({round_item(64, 5)});
    node.raw_replies.push_back(fault_reply("round is not kept"));
    EXPECT_EQ(world.run(contract.rounds("NEO-USD", 1, 1)).error().code, Errc::unavailable);
}

TEST_F(FeedContractOnChain, RefusesRoundsOfAnotherShape) {
    for (const json::Value& odd :
         {integer_item(1), array_item({integer_item(1)}), json::Value("text"),
          array_item({integer_item(1), integer_item(1), integer_item(1), integer_item(1),
                      integer_item(1), text_item("a text that is no number, being too long")})}) {
        answer({odd});
        EXPECT_EQ(world.run(contract.rounds("NEO-USD", 1, 1)).error().code, Errc::internal);
        answer({round_item(1, 5)});
        answer({odd});
        EXPECT_EQ(world.run(contract.rounds("NEO-USD", 1, 1)).error().code, Errc::internal);
    }
}

// Two nodes, of which one is best until a test says otherwise.
struct TwoNodes final : chain::Nodes {
    chain::RpcClient& one;
    chain::RpcClient& other;
    bool other_is_best = false;

    TwoNodes(chain::RpcClient& a, chain::RpcClient& b) : one(a), other(b) {}
    chain::RpcClient& best() override { return other_is_best ? other : one; }
    Task<Result<chain::SendReply>> send(Bytes transaction) override {
        return best().send(std::move(transaction));
    }
    std::uint32_t height() const override { return 0; }
    void distrust(const chain::RpcClient&, const Error&) override {}
};

TEST_F(FeedContractOnChain, ReadsAtTheNodeThatIsBestNow) {
    const Bytes both = packed_records({price_record(0, 1, 5), price_record(1, 1, 5)});
    FakeNode second(world.tasks);
    chain::RpcClient other(*world.http, second.url(), world.log);
    TwoNodes two(world.rpc, other);
    ChainFeedContract from_two{two, *sender, node.network, hash, {"NEO-USD", "GAS-USD"}};
    node.raw_replies = {invocation_reply({integer_item(1), bytes_item(both)})};
    EXPECT_EQ(world.run(from_two.state())->sequence, 1U);
    node.down = true;
    two.other_is_best = true;
    second.raw_replies = {invocation_reply({integer_item(2), bytes_item(both)})};
    EXPECT_EQ(world.run(from_two.state())->sequence, 2U);
    second.raw_replies = {invocation_reply({round_item(1, 5)}),
                          invocation_reply({round_item(1, 5)})};
    EXPECT_EQ(world.run(from_two.rounds("NEO-USD", 1, 1))->size(), 1U);
    second.raw_replies = {invocation_reply(good())};
    EXPECT_TRUE(world.run(from_two.check(identity)));
}

TEST_F(FeedContractOnChain, AcceptsTheContractThatAcceptsIt) {
    answer(good());
    Status checked = world.run(contract.check(identity));
    EXPECT_TRUE(checked) << checked.error().message;
}

TEST_F(FeedContractOnChain, SaysWhyAContractDoesNotFit) {
    node.raw_replies = {fault_reply("unknown contract")};
    Status missing = world.run(contract.check(identity));
    EXPECT_EQ(missing.error().code, Errc::not_found);
    EXPECT_NE(missing.error().message.find(hash.display()), std::string::npos);

    const auto expect = [&](std::size_t at, json::Value instead, const char* word) {
        json::Array stack = good();
        stack[at] = std::move(instead);
        const Error error = refusal(std::move(stack));
        EXPECT_EQ(error.code, Errc::conflict) << word;
        EXPECT_NE(error.message.find(word), std::string::npos) << error.message;
    };
    expect(0, bytes_item(Bytes(32, 8)), "configuration");
    expect(1, array_item({text_item("GAS-USD"), text_item("NEO-USD")}), "feed table");
    expect(1, array_item({text_item("NEO-USD")}), "feed table");
    expect(2, array_item({bytes_item(Bytes(33, 2))}), identity.public_key.hex().c_str());
    expect(2, array_item({}), "setSigners");
    expect(3, integer_item(2), "2 signatures");
}

TEST_F(FeedContractOnChain, DoesNotTakeAnUnreadableContractForAnotherOne) {
    for (std::size_t at = 0; at < 4; ++at) {
        json::Array stack = good();
        stack[at] = json::Object{{"type", "Pointer"}, {"value", "5"}};
        EXPECT_EQ(refusal(std::move(stack)).code, Errc::internal) << at;
    }
    EXPECT_EQ(refusal({integer_item(1)}).code, Errc::internal);
}

TEST_F(FeedContractOnChain, SendsTheSignedBytesInTheNameOfItsSigner) {
    answer(good());  // our key is the second of the table
    ASSERT_TRUE(world.run(contract.check(identity)));
    const tee::SignedReport signed_report = report();
    auto batch = world.run(contract.send(signed_report));
    ASSERT_TRUE(batch) << batch.error().message;
    ASSERT_EQ(node.received().size(), 1U);
    const auto tx = neo::Transaction::parse(*node.received().begin()).value();
    const Bytes& script = tx.script;
    EXPECT_FALSE(std::ranges::search(script, signed_report.report).empty());
    EXPECT_FALSE(std::ranges::search(script, signed_report.signature).empty());
    EXPECT_FALSE(std::ranges::search(script, Bytes{0x0c, 1, 1}).empty());  // position 1, as bytes
    EXPECT_FALSE(std::ranges::search(script, hash.raw).empty());

    EXPECT_EQ(world.run(contract.in_flight()).value(), *batch);
    auto end = outcome(*batch, 1);
    ASSERT_TRUE(end);
    EXPECT_EQ(end->end, pricefeed::BatchEnd::stored);
    EXPECT_TRUE(node.in_block(end->block, tx.hash()));
    EXPECT_EQ(world.run(contract.in_flight()).value(), std::nullopt);
}

TEST_F(FeedContractOnChain, SaysWhatTheContractRefusesWith) {
    node.simulation_state = "FAULT";
    node.simulation_exception = "sequence must be 8";
    auto refused = world.run(contract.send(report()));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::conflict);
    EXPECT_NE(refused.error().message.find("sequence must be 8"), std::string::npos);
    EXPECT_EQ(world.run(contract.in_flight()).value(), std::nullopt);
    EXPECT_TRUE(node.received().empty());
}

TEST_F(FeedContractOnChain, SaysHowABatchEndedThatWasNotStored) {
    node.inclusion_state = "FAULT";
    node.inclusion_exception = "ASSERT is false";
    auto end = outcome(world.run(contract.send(report())).value(), 1).value();
    EXPECT_EQ(end.end, pricefeed::BatchEnd::faulted);
    EXPECT_GT(end.block, 0U);
    EXPECT_NE(end.reason.find("ASSERT is false"), std::string::npos);

    node.pool_forgets = true;
    end = outcome(world.run(contract.send(report(2))).value(), 10).value();
    EXPECT_EQ(end.end, pricefeed::BatchEnd::expired);
    EXPECT_EQ(end.block, 0U);
    EXPECT_NE(end.reason, "");
}

TEST_F(FeedContractOnChain, OneBatchIsInFlightAndANewLifeSeesItToItsEnd) {
    const std::string batch = world.run(contract.send(report())).value();
    const auto second = world.run(contract.send(report(2)));
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::conflict);
    end_life();
    node.mine();
    ChainFeedContract next_life = of_this_life();
    EXPECT_EQ(world.run(next_life.in_flight()).value(), std::nullopt);
    EXPECT_EQ(world.run(next_life.wait(batch))->end, pricefeed::BatchEnd::stored);
}

TEST_F(FeedContractOnChain, ReadsTheRoundsOfItsOwnEventOnly) {
    neo::Hash256 tx;
    tx.raw.fill(5);
    const Bytes records = packed_records({price_record(0, 12, 500), price_record(1, 3, 600)});
    const auto state = neo::StackItem::from_json(batch_stored(7, records)).value();
    auto found = contract.rounds_of({hash, "BatchStored", state}, tx, 77);
    ASSERT_TRUE(found && found->has_value());
    ASSERT_EQ((*found)->size(), 2U);
    EXPECT_EQ((**found)[1].feed, 1);
    EXPECT_EQ((**found)[1].stored.round, 3U);
    EXPECT_EQ((**found)[1].stored.price, 600);
    EXPECT_EQ((**found)[1].tx, tx);
    EXPECT_EQ((**found)[1].block, 77U);

    auto other = contract.rounds_of({neo::Hash160{}, "BatchStored", state}, tx, 77);
    EXPECT_TRUE(other && !other->has_value());
    other = contract.rounds_of({hash, "SignersChanged", neo::StackItem::text("anything")}, tx, 77);
    EXPECT_TRUE(other && !other->has_value());
}

TEST_F(FeedContractOnChain, DoesNotGuessAtAnEventOfAnotherShape) {
    const Bytes records = packed_records({price_record(0, 12, 500)});
    // What is no item at all has become null before it comes here.
    for (const json::Value& odd :
         {neo::StackItem::null().to_json(), text_item("text"), array_item({}),
          array_item({integer_item(1)}),
          array_item({integer_item(1), bytes_item(records), integer_item(1)}),
          array_item({integer_item(1), array_item({})}), batch_stored(1, Bytes(39)),
          batch_stored(1, Bytes(41))}) {
        auto found = contract.rounds_of(
            {hash, "BatchStored", neo::StackItem::from_json(odd).value()}, {}, 1);
        ASSERT_FALSE(found) << json::write_value(odd);
        EXPECT_EQ(found.error().code, Errc::internal);
    }
}

}  // namespace
}  // namespace nsl::node
