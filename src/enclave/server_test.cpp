// SPDX-License-Identifier: Apache-2.0
// The whole enclave but for the venues' network, asked over its real socket.
#include "enclave/server.h"

#include <sys/stat.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <fstream>

#include "enclave/test_fixture.h"
#include "tee/frame_channel.h"
#include "tee/protocol.h"

namespace nsl::enclave {
namespace {

using Unix = asio::local::stream_protocol;

// A host that writes what it likes.
class RawHost {
 public:
    RawHost(asio::io_context& loop, const std::string& path) : socket_(loop) {
        socket_.connect(Unix::endpoint(path));
    }

    Task<void> write(Bytes bytes) {
        co_await asio::async_write(socket_, asio::buffer(bytes),
                                   asio::as_tuple(asio::use_awaitable));
    }
    Task<void> ask(tee::RequestMessage request) {
        co_await write(tee::encode_frame(tee::encode_request(request)).value());
    }
    void end_writing() { socket_.shutdown(Unix::socket::shutdown_send); }

    // The next reply; nullopt when the enclave closed the connection.
    Task<std::optional<tee::ReplyMessage>> reply() {
        for (;;) {
            if (std::optional<Bytes> payload = reader_.next().value())
                co_return tee::parse_reply(*payload).value();
            const auto [error, count] = co_await socket_.async_read_some(
                asio::buffer(piece_), asio::as_tuple(asio::use_awaitable));
            if (error) co_return std::nullopt;
            reader_.push(ByteView(piece_).first(count));
        }
    }

 private:
    Unix::socket socket_;
    tee::FrameReader reader_;
    ByteArray<4'096> piece_{};
};

class EnclaveServerTest : public test::EnclaveTest {
 protected:
    EnclaveServerTest() {
        server_ = listen().value();
        client_ = std::make_unique<tee::EnclaveClient>(tasks_, Logger(), path_);
    }
    void TearDown() override {
        client_.reset();
        server_.reset();
        EnclaveTest::TearDown();
    }

    Result<std::unique_ptr<EnclaveServer>> listen() {
        return EnclaveServer::listen(tasks_, Logger(log_, "server"), path_, desk_);
    }

    Errc refusal(tee::ReportRequest asked) {
        const auto report = run(client_->sign_report(std::move(asked)));
        EXPECT_FALSE(report.has_value());
        return report ? Errc::internal : report.error().code;
    }

