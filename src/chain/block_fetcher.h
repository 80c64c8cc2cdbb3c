// SPDX-License-Identifier: Apache-2.0
// Blocks as a node tells them, with what their transactions did, many in one request.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/log.h"
#include "base/task.h"
#include "chain/abi_cache.h"
#include "chain/batch_size.h"
#include "chain/nodes.h"
#include "chain/outcome_reader.h"

namespace nsl::chain {

// From the block asked for on, one after the other; none of them verified. Only the last may lack
// outcomes. There is a block, or an error.
struct Fetched {
    std::vector<ToldBlock> blocks{};
    std::optional<Error> end{};  // why there is not one more, when the node should have it

    // The next one can be asked for.
    bool goes_on() const { return !end && !blocks.empty() && blocks.back().outcomes; }
};

// Takes one block at a time near the tip, more and more while it is far. What one fetch holds is
// bounded: `blocks_max` blocks in one answer of the HTTP client's limit, cut after kTransactionsMax
// transactions or OutcomeReader::kEventsMax events, or one block where that has more.
class BlockFetcher {
 public:
    static constexpr std::size_t kTransactionsMax = 512;

    // `fields`: events are decoded.
    BlockFetcher(Nodes& nodes, Logger log, std::size_t blocks_max, bool fields)
        : outcomes_(nodes, std::move(log)), size_(1, blocks_max), fields_(fields) {}

    // Of blocks `first` to `last`, as many as go well at once. One fetch at a time.
    Task<Fetched> fetch(RpcClient& node, std::uint32_t first, std::uint32_t last);

 private:
    using Blocks = std::vector<Result<neo::Block>>;
    Task<Blocks> ask(RpcClient& node, std::uint32_t first, std::size_t count);

    OutcomeReader outcomes_;
    AbiCache contracts_;
    BatchSize size_;
    bool fields_;
};

}  // namespace nsl::chain
