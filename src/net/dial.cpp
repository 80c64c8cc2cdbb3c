// SPDX-License-Identifier: Apache-2.0
#include "net/dial.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <vector>

#include "base/async_event.h"
#include "base/signal_mask.h"
#include "net/guard.h"

namespace nsl::net {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::nanoseconds;

constexpr std::size_t kAddressesMax = 8;  // of one name

// getaddrinfo runs on Asio's resolver thread and cannot be interrupted. Its answer goes into this
// object, which outlives a caller that has stopped waiting.
struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor) : resolver(executor) {}
    tcp::resolver resolver;
    AsyncEvent done;
    error_code error;
    std::vector<tcp::endpoint> endpoints;
};

void start(std::shared_ptr<Lookup> lookup, const Url& url) {
    // The first look-up starts Asio's resolver thread, which gets our mask: signals are for the
    // threads of whoever handles them.
    const AllSignalsBlocked blocked;
    lookup->resolver.async_resolve(
        url.host, std::to_string(url.port), tcp::resolver::numeric_service,
        [lookup](error_code ec, const tcp::resolver::results_type& results) {
            lookup->error = ec;
            for (const auto& entry : results) {
                if (lookup->endpoints.size() == kAddressesMax) break;
                lookup->endpoints.push_back(entry.endpoint());
            }
            lookup->done.notify_all();
        });
}

Task<Result<std::vector<tcp::endpoint>>> resolve(asio::any_io_executor executor, Url url,
                                                 nanoseconds until) {
    if (url.host_is_address) {
        error_code ec;
        const auto address = asio::ip::make_address(url.host, ec);
        if (ec) co_return fail(Errc::invalid_argument, "not an IP address: " + url.host);
        co_return std::vector{tcp::endpoint(address, url.port)};
    }
    auto lookup = std::make_shared<Lookup>(executor);
    start(lookup, url);
    const auto left = std::chrono::ceil<milliseconds>(until - monotonic_now());
    if (!co_await lookup->done.wait_for(left))
        co_return fail(Errc::timeout, "name service did not answer for " + url.host);
    if (lookup->error)
        co_return fail(Errc::unavailable,
                       "name not found: " + url.host + " (" + lookup->error.message() + ")");
    co_return std::move(lookup->endpoints);
}

Task<error_code> connect_to(tcp::socket& socket, tcp::endpoint endpoint) {
    const auto [ec] = co_await socket.async_connect(endpoint, kTuple);
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    co_return ec;
}

Task<Result<tcp::socket>> connect(asio::any_io_executor executor, Url url,
                                  std::vector<tcp::endpoint> endpoints, nanoseconds until) {
    Error last{Errc::unavailable, "name has no address: " + url.host};
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        const nanoseconds now = monotonic_now();
        const nanoseconds share = (until - now) / static_cast<long>(endpoints.size() - i);
        tcp::socket socket(executor);
        const auto drop = [&socket] {
            error_code ignored;
            socket.close(ignored);
        };
        const auto ec = co_await guarded(now + share, drop, connect_to(socket, endpoints[i]));
        if (!ec) {
            last = {Errc::timeout, url.authority + " did not accept the connection in time"};
        } else if (*ec) {
            last = transport_error("cannot connect to", url.authority, *ec);
        } else {
            error_code ignored;
            socket.set_option(tcp::no_delay(true), ignored);
            co_return std::move(socket);
        }
    }
    co_return std::unexpected(last);
}

// Verification is OpenSSL's own, so that its result says what was wrong with a certificate.
Status prepare_tls(SSL* ssl, const Url& url) {
    bool ok = true;
    if (url.host_is_address) {
        ok = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), url.host.c_str()) == 1;
    } else {
        SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        ok = SSL_set1_host(ssl, url.host.c_str()) == 1 &&
             SSL_set_tlsext_host_name(ssl, url.host.c_str()) == 1;
    }
    ERR_clear_error();
    if (!ok) return fail(Errc::unavailable, "TLS cannot verify the host name " + url.host);
    return {};
}

Task<error_code> handshake(Stream& stream) {
    const auto [ec] = co_await stream.tls()->async_handshake(Stream::Tls::client, kTuple);
    throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    co_return ec;
}

Error tls_error(SSL* ssl, const Url& url, error_code ec) {
    const long verdict = SSL_get_verify_result(ssl);
    const std::string reason = verdict == X509_V_OK ? ec.message()
                                                    : std::string("certificate: ") +
                                                          X509_verify_cert_error_string(verdict);
    return {Errc::unavailable, "TLS with " + url.authority + " failed: " + reason};
}

}  // namespace

Result<TlsContext> make_tls_context(const TlsOptions& options) {
    error_code ec;
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_verify_mode(asio::ssl::verify_peer);
    if (options.ca_file.empty())
        context->set_default_verify_paths(ec);
    else
        context->load_verify_file(options.ca_file, ec);
    if (ec)
        return fail(Errc::invalid_argument,
                    "cannot load root certificates from " +
                        (options.ca_file.empty() ? "the system" : options.ca_file) + ": " +
                        ec.message());
    return context;
}

Error transport_error(const std::string& doing, const std::string& peer, error_code ec) {
    return {Errc::unavailable, doing + " " + peer + ": " + ec.message()};
}

Task<Result<Stream>> dial(asio::any_io_executor executor, Url url, TlsContext tls,
                          EgressPolicy egress, nanoseconds until) {
    CO_TRY(auto endpoints, co_await resolve(executor, url, until));
    for (const tcp::endpoint& endpoint : endpoints)
        CO_TRY_OK(egress.check(url.host, endpoint.address()));
    CO_TRY(auto socket, co_await connect(executor, url, std::move(endpoints), until));
    if (!url.tls) co_return Stream(std::move(socket));

    Stream stream(std::move(socket), std::move(tls));
    SSL* const ssl = stream.tls()->native_handle();
    CO_TRY_OK(prepare_tls(ssl, url));
    const auto ec = co_await guarded(until, [&stream] { stream.close(); }, handshake(stream));
    if (!ec)
        co_return fail(Errc::timeout, url.authority + " did not finish the TLS handshake in time");
    if (*ec) co_return std::unexpected(tls_error(ssl, url, *ec));
    co_return std::move(stream);
}

}  // namespace nsl::net
