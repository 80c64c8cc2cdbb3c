// SPDX-License-Identifier: Apache-2.0
// What followers and senders need of the nodes, however many there are.
#pragma once
#include <cstdint>

#include "chain/rpc_client.h"

namespace nsl::chain {

class Nodes {
 public:
    virtual ~Nodes() = default;
    // One node for answers that must come from one. Another may be named the next time, so take it
    // once for what belongs together; the client outlives this.
    virtual RpcClient& best() = 0;
    // To all nodes that can be used. The best outcome of any. Errors: unavailable, timeout,
    // limit_exceeded; they leave open whether a node has taken it.
    virtual Task<Result<SendReply>> send(Bytes transaction) = 0;
    // The newest block that the nodes tell of; nobody has signed that. 0 while it is not known.
    virtual std::uint32_t height() const = 0;
    // What `node` answered has been shown to be untrue or useless: a block that its validators did
    // not sign, a height without its block. Another is asked from now on, where there is one.
    virtual void distrust(const RpcClient& node, const Error& why) = 0;
};

// A single node: there is no choice, so distrust changes nothing.
class OneNode final : public Nodes {
 public:
    explicit OneNode(RpcClient& node) : node_(node) {}
    RpcClient& best() override { return node_; }
    Task<Result<SendReply>> send(Bytes transaction) override {
        return node_.send(std::move(transaction));
    }
    std::uint32_t height() const override { return 0; }
    void distrust(const RpcClient&, const Error&) override {}

 private:
    RpcClient& node_;
};

}  // namespace nsl::chain
