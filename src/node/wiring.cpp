// SPDX-License-Identifier: Apache-2.0
#include "node/wiring.h"

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <filesystem>

#include "api/server.h"
#include "base/file.h"
#include "base/metrics.h"
#include "base/shutdown.h"
#include "base/spawn.h"
#include "chain/block_wakeup.h"
#include "chain/follower.h"
#include "chain/policy_watcher.h"
#include "chain/rpc_pool.h"
#include "chain/sender.h"
#include "chain/wallet_signer.h"
#include "neo/wallet.h"
#include "net/http_client.h"
#include "node/block_indexer.h"
#include "node/chain_routes.h"
#include "node/feed_contract.h"
#include "node/nodes_probe.h"
#include "node/patience.h"
#include "node/schema.h"
#include "node/send_journal_sql.h"
#include "node/sender_probe.h"
#include "services/pricefeed/routes.h"
#include "services/pricefeed/service.h"
#include "services/pricefeed/store_sql.h"
#include "services/pricefeed/worker.h"
#include "store/open.h"
#include "tee/enclave_client.h"

namespace nsl::node {
namespace {

constexpr const char* kVersion = "0.1.0";
// Fees come from a node's simulation: a lying one must not empty the wallet. The dearest batch
// there is, 25 feeds that write their rings for the first time, costs 3.1 GAS.
constexpr neo::Datoshi kBatchFeeMax = 4'0000'0000;
constexpr milliseconds kWorkerRestart{1'000};

// The enclave's client in the price feed's words.
class EnclaveForPrices final : public pricefeed::PriceEnclave {
 public:
    explicit EnclaveForPrices(tee::EnclaveClient& client) : client_(client) {}
    Task<Result<tee::EnclaveIdentity>> identity() override { return client_.identity(); }
    Task<Result<tee::PriceSnapshot>> prices(std::uint64_t after, milliseconds wait) override {
        return client_.prices(after, wait);
    }
    Task<Result<tee::SignedReport>> sign(tee::ReportRequest request) override {
        return client_.sign_report(std::move(request));
    }

 private:
    tee::EnclaveClient& client_;
};

// The default account's key of the wallet. The password file must be its owner's alone.
Result<neo::PrivateKey> unlock_wallet(const NodeConfig& config) {
    TRY(std::string json, read_file(config.wallet, neo::kWalletBytesMax));
    TRY(neo::Wallet wallet, neo::Wallet::parse(json));
    TRY(const Secret<std::string> password, read_password_file(config.wallet_password_file));
    if (wallet.accounts.empty())
        return fail(Errc::invalid_argument, config.wallet + " holds no account");
    auto account = std::ranges::find_if(wallet.accounts, &neo::WalletAccount::is_default);
    if (account == wallet.accounts.end()) account = wallet.accounts.begin();
    return wallet.unlock(account->account, password.reveal());
}

class WiredNode final : public Node {
 public:
    WiredNode(asio::any_io_executor executor, NodeConfig config, Clock& clock, Logger log)
        : config_(std::move(config)),
          clock_(clock),
          log_(std::move(log)),
          clients_(executor, log_.named("client")),
          workers_(executor, log_.named("worker")),
          servers_(executor, log_.named("api")),
          http_(executor, net::EgressPolicy::any()),
          enclave_(clients_, log_.named("enclave"), config_.enclave_socket),
          prices_enclave_(enclave_) {}

    Task<Status> start(milliseconds patience);
    std::uint16_t api_port() const override { return server_->port(); }
    std::string signer() const override { return identity_.public_key.hex(); }

    Task<bool> stop(milliseconds deadline) override {
        Shutdown shutdown(clock_, log_);
        auto join = [&](const char* name, TaskGroup& group) {
            shutdown.add(name,
                         [&group, deadline]() -> Task<void> { co_await group.stop(deadline); });
        };
        // Registered as they start; they stop in reverse.
        join("clients", clients_);
        if (nodes_)
            shutdown.add("nodes",
                         [this, deadline]() -> Task<void> { co_await nodes_->stop(deadline); });
        join("workers", workers_);
        join("api", servers_);
        if (server_) server_->close();
        co_return co_await shutdown.run(deadline);
    }

 private:
    Task<Status> open_store();
    Task<Status> meet_the_world(milliseconds patience);
    Task<Status> follow();
    Task<void> keep_running(std::string name, std::function<Task<void>()> work);
    Status serve();

    NodeConfig config_;
    Clock& clock_;
    Logger log_;
    OsRandom random_;
    Metrics metrics_;
    TaskGroup clients_, workers_, servers_;
    net::HttpClient http_;
    tee::EnclaveClient enclave_;
    EnclaveForPrices prices_enclave_;

    std::optional<FolderLock> data_lock_;
    std::unique_ptr<store::Db> db_;
    std::unique_ptr<chain::RpcPool> nodes_;
    std::unique_ptr<NodesProbe> nodes_probe_;
    std::unique_ptr<chain::Signer> payer_;
    std::unique_ptr<chain::PolicyWatcher> policy_;
    std::unique_ptr<SqlSendJournal> journal_;
    std::unique_ptr<chain::Sender> sender_;
    std::unique_ptr<SenderProbe> sender_probe_;
    chain::NodeVersion version_;
    neo::Hash160 contract_hash_;
    tee::EnclaveIdentity identity_;
    std::unique_ptr<ChainFeedContract> contract_;
    std::unique_ptr<pricefeed::SqlFeedStore> feed_store_;
    std::unique_ptr<pricefeed::Service> prices_;
    std::unique_ptr<pricefeed::Probe> probe_;
    std::unique_ptr<pricefeed::Worker> worker_;
    std::unique_ptr<BlockIndexer> indexer_;
    std::unique_ptr<chain::Follower> follower_;
    std::vector<std::unique_ptr<chain::BlockWakeup>> wakeups_;
    std::unique_ptr<api::Server> server_;
};

Task<Status> WiredNode::open_store() {
    std::error_code made;
    std::filesystem::create_directories(config_.data_dir, made);
    if (made)
        co_return fail(Errc::unavailable,
                       "cannot create " + config_.data_dir + ": " + made.message());
    CO_TRY(FolderLock lock, FolderLock::take(config_.data_dir));
    data_lock_.emplace(std::move(lock));
    CO_TRY(db_, store::open({.url = database_url(config_)}, schema()));
    CO_TRY(neo::PrivateKey key, unlock_wallet(config_));
    payer_ = std::make_unique<chain::WalletSigner>(chain::WalletSigner::single(std::move(key)));
    journal_ = std::make_unique<SqlSendJournal>(*db_, payer_->account());
    co_return Status{};
}

// Nothing is believed that was not checked: the chain's magic goes into every report, and the
// contract must accept this enclave and this configuration, or every batch would be refused.
Task<Status> WiredNode::meet_the_world(milliseconds patience) {
    CO_TRY(contract_hash_, neo::Hash160::parse(config_.contract));
    // The magic goes into every report and every signature: it is not a Neo node's to choose.
    CO_TRY(nodes_, chain::RpcPool::make(workers_.executor(), http_, config_.rpc,
                                        static_cast<std::uint32_t>(config_.network), clock_,
                                        log_.named("nodes")));
    nodes_probe_ = std::make_unique<NodesProbe>(metrics_, nodes_->health());
    workers_.spawn("nodes", keep_running("nodes", [this] { return nodes_->run(); }));
    workers_.spawn("node metrics", keep_running("node metrics", [this] {
                       return nodes_probe_->watch(*nodes_, clock_);
                   }));
    CO_TRY(version_, co_await meet_chain(*nodes_, clock_, patience));
    CO_TRY(identity_, co_await patiently<tee::EnclaveIdentity>(
                          clock_, patience, [this] { return enclave_.identity(); }));
    pricefeed::FeedTable table{config_.feeds};
    if (identity_.config_id != pricefeed::config_id(table))
        co_return fail(Errc::conflict,
                       "the enclave runs another feed configuration than this node: give both "
                       "the same feeds");
    policy_ = std::make_unique<chain::PolicyWatcher>(*nodes_, clock_, log_.named("policy"));
    sender_ = std::make_unique<chain::Sender>(
        *nodes_, *journal_, *payer_, *policy_, clock_, random_, log_.named("sender"),
        chain::SenderOptions{.network = version_.network, .system_fee_max = kBatchFeeMax});
    sender_probe_ = std::make_unique<SenderProbe>(metrics_);
    contract_ = std::make_unique<ChainFeedContract>(
        *nodes_, *sender_, version_.network, contract_hash_, pricefeed::published_ids(table));
    CO_TRY_OK(co_await contract_->check(identity_));

    feed_store_ = std::make_unique<pricefeed::SqlFeedStore>(*db_);
    prices_ = std::make_unique<pricefeed::Service>(table, *contract_, *feed_store_);
    CO_TRY_OK(co_await prices_->restore());
    probe_ = std::make_unique<pricefeed::Probe>(metrics_, pricefeed::published_ids(table));
    worker_ = std::make_unique<pricefeed::Worker>(
        *prices_, prices_enclave_, *contract_, *feed_store_, clock_, *probe_,
        log_.named("pricefeed"),
        pricefeed::WorkerOptions{.block_time = milliseconds(version_.ms_per_block)});
    co_return Status{};
}

Task<Status> WiredNode::follow() {
    indexer_ =
        std::make_unique<BlockIndexer>(*db_, *contract_, *prices_, *probe_, log_.named("indexer"));
    CO_TRY(const auto anchor, anchor_of(config_));
    follower_ = std::make_unique<chain::Follower>(
        *nodes_, clock_, log_.named("follower"),
        chain::FollowerOptions{.network = static_cast<std::uint32_t>(config_.network),
                               .poll_every = milliseconds(config_.poll_ms),
                               .anchor = anchor});
    // First the sender's: who hears of a round may at once send the next.
    follower_->subscribe(*sender_);
    follower_->subscribe(*indexer_);
    follower_->subscribe(*policy_);
    for (const std::string& url : config_.rpc) {
        wakeups_.push_back(std::make_unique<chain::BlockWakeup>(clients_.executor(), clock_,
                                                                random_, log_.named("wakeup"), url,
                                                                [this] { follower_->wake(); }));
        workers_.spawn("wakeup",
                       keep_running("wakeup", [&up = *wakeups_.back()] { return up.run(); }));
    }
    workers_.spawn("policy", keep_running("policy", [this] { return policy_->run(); }));
    workers_.spawn("sender", keep_running("sender", [this] { return sender_->run(); }));
    workers_.spawn("sender metrics", keep_running("sender metrics", [this] {
                       return sender_probe_->watch(*sender_, clock_);
                   }));
    workers_.spawn("follower", keep_running("follower", [this] { return follower_->run(); }));
    workers_.spawn("watch", keep_running("watch", [this] { return worker_->watch(); }));
    workers_.spawn("publish", keep_running("publish", [this] { return worker_->publish(); }));
    co_return Status{};
}

// The worker boundary: an exception costs a pause and an error line, never the worker.
Task<void> WiredNode::keep_running(std::string name, std::function<Task<void>()> work) {
    for (;;) {
        std::string why;
        try {
            co_await work();
        } catch (const boost::system::system_error& error) {
            if (error.code() == asio::error::operation_aborted) throw;
            why = error.what();
        } catch (const std::exception& error) {
            why = error.what();
        }
        log_.error("a worker ended: starting it again", {{"worker", name}, {"cause", why}});
        co_await clock_.sleep_for(kWorkerRestart);
    }
}

Status WiredNode::serve() {
    api::Router router;
    pricefeed::add_routes(router, *prices_, clock_);
    add_chain_routes(router, *follower_, *nodes_, *sender_, *prices_,
                     {version_, contract_hash_, payer_->account()});
    TRY(server_, api::Server::listen(servers_, clock_, log_.named("api"), metrics_,
                                     std::move(router), [this] { return prices_->why_not_ready(); },
                                     {.address = config_.api.address,
                                      .port = static_cast<std::uint16_t>(config_.api.port)}));
    return {};
}

Task<Status> WiredNode::start(milliseconds patience) {
    CO_TRY_OK(co_await open_store());
    CO_TRY_OK(co_await meet_the_world(patience));
    CO_TRY_OK(co_await follow());
    CO_TRY_OK(serve());
    log_.info("node started", {{"version", kVersion},
                               {"network", version_.network},
                               {"contract", contract_hash_.display()},
                               {"api_port", server_->port()}});
    co_return Status{};
}

}  // namespace

Task<Result<std::unique_ptr<Node>>> Node::start(asio::any_io_executor executor, NodeConfig config,
                                                Clock& clock, Logger log, milliseconds patience) {
    auto node = std::make_unique<WiredNode>(executor, std::move(config), clock, std::move(log));
    Status started = co_await node->start(patience);
    if (!started) {
        while (!co_await node->stop(milliseconds(2'000))) {
        }
        co_return std::unexpected(std::move(started).error());
    }
    co_return std::move(node);
}

}  // namespace nsl::node
