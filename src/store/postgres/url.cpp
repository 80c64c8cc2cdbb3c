// SPDX-License-Identifier: Apache-2.0
#include <libpq-fe.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstring>
#include <map>
#include <sstream>

#include "store/loopback.h"
#include "store/postgres/db.h"

namespace nsl::store {
namespace {

constexpr const char* kSystemAuthorities = "/etc/ssl/certs/ca-certificates.crt";

Result<std::map<std::string, std::string>> parts_of(const std::string& url) {
    char* why = nullptr;
    PQconninfoOption* options = PQconninfoParse(url.c_str(), &why);
    if (!options) {
        // libpq's words repeat the URL, which may hold a password.
        PQfreemem(why);
        return fail(Errc::invalid_argument,
                    "the database URL cannot be read: write "
                    "postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full");
    }
    std::map<std::string, std::string> out;
    for (PQconninfoOption* option = options; option->keyword; ++option)
        if (option->val) out[option->keyword] = option->val;
    PQconninfoFree(options);
    return out;
}

bool all_stay_here(const std::map<std::string, std::string>& parts) {
    for (const char* name : {"host", "hostaddr"}) {
        const auto found = parts.find(name);
        if (found == parts.end()) continue;
        std::istringstream hosts(found->second);
        for (std::string host; std::getline(hosts, host, ',');)
            if (!host.starts_with('/') && !stays_here(host)) return false;
    }
    return true;
}

}  // namespace

Result<std::string> checked_postgres_url(const std::string& url) {
    if (!url.starts_with("postgresql://") && !url.starts_with("postgres://"))
        return fail(Errc::invalid_argument, "a database URL begins with sqlite: or postgresql://");
    TRY(const auto parts, parts_of(url));
    if (parts.contains("service") || (!parts.contains("host") && !parts.contains("hostaddr")))
        return fail(
            Errc::invalid_argument,
            "the database URL must name its server itself: postgresql://USER@HOST/DATABASE, "
            "or postgresql:///DATABASE?host=/FOLDER for a Unix socket");
    if (parts.contains("password") || parts.contains("sslpassword"))
        return fail(Errc::invalid_argument,
                    "a password does not belong into the database URL: name a file of mode 0600 "
                    "with ?passfile=PATH (or PGPASSFILE)");
    if (all_stay_here(parts)) return url;
    const auto mode = parts.find("sslmode");
    if (mode != parts.end() && mode->second != "verify-full" && mode->second != "verify-ca")
        return fail(Errc::invalid_argument,
                    "sslmode=" + mode->second +
                        " does not verify the database server: use sslmode=verify-full");
    if (mode != parts.end() && mode->second == "verify-ca" && !parts.contains("sslrootcert"))
        return fail(
            Errc::invalid_argument,
            "sslmode=verify-ca takes any name that its authority vouches for: name your own "
            "with sslrootcert=FILE, or use sslmode=verify-full");
    std::string out = url;
    auto add = [&](const char* name, const std::string& value) {
        if (parts.contains(name)) return;
        out += (out.find('?') == std::string::npos ? '?' : '&') + std::string(name) + '=' + value;
    };
    add("sslmode", "verify-full");
    add("sslrootcert", kSystemAuthorities);
    return out;
}

Status check_peer(int socket, const std::string& checked_url) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
        return fail(Errc::unavailable, "the database's connection broke");
    if (peer.ss_family == AF_UNIX || checked_url.find("sslmode=verify-") != std::string::npos)
        return {};
    boost::asio::ip::tcp::endpoint end;
    std::memcpy(end.data(), &peer, std::min<std::size_t>(size, end.capacity()));
    if (end.address().is_loopback()) return {};
    return fail(Errc::unavailable,
                "the environment (PGHOSTADDR?) leads to another machine than the database URL: "
                "unset it");
}

}  // namespace nsl::store
