// SPDX-License-Identifier: Apache-2.0
// A NATS server and two fabrics on it, each with a connection of its own.
#pragma once
#include "fabric_world.h"
#include "nats_server.h"

namespace nsl::store {

// A fabric that is to be made, or the test fails.
inline std::unique_ptr<Fabric> nats_fabric_on(FabricLoop& world, NatsOptions options,
                                              Logger log = {}) {
    auto made = nats_fabric(world.loop.get_executor(), std::move(log), std::move(options));
    EXPECT_TRUE(made) << made.error().message;
    return made ? *std::move(made) : nullptr;
}

struct NatsWorld : FabricLoop {
    static const char* missing() { return find_nats_server() ? nullptr : kNoNatsServer; }

    NatsWorld() {
        first = nats_fabric_on(*this, {.url = server.url()}, Logger(log, "first"));
        second = nats_fabric_on(*this, {.url = server.url()}, Logger(log, "second"));
        EXPECT_TRUE(eventually([&] { return first->connected() && second->connected(); }));
    }
    Fabric& here() { return *first; }
    Fabric& there() { return *second; }
    void destroy() {
        first.reset();
        second.reset();
    }

    NatsServer server;
    std::shared_ptr<MemorySink> log = std::make_shared<MemorySink>();
    std::unique_ptr<Fabric> first, second;
};

}  // namespace nsl::store
