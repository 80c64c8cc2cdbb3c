// SPDX-License-Identifier: Apache-2.0
// The table of contents of the node: everything is made here, in start order, and nowhere else.
#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "base/task.h"
#include "node/config.h"

namespace nsl::node {

class Node {
 public:
    // Errors say what an operator should mend. Needs the chain, the contract and the enclave: waits
    // for each up to `patience`, since all start together.
    static Task<Result<std::unique_ptr<Node>>> start(asio::any_io_executor executor,
                                                     NodeConfig config, Clock& clock, Logger log,
                                                     milliseconds patience);
    virtual ~Node() = default;
    virtual std::uint16_t api_port() const = 0;
    virtual std::string signer() const = 0;  // the enclave's public key, hex
    // In reverse order of the start, within the deadline. True when all ended in time.
    virtual Task<bool> stop(milliseconds deadline) = 0;
};

}  // namespace nsl::node
