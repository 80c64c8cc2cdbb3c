// SPDX-License-Identifier: Apache-2.0
// The client against servers that do as they like.
#include "tee/enclave_client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include "tee/framing.h"
#include "tee/protocol.h"
#include "tee/test_fixture.h"

namespace nsl::tee {
namespace {

using Unix = asio::local::stream_protocol;

// What a scripted server writes in answer to one request: raw bytes of the stream, and whether it
// hangs up then.
struct Answer {
    Bytes bytes{};
    bool hang_up = false;
};
using Script = std::function<Answer(const RequestMessage& request)>;

Bytes framed(const ReplyMessage& reply) {
    return encode_frame(encode_reply(reply)).value();
}

class EnclaveClientTest : public test::LoopTest {
 protected:
    void TearDown() override {
        client_.reset();
        stop_server();
        LoopTest::TearDown();
    }

    void start_server(Script script) {
        script_ = std::move(script);
        ::unlink(path_.c_str());
        acceptor_ = std::make_shared<Unix::acceptor>(loop_, Unix::endpoint(path_));
        tasks_.spawn("scripted server", accept(this, acceptor_));
    }

    void stop_server() {
        if (acceptor_) acceptor_->close();
        for (const auto& socket : sockets_) socket->close();
        sockets_.clear();
    }

    static Task<void> accept(EnclaveClientTest* self, std::shared_ptr<Unix::acceptor> acceptor) {
        for (;;) {
            auto [error, socket] =
                co_await acceptor->async_accept(asio::as_tuple(asio::use_awaitable));
            if (error) co_return;
            ++self->connections_;
            self->sockets_.push_back(std::make_shared<Unix::socket>(std::move(socket)));
            self->tasks_.spawn("scripted session", serve(self, self->sockets_.back()));
        }
    }

    static Task<void> serve(EnclaveClientTest* self, std::shared_ptr<Unix::socket> socket) {
        FrameReader reader;
        ByteArray<4'096> piece{};
        for (;;) {
            const auto [error, count] = co_await socket->async_read_some(
                asio::buffer(piece), asio::as_tuple(asio::use_awaitable));
            if (error) co_return;
            reader.push(ByteView(piece).first(count));
            while (std::optional<Bytes> payload = reader.next().value()) {
                const Answer answer = self->script_(parse_request(*payload).value());
                co_await asio::async_write(*socket, asio::buffer(answer.bytes),
                                           asio::as_tuple(asio::use_awaitable));
                if (answer.hang_up) socket->close();
            }
        }
    }

    // As an honest enclave would.
    Answer honest(const RequestMessage& request) const {
        if (std::holds_alternative<AskIdentity>(request.body))
            return {.bytes = framed({.id = request.id, .body = identity_})};
        if (const auto* ask = std::get_if<AskPrices>(&request.body))
            return {.bytes = framed({.id = request.id,
                                     .body = PriceSnapshot{.version = ask->after_version + 1}})};
        return {.bytes = framed({.id = request.id,
                                 .body = sign(report_of(std::get<ReportRequest>(request.body)))})};
    }

