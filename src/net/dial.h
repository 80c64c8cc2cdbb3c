// SPDX-License-Identifier: Apache-2.0
// From a URL to a connected stream: name, TCP, TLS.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/task.h"
#include "net/egress.h"
#include "net/http_client.h"
#include "net/stream.h"
#include "net/url.h"

namespace nsl::net {

using TlsContext = std::shared_ptr<asio::ssl::context>;

// TLS 1.2 or later, certificates verified against the roots. Errors: invalid_argument (ca_file
// cannot be read or holds no certificate).
Result<TlsContext> make_tls_context(const TlsOptions& options);

// The error of a failed exchange with `peer`; says what was going on ("cannot connect to").
Error transport_error(const std::string& doing, const std::string& peer,
                      boost::system::error_code ec);

// Resolves, connects (each address in turn gets its share of the time left) and, for a `tls` URL,
// shakes hands with SNI and verifies chain and host name. The name is looked up once: the addresses
// that `egress` has judged are the ones connected to, and one that it refuses refuses the name.
// Errors: forbidden (egress), unavailable (name not found, refused, TLS: the message says which),
// timeout at `until` (monotonic_now).
Task<Result<Stream>> dial(asio::any_io_executor executor, Url url, TlsContext tls,
                          EgressPolicy egress, std::chrono::nanoseconds until);

}  // namespace nsl::net
