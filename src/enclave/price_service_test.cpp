// SPDX-License-Identifier: Apache-2.0
// From a venue's socket to the price book.
#include "enclave/price_service.h"

#include "enclave/test_fixture.h"
#include "net/ws_server.h"

namespace nsl::enclave {
namespace {

class PriceServiceTest : public test::EnclaveTest {
 protected:
    PriceServiceTest() {
        server_ = net::WsServer::listen(
                      tasks_, Logger(), 0,
                      {.on_open = [this](std::shared_ptr<net::WsPeer> peer) { peer_ = peer; },
                       .on_message =
                           [this](std::shared_ptr<net::WsPeer>, std::string_view message) {
                               received_.emplace_back(message);
                           },
                       .on_close = [](std::shared_ptr<net::WsPeer>) {},
                       .on_http = {}})
                      .value();
        const std::string here = "ws://127.0.0.1:" + std::to_string(server_->port()) + "/";
        std::vector<VenueSpec> venues;
        for (const std::string& name : book_->venues())
            venues.push_back({.name = name,
                              .url = name == "coinbase" ? here : "ws://127.0.0.1:1/",
                              .ca_file = ""});
        service_ = std::make_unique<PriceService>(tasks_, real_, random_, Logger(), *book_, venues,
                                                  milliseconds(10));
        service_->start();
    }
    void TearDown() override {
        server_->close();
        EnclaveTest::TearDown();
    }

    tee::VenueHealth health() const { return book_->snapshot().venues.at(coinbase()); }
    void send(std::string_view price) {
        peer_->send(test::coinbase_frame("NEO-USD", price, real_.unix_ms()));
    }

    RealClock real_;
    std::vector<std::string> received_;
    std::shared_ptr<net::WsPeer> peer_;
    std::unique_ptr<net::WsServer> server_;
    std::unique_ptr<PriceService> service_;
};

TEST_F(PriceServiceTest, SubscribesAndTurnsFramesIntoPrices) {
    ASSERT_TRUE(run(until([this] { return !received_.empty(); })));
    EXPECT_NE(received_[0].find("NEO-USD"), std::string::npos);
    send("5.98");
    ASSERT_TRUE(run(until([this] { return book_->snapshot().feeds[0].price == 598'000'000; })));
    EXPECT_EQ(book_->snapshot().feeds[0].status, tee::EstimateStatus::ok);
}

TEST_F(PriceServiceTest, SurvivesNonsenseAndComesBackAfterABreak) {
    ASSERT_TRUE(run(until([this] { return !received_.empty(); })));
    peer_->send("{\"nonsense\":");
    ASSERT_TRUE(run(until([this] { return health().rejected == 1; })));
    const std::size_t subscribed = received_.size();
    peer_->drop();
    ASSERT_TRUE(run(until([&] { return received_.size() > subscribed; })));
    send("5.98");
    ASSERT_TRUE(run(until([this] { return book_->snapshot().feeds[0].price == 598'000'000; })));
    EXPECT_GE(health().reconnects, 1u);
}

TEST_F(PriceServiceTest, ConnectsAgainAfterAFrameAboveTheLimit) {
    ASSERT_TRUE(run(until([this] { return !received_.empty(); })));
    const std::size_t subscribed = received_.size();
    peer_->send(std::string(kFrameBytesMax + 1, ' '));
    ASSERT_TRUE(run(until([&] { return received_.size() > subscribed; })));
    EXPECT_EQ(health().frames, 0u);
}

}  // namespace
}  // namespace nsl::enclave
