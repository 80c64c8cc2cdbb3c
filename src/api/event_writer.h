// SPDX-License-Identifier: Apache-2.0
// The server's side of one event stream.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "api/router.h"
#include "api/wire.h"
#include "base/async_event.h"

namespace nsl::api {

// The response's header goes out with the first event or heartbeat, so a handler that fails before
// can still be answered with a problem.
class EventWriter final : public EventStream {
 public:
    // `header_only`: the request was HEAD; the stream counts as gone once its header is sent.
    EventWriter(std::shared_ptr<Wire> wire, std::string header, bool header_only,
                std::string last_event_id, milliseconds write_timeout);

    Task<Status> send(std::string id, std::string event, json::Value data) override;
    std::string last_event_id() const override { return last_event_id_; }

    // A comment, so that both ends and what is between them notice when the other has gone.
    Task<Status> heartbeat();
    bool begun() const { return begun_; }
    // Nothing can be sent any more.
    bool gone() const { return gone_; }

 private:
    Task<Status> write(std::string text);

    std::shared_ptr<Wire> wire_;
    std::string header_;
    const bool header_only_;
    const std::string last_event_id_;
    const milliseconds write_timeout_;
    bool begun_ = false;
    bool gone_ = false;
    bool writing_ = false;
    AsyncEvent written_;
};

}  // namespace nsl::api