    PriceReport report_of(const ReportRequest& request) const {
        PriceReport report{.network = request.network,
                           .contract = request.contract,
                           .config = identity_.config_id,
                           .sequence = request.sequence};
        for (const ReportEntry& entry : request.entries)
            report.records.push_back({.feed = entry.feed,
                                      .sources = 3,
                                      .round = entry.round,
                                      .price = 5,
                                      .confidence = 1,
                                      .observed_ms = 1'000});
        return report;
    }

    SignedReport sign(const PriceReport& report) const {
        Bytes bytes = pack_report(report).value();
        const neo::Signature signature = key_.sign(bytes);
        return {.report = std::move(bytes), .signer = key_.public_key(), .signature = signature};
    }

    // A server that is honest except that its reports went through `alter`.
    Script altering(std::function<void(PriceReport&)> alter) {
        return [this, alter](const RequestMessage& request) {
            const auto* asked = std::get_if<ReportRequest>(&request.body);
            if (!asked) return honest(request);
            PriceReport report = report_of(*asked);
            alter(report);
            return Answer{.bytes = framed({.id = request.id, .body = sign(report)})};
        };
    }

    EnclaveClient& client(milliseconds timeout = milliseconds(5'000)) {
        if (!client_)
            client_ =
                std::make_unique<EnclaveClient>(tasks_, Logger(log_, "client"), path_, timeout);
        return *client_;
    }

    Errc refused() {
        auto report = run(client().sign_report(request_));
        EXPECT_FALSE(report.has_value());
        return report ? Errc::not_found : report.error().code;
    }

    const std::string path_ = dir_ / "e.sock";
    SeededRandom random_{7};
    const neo::PrivateKey key_ = neo::PrivateKey::generate(random_);
    const EnclaveIdentity identity_{.provider = "simulated",
                                    .public_key = key_.public_key(),
                                    .config_id = {1, 2, 3},
                                    .version = "0.1.0",
                                    .feeds = {"NEO-USD", "GAS-USD"}};
    const ReportRequest request_{
        .network = 42, .contract = {{9}}, .sequence = 3, .entries = {{0, 5}, {1, 6}}};
    Script script_;
    std::shared_ptr<Unix::acceptor> acceptor_;
    std::vector<std::shared_ptr<Unix::socket>> sockets_;
    int connections_ = 0;
    std::unique_ptr<EnclaveClient> client_;
};

TEST_F(EnclaveClientTest, AsksWhoItIsForPricesAndForReports) {
    start_server([this](const RequestMessage& request) { return honest(request); });
    EXPECT_EQ(run(client().identity()).value().feeds, identity_.feeds);
    EXPECT_EQ(run(client().prices(4, milliseconds(10))).value().version, 5u);
    EXPECT_EQ(run(client().sign_report(request_)).value().signer, key_.public_key());
    EXPECT_EQ(connections_, 1);
}

TEST_F(EnclaveClientTest, PassesOnWhatTheEnclaveRefusesWithAndKeepsTheConnection) {
    start_server([this](const RequestMessage& request) {
        if (!std::holds_alternative<ReportRequest>(request.body)) return honest(request);
        const Error no{.code = Errc::conflict, .message = "feed 0 is hold"};
        return Answer{.bytes = framed({.id = request.id, .body = no})};
    });
    const auto report = run(client().sign_report(request_));
    EXPECT_EQ(report.error().code, Errc::conflict);
    EXPECT_EQ(report.error().message, "feed 0 is hold");
    ASSERT_TRUE(run(client().identity()).has_value());
    EXPECT_EQ(connections_, 1);
}

TEST_F(EnclaveClientTest, MatchesRepliesThatComeInAnotherOrder) {
    auto held = std::make_shared<std::optional<RequestMessage>>();
    start_server([this, held](const RequestMessage& request) {
        if (std::holds_alternative<AskPrices>(request.body)) {
            *held = request;
            return Answer{};
        }
        Answer answer = honest(request);
        if (*held) {
            const Answer late = honest(**held);
            answer.bytes.insert(answer.bytes.end(), late.bytes.begin(), late.bytes.end());
        }
        return answer;
    });
    std::optional<std::uint64_t> version;
    tasks_.spawn("prices", [](EnclaveClient& of, std::optional<std::uint64_t>& out) -> Task<void> {
        out = (co_await of.prices(8, milliseconds(0))).value().version;
    }(client(), version));
    ASSERT_TRUE(run(until([&] { return held->has_value(); })));
    EXPECT_TRUE(run(client().identity()).has_value());
    ASSERT_TRUE(run(until([&] { return version.has_value(); })));
    EXPECT_EQ(version, 9u);
}

TEST_F(EnclaveClientTest, BelievesNoReportButTheOneItAskedFor) {
    const std::vector<std::function<void(PriceReport&)>> alterations{
        [](PriceReport& report) { report.network += 1; },
        [](PriceReport& report) { report.contract.raw[1] ^= 1; },
        [](PriceReport& report) { report.config[0] ^= 1; },
        [](PriceReport& report) { report.sequence += 1; },
        [](PriceReport& report) { report.records[0].feed = 7; },
        [](PriceReport& report) { report.records[1].round += 1; },
        [](PriceReport& report) { report.records.pop_back(); },
        [](PriceReport& report) { std::swap(report.records[0], report.records[1]); },
    };
    for (std::size_t i = 0; i < alterations.size(); ++i) {
        start_server(altering(alterations[i]));
        EXPECT_EQ(refused(), Errc::internal) << "alteration " << i;
        stop_server();
    }
    start_server(altering([](PriceReport&) {}));
    EXPECT_TRUE(run(client().sign_report(request_)).has_value());
}

TEST_F(EnclaveClientTest, RefusesAWrongSignatureAndAnotherSigner) {
    start_server([this](const RequestMessage& request) {
        const auto* asked = std::get_if<ReportRequest>(&request.body);
        if (!asked) return honest(request);
        SignedReport report = sign(report_of(*asked));
        report.signature[10] ^= 1;
        return Answer{.bytes = framed({.id = request.id, .body = report})};
    });
    EXPECT_EQ(refused(), Errc::internal);
    script_ = [this](const RequestMessage& request) {
        const auto* asked = std::get_if<ReportRequest>(&request.body);
        if (!asked) return honest(request);
        SeededRandom random(99);
        const neo::PrivateKey other = neo::PrivateKey::generate(random);
        SignedReport report = sign(report_of(*asked));
        report.signer = other.public_key();
        report.signature = other.sign(report.report);
        return Answer{.bytes = framed({.id = request.id, .body = report})};
    };
    EXPECT_EQ(refused(), Errc::internal);
    EXPECT_EQ(connections_, 2) << "the connection that lied was kept";
}

TEST_F(EnclaveClientTest, DropsAConnectionThatSendsNonsense) {
    const Bytes frame = framed({.id = 1, .body = identity_});
    struct Case {
        const char* name;
        Answer answer;
        Errc expected;
    };
    const std::vector<Case> cases{
        {"another id", {.bytes = framed({.id = 77, .body = identity_})}, Errc::internal},
        {"another kind", {.bytes = framed({.id = 1, .body = PriceSnapshot{}})}, Errc::internal},
        {"too large", {.bytes = {0xff, 0xff, 0xff, 0xff}}, Errc::internal},
        {"empty frame", {.bytes = {0, 0, 0, 0}}, Errc::internal},
        {"no message", {.bytes = {0, 0, 0, 2, 0xff, 0xff}}, Errc::internal},
        {"cut", {.bytes = Bytes(frame.begin(), frame.end() - 1), .hang_up = true}, Errc::internal},
        {"hung up", {.hang_up = true}, Errc::unavailable},
    };
    for (const Case& one : cases) {
        client_.reset();
        start_server([&one](const RequestMessage&) { return one.answer; });
        const auto got = run(client().identity());
        ASSERT_FALSE(got.has_value()) << one.name;
        EXPECT_EQ(got.error().code, one.expected) << one.name << ": " << got.error().message;
        // The very next call finds an honest enclave on a new connection.
        script_ = [this](const RequestMessage& request) { return honest(request); };
        EXPECT_TRUE(run(client().identity()).has_value()) << one.name;
        stop_server();
    }
}

TEST_F(EnclaveClientTest, ABreakFailsEveryCallInFlight) {
    start_server([](const RequestMessage& request) {
        if (std::holds_alternative<AskPrices>(request.body)) return Answer{};
        return Answer{.bytes = {0, 0, 0, 0}};
    });
    std::vector<Errc> failures;
    for (int i = 0; i < 3; ++i)
        tasks_.spawn("prices", [](EnclaveClient& of, std::vector<Errc>& out) -> Task<void> {
            out.push_back((co_await of.prices(0, milliseconds(30'000))).error().code);
        }(client(), failures));
    EXPECT_EQ(run(client().identity()).error().code, Errc::internal);
    ASSERT_TRUE(run(until([&] { return failures.size() == 3; })));
    EXPECT_EQ(failures, std::vector<Errc>(3, Errc::internal));
}

TEST_F(EnclaveClientTest, GivesUpOnSilenceAndToleratesTheLateReply) {
    std::optional<RequestMessage> silent;
    start_server([&](const RequestMessage& request) {
        if (!silent) {
            silent = request;
            return Answer{};
        }
        Answer late = honest(*silent);
        const Answer now = honest(request);
        late.bytes.insert(late.bytes.end(), now.bytes.begin(), now.bytes.end());
        return late;
    });
    EXPECT_EQ(run(client(milliseconds(50)).identity()).error().code, Errc::timeout);
    client_.reset();
    silent.reset();
    EXPECT_EQ(run(client(milliseconds(500)).identity()).error().code, Errc::timeout);
    EXPECT_TRUE(run(client().identity()).has_value());
    EXPECT_EQ(connections_, 2);
}

TEST_F(EnclaveClientTest, DropsAnEnclaveThatLeavesManyCallsOpen) {
    start_server([](const RequestMessage&) { return Answer{}; });
    client(milliseconds(1));
    std::vector<Errc> failures;
    for (int i = 0; i < 16; ++i) failures.push_back(run(client().identity()).error().code);
    EXPECT_EQ(failures, std::vector<Errc>(16, Errc::timeout));
    EXPECT_FALSE(run(client().identity()).has_value());
    EXPECT_EQ(connections_, 2);
}

TEST_F(EnclaveClientTest, RefusesMoreThan64CallsInFlight) {
    start_server([](const RequestMessage&) { return Answer{}; });
    for (int i = 0; i < 64; ++i)
        tasks_.spawn("prices", [](EnclaveClient& of) -> Task<void> {
            co_await of.prices(0, milliseconds(30'000));
        }(client()));
    const auto one_more = run(client().identity());
    ASSERT_FALSE(one_more.has_value());
    EXPECT_EQ(one_more.error().code, Errc::limit_exceeded);
}

TEST_F(EnclaveClientTest, ConnectsAgainAfterTheEnclaveWasRestarted) {
    EXPECT_EQ(run(client().identity()).error().code, Errc::unavailable);
    start_server([this](const RequestMessage& request) { return honest(request); });
    EXPECT_TRUE(run(client().identity()).has_value());
    stop_server();
    start_server([this](const RequestMessage& request) { return honest(request); });
    // The break is noticed by the call or before it; then the next one works.
    const bool first = run(client().identity()).has_value();
    EXPECT_TRUE(first || run(client().identity()).has_value());
    EXPECT_EQ(connections_, 2);
}

}  // namespace
}  // namespace nsl::tee
