// SPDX-License-Identifier: Apache-2.0
// `nsl chain` on a real chain, with an honest node and one that is bent.
#include <gtest/gtest.h>

#include "fault_proxy.h"
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
    EXPECT_EQ(events[0].at("contract_name"), "GasToken");
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

}  // namespace
}  // namespace nsl