    const std::string path_ = dir_ / "enclave.sock";
    std::unique_ptr<EnclaveServer> server_;
    std::unique_ptr<tee::EnclaveClient> client_;
};

TEST_F(EnclaveServerTest, SaysWhoItIsAndIsTheSameAfterARestart) {
    const tee::EnclaveIdentity before = run(client_->identity()).value();
    EXPECT_EQ(before.provider, "simulated");
    EXPECT_EQ(before.config_id, pricefeed::config_id(test::table()));
    EXPECT_EQ(before.feeds, (std::vector<std::string>{"NEO-USD", "GAS-USD"}));
    ReportDesk again(*book_, open_keyring(), clock_, "simulated");
    server_ = nullptr;
    server_ = EnclaveServer::listen(tasks_, Logger(), path_, again).value();
    std::optional<tee::EnclaveIdentity> after;
    for (int i = 0; i < 2 && !after; ++i)
        if (auto got = run(client_->identity())) after = *got;
    ASSERT_TRUE(after.has_value());
    EXPECT_EQ(after->public_key, before.public_key);
    server_ = nullptr;
}

TEST_F(EnclaveServerTest, SignsItsOwnPrices) {
    quote("NEO-USD", "5.98");
    quote("GAS-USD", "2.5");
    const auto signed_report = run(client_->sign_report(request({{1, 4}, {0, 9}})));
    ASSERT_TRUE(signed_report.has_value()) << signed_report.error().message;
    const tee::PriceReport report = tee::verify_report(*signed_report).value();
    EXPECT_EQ(report.records[0].price, 250'000'000);
    EXPECT_EQ(report.records[0].round, 4u);
    EXPECT_EQ(report.records[1].price, 598'000'000);
    EXPECT_EQ(report.records[1].observed_ms, clock_.unix_ms());
}

TEST_F(EnclaveServerTest, RefusesWhatItsPolicyForbids) {
    EXPECT_EQ(refusal(request({{0, 1}})), Errc::conflict) << "no price yet";
    quote("NEO-USD", "5.98");
    EXPECT_EQ(refusal(request({{0, 1}, {1, 1}})), Errc::conflict) << "one of two has no price";
    EXPECT_EQ(refusal(request({})), Errc::invalid_argument);
    EXPECT_EQ(refusal(request({{0, 1}, {0, 2}})), Errc::invalid_argument);
    EXPECT_EQ(refusal(request({{2, 1}})), Errc::not_found) << "the third feed is not published";
    EXPECT_EQ(refusal(request({{0, 0}})), Errc::invalid_argument);
    EXPECT_EQ(refusal(request(std::vector<tee::ReportEntry>(26, {.feed = 0, .round = 1}))),
              Errc::invalid_argument);
    EXPECT_TRUE(run(client_->sign_report(request({{0, 5}}))).has_value());
    EXPECT_TRUE(run(client_->sign_report(request({{0, 5}}))).has_value());
    EXPECT_EQ(refusal(request({{0, 4}})), Errc::conflict);
}

TEST_F(EnclaveServerTest, EvaluatesBeforeItSigns) {
    quote("NEO-USD", "5.98");
    clock_.advance(milliseconds(31'000));
    EXPECT_EQ(refusal(request({{0, 1}})), Errc::conflict) << "the only quote is too old by now";
}

TEST_F(EnclaveServerTest, ALongPollEndsWhenAPriceChanges) {
    const std::uint64_t version = run(client_->prices(~0ull, milliseconds(0))).value().version;
    std::optional<tee::PriceSnapshot> got;
    tasks_.spawn("poll",
                 [](tee::EnclaveClient& client, std::uint64_t after,
                    std::optional<tee::PriceSnapshot>& out) -> Task<void> {
                     out = (co_await client.prices(after, milliseconds(30'000))).value();
                 }(*client_, version, got));
    ASSERT_TRUE(run(until([this] { return book_->changed().waiting() == 1; })));
    EXPECT_FALSE(got.has_value());
    quote("NEO-USD", "5.98");
    ASSERT_TRUE(run(until([&] { return got.has_value(); })));
    EXPECT_GT(got->version, version);
    EXPECT_EQ(got->feeds.at(0).price, 598'000'000);
}

TEST_F(EnclaveServerTest, ALongPollEndsWithItsWaitAndOneOfAnotherLifeAtOnce) {
    const tee::PriceSnapshot now = run(client_->prices(12'345, milliseconds(30'000))).value();
    EXPECT_LT(now.version, 12'345u);
    EXPECT_EQ(run(client_->prices(now.version, milliseconds(20))).value().version, now.version);
}

TEST_F(EnclaveServerTest, NonsenseClosesItsConnectionAndNoOther) {
    ASSERT_TRUE(run(client_->identity()).has_value());
    const Bytes whole =
        tee::encode_frame(tee::encode_request({.id = 1, .body = tee::AskIdentity{}})).value();
    const std::vector<Bytes> nonsense{
        {0, 0, 0, 0},                      // empty
        {0, 4, 0, 1},                      // above the maximum
        {0, 0, 0, 3, 0xff, 0xff, 0xff},    // no message
        {0, 0, 0, 2, 8, 1},                // asks for nothing
        {whole.begin(), whole.end() - 1},  // cut, then the end of the stream
    };
    for (const Bytes& bytes : nonsense) {
        RawHost host(loop_, path_);
        run(host.write(bytes));
        host.end_writing();
        EXPECT_FALSE(run(host.reply()).has_value());
    }
    EXPECT_TRUE(run(client_->identity()).has_value());
    RawHost host(loop_, path_);
    run(host.ask({.id = 3, .body = tee::AskIdentity{}}));
    EXPECT_EQ(run(host.reply())->id, 3u);
}

TEST_F(EnclaveServerTest, ServesEightConnectionsAndClosesTheNinth) {
    std::vector<std::unique_ptr<RawHost>> hosts;
    for (std::uint64_t i = 1; i <= kConnectionsMax; ++i) {
        hosts.push_back(std::make_unique<RawHost>(loop_, path_));
        run(hosts.back()->ask({.id = i, .body = tee::AskIdentity{}}));
        EXPECT_EQ(run(hosts.back()->reply())->id, i);
    }
    RawHost ninth(loop_, path_);
    EXPECT_FALSE(run(ninth.reply()).has_value());
    hosts.erase(hosts.begin());
    // The place is free once the server has seen the end of the first.
    ASSERT_TRUE(run([](asio::io_context& loop, const std::string& path) -> Task<bool> {
        for (int i = 0; i < 1'000; ++i) {
            RawHost host(loop, path);
            co_await host.ask({.id = 1, .body = tee::AskIdentity{}});
            if (co_await host.reply()) co_return true;
        }
        co_return false;
    }(loop_, path_)));
}

TEST_F(EnclaveServerTest, RefusesThe65thRequestInFlight) {
    const std::uint64_t version = book_->version();
    RawHost host(loop_, path_);
    for (std::uint64_t i = 1; i <= tee::kInFlightMax; ++i)
        run(host.ask(
            {.id = i,
             .body = tee::AskPrices{.after_version = version, .wait = milliseconds(30'000)}}));
    ASSERT_TRUE(run(until([this] { return book_->changed().waiting() == tee::kInFlightMax; })));
    run(host.ask({.id = 65, .body = tee::AskIdentity{}}));
    const auto refused = run(host.reply());
    EXPECT_EQ(refused->id, 65u);
    EXPECT_EQ(std::get<Error>(refused->body).code, Errc::limit_exceeded);
    quote("NEO-USD", "5.98");
    for (std::size_t i = 0; i < tee::kInFlightMax; ++i)
        EXPECT_TRUE(std::holds_alternative<tee::PriceSnapshot>(run(host.reply())->body));
}

TEST_F(EnclaveServerTest, DropsAHostThatDoesNotReadItsReplies) {
    RawHost host(loop_, path_);
    const Bytes frame =
        tee::encode_frame(tee::encode_request({.id = 1, .body = tee::AskIdentity{}})).value();
    Bytes many;
    for (int i = 0; i < 100'000; ++i) many.insert(many.end(), frame.begin(), frame.end());
    run(host.write(many));
    EXPECT_TRUE(run(until([this] { return log_->contains("connection closed"); })));
    EXPECT_TRUE(run(client_->identity()).has_value());
}

TEST_F(EnclaveServerTest, KeepsItsSocketPrivateAndTakesOverOnlyADeadOne) {
    struct stat info{};
    ASSERT_EQ(::stat(path_.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    const auto second = listen();
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_TRUE(run(client_->identity()).has_value()) << "the first still answers";

    server_ = nullptr;
    EXPECT_NE(::stat(path_.c_str(), &info), 0);
    {
        Unix::acceptor dead(loop_, Unix::endpoint(path_));
    }
    ASSERT_EQ(::stat(path_.c_str(), &info), 0) << "what a crash leaves";
    server_ = listen().value();

    server_ = nullptr;
    std::ofstream(path_) << "a file";
    EXPECT_EQ(listen().error().code, Errc::conflict);
}

}  // namespace
}  // namespace nsl::enclave
