// SPDX-License-Identifier: Apache-2.0
#include "store/nats/options.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/file.h"
#include "store/loopback.h"

namespace nsl::store {
namespace {

constexpr std::int64_t kConnectMax = 2'000;  // ms, TCP and the first exchange with one server
constexpr std::int64_t kWriteMax = 2'000;    // ms a server may take nothing
constexpr int kPingsOut = 2;                 // unanswered, then the server is given up
constexpr std::size_t kServersMax = 16;
constexpr std::size_t kNameMax = 100;
constexpr std::size_t kFileMax = 1'048'576;  // bytes of a credentials or CA file
constexpr std::string_view kUrlRule =
    "nats://HOST:PORT or tls://HOST:PORT, several of one kind with commas";

std::unexpected<Error> bad(std::string message) {
    return fail(Errc::invalid_argument, std::move(message));
}

bool is_word(std::string_view text, std::string_view more) {
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               more.contains(c);
    });
}

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port > 0;
}

bool is_host(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']') && host.size() > 2)
        return is_word(host.substr(1, host.size() - 2), ":.");
    return is_word(host, "-.");
}

struct Servers {
    bool tls = false;
    bool all_here = true;
    std::vector<std::string> urls;  // for libnats, to which tls:// means nothing
};

Result<Servers> parse_servers(std::string_view list) {
    Servers out;
    for (bool more = true; more;) {
        const std::size_t comma = list.find(',');
        std::string_view url = list.substr(0, comma);
        more = comma != std::string_view::npos;
        if (more) list.remove_prefix(comma + 1);

        const bool tls = url.starts_with("tls://");
        if (!tls && !url.starts_with("nats://"))
            return bad("NATS URL without its scheme: " + std::string(kUrlRule));
        url.remove_prefix(url.find("://") + 3);
        if (url.contains('@'))
            return bad("NATS URL with a user or password: a .creds file is the place for those");
        const std::size_t colon = url.rfind(':');
        if (colon == std::string_view::npos || !is_host(url.substr(0, colon)) ||
            !is_port(url.substr(colon + 1)))
            return bad("NATS URL that is wrong after its scheme: " + std::string(kUrlRule));
        if (!out.urls.empty() && tls != out.tls)
            return bad("NATS URLs with and without TLS together: " + std::string(kUrlRule));
        if (out.urls.size() == kServersMax)
            return bad("at most " + std::to_string(kServersMax) + " NATS URLs");
        out.tls = tls;
        out.all_here = out.all_here && stays_here(url.substr(0, colon));
        out.urls.push_back("nats://" + std::string(url));
    }
    if (!out.tls && !out.all_here)
        return bad(
            "nats:// to another machine is neither encrypted nor verified: use tls://HOST:PORT, or "
            "nats:// with 127.0.0.1, [::1] or localhost only");
    return out;
}

Status check_files(const NatsOptions& options) {
    if (!options.credentials.empty()) {
        const auto content = read_private_file(options.credentials, kFileMax);
        if (!content) return bad("NATS credentials: " + content.error().message);
        if (!*content) return bad("NATS credentials: no file " + options.credentials);
    }
    if (!options.ca_file.empty()) {
        const auto content = read_file(options.ca_file, kFileMax);
        if (!content) return bad("NATS authorities: " + content.error().message);
    }
    return {};
}

// The first call that failed, in words.
class Outcome {
 public:
    void operator()(const char* what, natsStatus status) {
        if (status != NATS_OK && message_.empty())
            message_ = std::string("NATS ") + what + ": " + natsStatus_GetText(status);
    }
    Status status() const {
        if (message_.empty()) return {};
        return bad(message_);
    }

 private:
    std::string message_;
};

void silent(natsConnection*, natsSubscription*, natsStatus, void*) {}

}  // namespace

Result<NatsSettings> nats_settings(const NatsOptions& options) {
    TRY(const Servers servers, parse_servers(options.url));
    if (!is_word(options.name, "_-.") || options.name.size() > kNameMax)
        return bad("NATS name: letters, digits, '_', '-' and '.', at most " +
                   std::to_string(kNameMax));
    if (options.pending_max == 0 || options.ping_interval.count() <= 0)
        return bad("NATS pending_max and ping_interval must be positive");
    TRY_OK(check_files(options));

    natsOptions* raw = nullptr;
    Outcome done;
    done("options", natsOptions_Create(&raw));
    TRY_OK(done.status());
    NatsSettings out(raw);
    std::vector<const char*> urls;
    urls.reserve(servers.urls.size());
    for (const std::string& url : servers.urls) urls.push_back(url.c_str());
    done("servers", natsOptions_SetServers(raw, urls.data(), static_cast<int>(urls.size())));
    done("name", natsOptions_SetName(raw, options.name.c_str()));
    done("connect timeout", natsOptions_SetTimeout(raw, kConnectMax));
    done("write deadline", natsOptions_SetWriteDeadline(raw, kWriteMax));
    done("ping interval", natsOptions_SetPingInterval(raw, options.ping_interval.count()));
    done("pings", natsOptions_SetMaxPingsOut(raw, kPingsOut));
    // The link connects again itself. libnats would hold the lock that publishing needs while it
    // dials, and gives up for good on any error that it does not know.
    done("reconnecting", natsOptions_SetAllowReconnect(raw, false));
    done("server list", natsOptions_SetIgnoreDiscoveredServers(raw, true));
    // One delivery thread for all subscriptions, not one each.
    done("delivery", natsOptions_UseGlobalMessageDelivery(raw, true));
    // Otherwise libnats writes to standard error.
    done("error handler", natsOptions_SetErrorHandler(raw, silent, nullptr));
    done("TLS", natsOptions_SetSecure(raw, servers.tls));
    if (!options.ca_file.empty())
        done("authorities (PEM certificates are expected)",
             natsOptions_LoadCATrustedCertificates(raw, options.ca_file.c_str()));
    if (!options.credentials.empty())
        done("credentials",
             natsOptions_SetUserCredentialsFromFiles(raw, options.credentials.c_str(), nullptr));
    TRY_OK(done.status());
    return out;
}

}  // namespace nsl::store
