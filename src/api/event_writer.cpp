// SPDX-License-Identifier: Apache-2.0
#include "api/event_writer.h"

namespace nsl::api {
namespace {

// WHATWG HTML, server-sent events: fields end with a line end, and an id holds no NUL.
bool one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

EventWriter::EventWriter(std::shared_ptr<Wire> wire, std::string header, bool header_only,
                         std::string last_event_id, milliseconds write_timeout)
    : wire_(std::move(wire)),
      header_(std::move(header)),
      header_only_(header_only),
      last_event_id_(std::move(last_event_id)),
      write_timeout_(write_timeout) {}

Task<Status> EventWriter::send(std::string id, std::string event, json::Value data) {
    if (!one_line(id) || !one_line(event))
        co_return fail(Errc::internal, "an event's id and name must be one line");
    std::string text;
    if (!id.empty()) text += "id: " + id + '\n';
    if (!event.empty()) text += "event: " + event + '\n';
    text += "data: " + json::write_value(data) + "\n\n";
    co_return co_await write(std::move(text));
}

Task<Status> EventWriter::heartbeat() {
    co_return co_await write(":\n\n");
}

Task<Status> EventWriter::write(std::string text) {
    while (writing_) co_await written_.wait();
    if (gone_) co_return fail(Errc::unavailable, "the client has gone");
    struct Writing {
        EventWriter& writer;
        explicit Writing(EventWriter& w) : writer(w) { writer.writing_ = true; }
        ~Writing() {
            writer.writing_ = false;
            writer.written_.notify_all();
        }
    };
    const Writing writing(*this);
    if (!begun_) {
        begun_ = true;
        text = header_only_ ? std::move(header_) : std::move(header_) + text;
    }
    wire_->deadline(write_timeout_);
    const Wire::End end = co_await wire_->write(text);
    wire_->no_deadline();
    gone_ = header_only_ || end != Wire::End::ok;
    if (end == Wire::End::late)
        co_return fail(Errc::unavailable, "the client does not read: nothing went out for " +
                                              std::to_string(write_timeout_.count()) + " ms");
    if (gone_) co_return fail(Errc::unavailable, "the client has gone");
    co_return Status{};
}

}  // namespace nsl::api
