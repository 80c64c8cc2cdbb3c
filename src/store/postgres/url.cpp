// SPDX-License-Identifier: Apache-2.0
#include <libpq-fe.h>

#include <map>
#include <sstream>

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

// A Unix socket, or an address that no packet leaves this machine for.
bool stays_here(const std::string& host) {
    return host.empty() || host.front() == '/' || host.front() == '@' || host == "localhost" ||
           host == "::1" || host.starts_with("127.");
}

bool all_stay_here(const std::map<std::string, std::string>& parts) {
    for (const char* name : {"host", "hostaddr"}) {
        const auto found = parts.find(name);
        if (found == parts.end()) continue;
        std::istringstream hosts(found->second);
        for (std::string host; std::getline(hosts, host, ',');)
            if (!stays_here(host)) return false;
    }
    return true;
}

}  // namespace

Result<std::string> checked_postgres_url(const std::string& url) {
    if (!url.starts_with("postgresql://") && !url.starts_with("postgres://"))
        return fail(Errc::invalid_argument, "a database URL begins with sqlite: or postgresql://");
    TRY(const auto parts, parts_of(url));
    if (parts.contains("password"))
        return fail(Errc::invalid_argument,
                    "a password does not belong into the database URL: name a file of mode 0600 "
                    "with ?passfile=PATH (or PGPASSFILE)");
    if (all_stay_here(parts)) return url;
    const auto mode = parts.find("sslmode");
    if (mode != parts.end() && mode->second != "verify-full" && mode->second != "verify-ca")
        return fail(Errc::invalid_argument,
                    "sslmode=" + mode->second +
                        " does not verify the database server: use sslmode=verify-full");
    std::string out = url;
    auto add = [&](const char* name, const std::string& value) {
        if (parts.contains(name)) return;
        out += (out.find('?') == std::string::npos ? '?' : '&') + std::string(name) + '=' + value;
    };
    add("sslmode", "verify-full");
    add("sslrootcert", kSystemAuthorities);
    return out;
}

}  // namespace nsl::store
