// SPDX-License-Identifier: Apache-2.0
// The enclave's only door: a Unix socket that speaks enclave.proto. Whoever connects is not
// trusted.
#pragma once
#include <memory>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "base/spawn.h"
#include "enclave/report_desk.h"

namespace nsl::enclave {

inline constexpr std::size_t kConnectionsMax = 8;  // a further one is closed at once

// A frame that is malformed, cut or too large closes its connection and no other; so does a peer
// that does not read its replies. A request above tee::kInFlightMax is refused.
class EnclaveServer {
 public:
    // The socket file gets mode 0600. One that nobody listens at is replaced.
    // Errors: conflict (somebody listens, or the path is another kind of file), unavailable.
    static Result<std::unique_ptr<EnclaveServer>> listen(TaskGroup& tasks, Logger log,
                                                         std::string path, ReportDesk& desk);
    ~EnclaveServer();
    EnclaveServer(const EnclaveServer&) = delete;

    // Stops listening, removes the socket file, closes every connection. The tasks end soon after.
    void close();

 private:
    struct State;
    explicit EnclaveServer(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace nsl::enclave
