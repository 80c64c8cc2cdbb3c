// SPDX-License-Identifier: Apache-2.0
// `nsl chain` on a real chain, with an honest node and one that is bent.
#include <gtest/gtest.h>

#include "client/types.h"
#include "fault_proxy.h"
#include "net/ws_server.h"
#include "payments_on_devnet.h"

namespace nsl {
namespace {

using namespace testing_support;

class ChainCommand : public ::testing::Test {
 protected:
    ~ChainCommand() override {
        bent_.reset();
        EXPECT_TRUE(run_on_devnet(tasks_.stop(milliseconds(5'000))));
    }

    // On the loop of the proxy, which answers meanwhile.
    Answer chain(std::vector<std::string> args, const std::vector<std::string>& nodes) {
        args.insert(args.begin(), "chain");
        for (const std::string& node : nodes) args.insert(args.end(), {"--rpc", node});
        room_.write("errors", "");
        const Ended ended = run_on_devnet(run_to_end(room_.spec(program("nsl"), args)));
        return {.status = ended.status, .output = ended.output, .errors = room_.read("errors")};
    }
    // With --json: the object.
    json::Object told(std::vector<std::string> args, const std::vector<std::string>& nodes,
                      int status) {
        args.emplace_back("--json");
        const Answer answer = chain(std::move(args), nodes);
        EXPECT_EQ(answer.status, status) << answer.output << answer.errors;
        return answer.line();
    }
    FaultPlan& plan() { return bent_->plan(); }

    CommandRoom room_;
    TaskGroup tasks_{devnet().loop.get_executor(), devnet().log};
    std::unique_ptr<FaultProxy> bent_ =
        std::make_unique<FaultProxy>(tasks_, devnet().devnet->rpc_url());
    const std::string honest_ = devnet().devnet->rpc_url();
};

TEST_F(ChainCommand, StatusShowsNodesOfOneMind) {
    const Answer text = chain({"status"}, {honest_, bent_->url()});
    EXPECT_EQ(text.status, 0) << text.output << text.errors;
    EXPECT_EQ(text.output.find("problem"), std::string::npos) << text.output;
    const json::Object shown = told({"status"}, {honest_, "http://127.0.0.1:1"}, 0);
    const json::Object& node = shown.at("nodes").as_array().at(0).as_object();
    EXPECT_EQ(node.at("network").to_number<std::uint32_t>(), devnet().devnet->network());
    EXPECT_EQ(node.at("policy").at("fee_per_byte"), 1'000);
    EXPECT_EQ(node.at("policy").at("ms_per_block"), kTestBlockTime);
    EXPECT_GT(node.at("latency_ms").to_number<double>(), 0);
    const auto height = node.at("height").to_number<std::uint32_t>();
    EXPECT_EQ(text_of(node, "block_hash"),
              run_on_devnet(devnet().rpc->block(height)).value().hash.display());
    EXPECT_EQ(shown.at("nodes").as_array().at(1).at("usable"), false);
}

TEST_F(ChainCommand, StatusBelievesNoHeaderThatTheValidatorsDidNotSign) {
    plan().always(NodeFault::block_of_another_header, "getblock");
    const json::Object alone = told({"status"}, {bent_->url()}, 3);
    const json::Object& node = alone.at("nodes").as_array().at(0).as_object();
    EXPECT_EQ(node.at("usable"), false);
    EXPECT_NE(text_of(node, "trouble"), "");
    EXPECT_EQ(chain({"status"}, {bent_->url(), honest_}).status, 0) << "the other one is usable";
}

TEST_F(ChainCommand, StatusNamesADisagreement) {
    plan().always(NodeFault::block_of_another_header, "getblockheader");
    const Answer hash = chain({"status"}, {honest_, bent_->url()});
    EXPECT_EQ(hash.status, 1) << hash.output;
    EXPECT_NE(hash.output.find("problem    block "), std::string::npos) << hash.output;
    auto other = run_on_devnet(cli::Devnet::start(devnet().loop.get_executor(),
                                                  {.block_time_ms = kTestBlockTime}, devnet().clock,
                                                  devnet().log));
    ASSERT_TRUE(other.has_value()) << other.error().message;
    const Answer network = chain({"status"}, {honest_, (*other)->rpc_url()});
    EXPECT_EQ(network.status, 1) << network.output;
    EXPECT_NE(network.output.find("problem    network: "), std::string::npos) << network.output;
    const std::string ours = std::to_string(devnet().devnet->network());
    EXPECT_EQ(chain({"status", "--network", ours}, {(*other)->rpc_url()}).status, 3);
    run_on_devnet((*other)->stop());
}

TEST_F(ChainCommand, StatusAsksTheServiceToo) {
    const chain::Block known = run_on_devnet(devnet().rpc->block(1)).value();
    client::Chain told_chain;
    told_chain.network = devnet().devnet->network();
    told_chain.height = 1;
    told_chain.block_hash = known.hash.display();
    net::WsServerHandlers handlers;
    handlers.on_http = [&](std::string_view, std::string_view target, std::string_view) {
        EXPECT_EQ(target, "/v1/chain");
        return std::pair(200, json::write_value(json::encode(told_chain)));
    };
    const auto server = net::WsServer::listen(tasks_, Logger(), 0, std::move(handlers)).value();
    const std::vector<std::string> asking{"status", "--api",
                                          "http://127.0.0.1:" + std::to_string(server->port())};
    const json::Object service = told(asking, {honest_}, 0).at("service").as_object();
    EXPECT_EQ(service.at("height"), 1);
    EXPECT_GT(service.at("behind").to_number<int>(), 0);
    EXPECT_EQ(chain(asking, {}).status, 0) << "the service alone";
    told_chain.fault = "block 2: not signed";
    const Answer still = chain(asking, {honest_});
    EXPECT_EQ(still.status, 1);
    EXPECT_NE(still.output.find("stands still  block 2"), std::string::npos) << still.output;
    told_chain.fault.clear();
    told_chain.block_hash = "0x" + std::string(64, '1');
    const Answer other = chain(asking, {honest_});
    EXPECT_EQ(other.status, 1);
    EXPECT_NE(other.output.find("problem    block 1: "), std::string::npos) << other.output;
}

TEST_F(ChainCommand, StatusNeedsSomebodyToAsk) {
    EXPECT_EQ(chain({"status"}, {}).status, 2);
    EXPECT_EQ(chain({"status"}, {"ftp://127.0.0.1"}).status, 2);
    EXPECT_EQ(chain({"status", "--api", "http://127.0.0.1:1"}, {honest_}).status, 3);
}

TEST_F(ChainCommand, TxTellsWhatAPaymentDid) {
    const neo::PrivateKey payer = new_key();
    const neo::Hash160 account = neo::account_of(payer.public_key());
    const neo::Hash160 shop = fresh_account();
    fund(account, 3 * kGas);
    const neo::Transaction tx =
        signed_by(priced(transfer(account, shop, kGas), {signer(account)},
                         {neo::single_signature_script(payer.public_key())}),
                  payer);
    ASSERT_EQ(included(tx).vm_state, "HALT");
    const std::string hash = tx.hash().display();
    const json::Object shown = told({"tx", hash}, {honest_}, 0);
    EXPECT_EQ(text_of(shown, "state"), "HALT");
    EXPECT_EQ(text_of(shown, "sender"), neo::to_address(account));
    EXPECT_EQ(shown.at("block").to_number<std::uint32_t>(),
              run_on_devnet(devnet().rpc->transaction_height(tx.hash())).value());
    const json::Array& events = shown.at("events").as_array();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].at("native"), "GasToken");
    EXPECT_EQ(events[0].at("fields").at("to").as_string(), shop.display());
    EXPECT_EQ(events[0].at("fields").at("amount").as_string(), std::to_string(kGas));
    const Answer text = chain({"tx", hash, "--script"}, {honest_});
    for (const char* part : {"HALT in block", "GasToken.Transfer {", "SYSCALL", "consumed"})
        EXPECT_NE(text.output.find(part), std::string::npos) << part << " in " << text.output;

    plan().always(NodeFault::transaction_unknown, "gettransactionheight");
    EXPECT_EQ(text_of(told({"tx", hash}, {bent_->url()}, 0), "state"), "pooled");
    plan().calm();
    plan().always(NodeFault::transaction_unknown, "getapplicationlog");
    EXPECT_EQ(text_of(told({"tx", hash}, {bent_->url()}, 0), "state"), "included");
    plan().calm();
    plan().always(NodeFault::transaction_unknown);
    EXPECT_EQ(text_of(told({"tx", hash}, {bent_->url()}, 1), "state"), "unknown");
    plan().calm();
    plan().always(NodeFault::block_without_transaction);
    const Answer lie = chain({"tx", hash}, {bent_->url()});
    EXPECT_EQ(lie.status, 1) << lie.output;
    EXPECT_EQ(lie.output, "");
}

TEST_F(ChainCommand, TxTellsWhyAScriptFaulted) {
    const neo::PrivateKey payer = new_key();
    const neo::Hash160 account = neo::account_of(payer.public_key());
    fund(account, 3 * kGas);
    const neo::Transaction tx =
        signed_by(priced(transfer(account, fresh_account(), 100 * kGas), {signer(account)},
                         {neo::single_signature_script(payer.public_key())}, kGas / 10),
                  payer);
    ASSERT_EQ(included(tx).vm_state, "FAULT");
    const json::Object shown = told({"tx", tx.hash().display()}, {honest_}, 1);
    EXPECT_EQ(text_of(shown, "state"), "FAULT");
    EXPECT_NE(text_of(shown, "exception"), "");
}

TEST_F(ChainCommand, TxOfAnUnknownOneProvesNothing) {
    const std::string nobodys = "0x" + std::string(63, '0') + "1";
    const Answer answer = chain({"tx", nobodys, "--valid-until", "1"}, {honest_});
    EXPECT_EQ(answer.status, 1);
    EXPECT_NE(answer.output.find("proves nothing"), std::string::npos) << answer.output;
    EXPECT_EQ(chain({"tx", "0x01"}, {honest_}).status, 2);
    EXPECT_EQ(chain({"tx", nobodys}, {"http://127.0.0.1:1"}).status, 3);
    EXPECT_EQ(chain({"tx", nobodys}, {}).status, 2);
}

TEST_F(ChainCommand, FollowPrintsTrueBlocksOneAfterTheOther) {
    const Answer answer = chain({"follow", "--json", "--count", "4"}, {honest_});
    EXPECT_EQ(answer.status, 0) << answer.errors;
    EXPECT_NE(answer.errors.find("is believed"), std::string::npos) << answer.errors;
    std::uint32_t next = 0;
    int blocks = 0;
    for (const json::Object& line : answer.lines()) {
        if (text_of(line, "event") != "block") continue;
        const auto index = line.at("block").to_number<std::uint32_t>();
        if (blocks++ > 0) EXPECT_EQ(index, next);
        next = index + 1;
        EXPECT_EQ(text_of(line, "hash"),
                  run_on_devnet(devnet().rpc->block(index)).value().hash.display());
    }
    EXPECT_EQ(blocks, 4);
}

TEST_F(ChainCommand, FollowFindsAnEventFromAKnownBlockOn) {
    const chain::Block known =
        run_on_devnet(devnet().rpc->block(run_on_devnet(devnet().rpc->block_count()).value() - 1))
            .value();
    const neo::Hash160 shop = fresh_account();
    fund(shop, 12'345);
    const std::vector<std::string> from{"follow", "--from", std::to_string(known.index), "--hash",
                                        known.hash.display()};
    std::vector<std::string> args = from;
    args.insert(args.end(), {"--contract", neo::native::gas_token().display(), "--event",
                             "Transfer", "--count", "1", "--json"});
    const Answer first = chain(args, {honest_});
    ASSERT_EQ(first.status, 0) << first.errors;
    const json::Object event = first.line();
    EXPECT_EQ(text_of(event, "native"), "GasToken");
    EXPECT_EQ(event.at("fields").at("to").as_string(), shop.display());
    EXPECT_EQ(event.at("fields").at("amount"), "12345");
    std::vector<std::string> wrong = from;
    wrong[4] = "0x" + std::string(64, '1');
    EXPECT_EQ(chain(wrong, {honest_}).status, 1);
}

TEST_F(ChainCommand, FollowPrintsNothingThatTheValidatorsDidNotSign) {
    const std::string hash = run_on_devnet(devnet().rpc->block(1)).value().hash.display();
    const auto lie_later = [](FaultProxy& bent) -> Task<void> {
        RealClock clock;
        while (bent.exchanges() < 4) co_await clock.sleep_for(milliseconds(1));
        bent.plan().next(NodeFault::block_of_another_header, "getblock", 3);
        bent.plan().next(NodeFault::dropped_after, "", 3);
    };
    tasks_.spawn("lie", lie_later(*bent_));
    const std::uint32_t height = run_on_devnet(devnet().rpc->block_count()).value();
    const Answer answer = chain(
        {"follow", "--json", "--from", "1", "--hash", hash, "--count", std::to_string(height + 3)},
        {bent_->url()});
    EXPECT_EQ(answer.status, 0) << answer.errors;
    EXPECT_EQ(plan().count(NodeFault::block_of_another_header), 3U);
    std::uint32_t next = 1;
    for (const json::Object& line : answer.lines()) {
        if (text_of(line, "event") != "block") continue;
        EXPECT_EQ(line.at("block").to_number<std::uint32_t>(), next);
        EXPECT_EQ(text_of(line, "hash"),
                  run_on_devnet(devnet().rpc->block(next)).value().hash.display());
        ++next;
    }
    EXPECT_EQ(next, height + 4);
}

TEST_F(ChainCommand, FollowRefusesHalfOfAPlaceAndAnotherNetwork) {
    EXPECT_EQ(chain({"follow", "--from", "1"}, {honest_}).status, 2);
    EXPECT_EQ(chain({"follow", "--contract", "what"}, {honest_}).status, 2);
    EXPECT_EQ(chain({"follow", "--network", "1"}, {honest_}).status, 1);
    EXPECT_EQ(chain({"follow"}, {"http://127.0.0.1:1"}).status, 3);
}

}  // namespace
}  // namespace nsl
