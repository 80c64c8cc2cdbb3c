// SPDX-License-Identifier: Apache-2.0
// Funds a publisher and deploys the price feed on a development chain.
#pragma once
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "base/task.h"
#include "chain/rpc_client.h"
#include "neo/keys.h"
#include "tee/enclave_client.h"

namespace nsl::cli {

struct FeedDeployment {
    std::string nef_file;
    std::string manifest_file;
    tee::EnclaveIdentity
        enclave;  // its key becomes the one signer, its configuration the contract's
};

// A key to be copied where an owner is needed twice; development keys only.
neo::PrivateKey copy_key(const neo::PrivateKey& key);

// The committee's 1-of-1 account pays the publisher and owns the contract; the publisher deploys it
// and later pays for batches. Deploys nothing when it is there already. The node holds the
// publisher's key: it must not be able to change signers. Errors: not_found (files), conflict (the
// chain refuses, with its words), unavailable.
Task<Result<neo::Hash160>> deploy_price_feed(chain::RpcClient& rpc, Clock& clock, Logger log,
                                             const neo::PrivateKey& committee,
                                             const neo::PrivateKey& publisher, FeedDeployment what);

}  // namespace nsl::cli
