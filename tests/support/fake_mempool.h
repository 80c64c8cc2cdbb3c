// SPDX-License-Identifier: Apache-2.0
// Which transactions a node takes, by neo-go's rules: pkg/core/blockchain.go verifyAndPoolTx,
// pkg/core/mempool. Fees against each other; no balances.
#pragma once
#include <map>
#include <set>
#include <vector>

#include "neo/transaction.h"

namespace nsl::testing_support {

inline std::vector<neo::Hash256> conflicts_of(const neo::Transaction& tx) {
    std::vector<neo::Hash256> out;
    for (const neo::Attribute& attribute : tx.attributes)
        if (const auto* conflicts = std::get_if<neo::Conflicts>(&attribute))
            out.push_back(conflicts->hash);
    return out;
}

struct FakeMempool {
    std::map<neo::Hash256, neo::Transaction> pool;
    std::set<neo::Hash256> on_chain;
    std::set<neo::Hash256> ruled_out;  // by what is on chain

    // The code of sendrawtransaction, 0 when it is pooled now. What it outbids goes.
    int take(const neo::Transaction& tx, std::uint32_t height) {
        const neo::Hash256 hash = tx.hash();
        if (on_chain.contains(hash)) return -501;
        if (pool.contains(hash)) return -503;
        if (tx.valid_until_block <= height) return -510;
        if (ruled_out.contains(hash)) return -500;
        std::vector<neo::Hash256> outbid;
        neo::Datoshi fees = 0;
        for (const neo::Hash256& other : conflicts_of(tx)) {
            if (on_chain.contains(other)) return -507;
            if (pool.contains(other)) outbid.push_back(other);
        }
        for (const auto& [other, pooled] : pool)
            for (const neo::Hash256& named : conflicts_of(pooled))
                if (named == hash) outbid.push_back(other);
        for (const neo::Hash256& other : outbid) fees += pool.at(other).network_fee;
        if (!outbid.empty() && tx.network_fee <= fees) return -500;
        for (const neo::Hash256& other : outbid) pool.erase(other);
        pool[hash] = tx;
        return 0;
    }

    void landed(const neo::Transaction& tx) {
        on_chain.insert(tx.hash());
        for (const neo::Hash256& other : conflicts_of(tx)) {
            ruled_out.insert(other);
            pool.erase(other);
        }
    }
};

}  // namespace nsl::testing_support
