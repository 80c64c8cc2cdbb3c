// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "services/pricefeed/ports.h"
#include "store/db.h"

namespace nsl::pricefeed {

// The schema's steps; the node numbers them among those of the others.
std::vector<std::string> feed_store_schema();

class SqlFeedStore final : public FeedStore {
 public:
    explicit SqlFeedStore(store::Db& db) : db_(db) {}

    Task<Status> save_report(tee::SignedReport report) override;
    Task<Result<tee::SignedReport>> latest_report(std::uint16_t feed) override;
    Task<Result<std::vector<RoundEvent>>> events(std::uint16_t feed, std::uint64_t newest,
                                                 std::size_t count) override;

    // Inside the transaction that also moves the follower's checkpoint. The same event again
    // changes nothing.
    static Status add_event(store::Tx& tx, const RoundEvent& event);

 private:
    store::Db& db_;
};

}  // namespace nsl::pricefeed
