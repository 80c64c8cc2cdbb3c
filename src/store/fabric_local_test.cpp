// SPDX-License-Identifier: Apache-2.0
#include "fabric_contract.h"

namespace nsl::store {
namespace {

struct LocalWorld : FabricLoop {
    static const char* missing() { return nullptr; }
    Fabric& here() { return *fabric; }
    Fabric& there() { return *fabric; }
    void destroy() { fabric.reset(); }

    std::unique_ptr<Fabric> fabric = local_fabric(loop.get_executor());
};

INSTANTIATE_TYPED_TEST_SUITE_P(Local, FabricContract, LocalWorld);

TEST(LocalFabric, IsAlwaysConnectedAndLosesNothingOnTheWay) {
    LocalWorld world;
    EXPECT_TRUE(world.here().publish("nobody.listens", {}));
    EXPECT_TRUE(world.here().connected());
    EXPECT_EQ(world.here().dropped(), 0u);
}

}  // namespace
}  // namespace nsl::store
