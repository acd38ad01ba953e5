#include <rpmsg/wire/virtio/boot_block.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>

TEST_CASE("the words before the table lie where NuttX has them") {
    using rpmsg::wire::boot_block;
    STATIC_REQUIRE(offsetof(boot_block, base) == 0);
    STATIC_REQUIRE(offsetof(boot_block, device_doorbells) == 8);  // seqs
    STATIC_REQUIRE(offsetof(boot_block, driver_doorbells) == 12); // seqm
    STATIC_REQUIRE(offsetof(boot_block, device_state) == 16);     // boots
    STATIC_REQUIRE(offsetof(boot_block, driver_state) == 20);     // bootm
}

TEST_CASE("the states of a side are those of NuttX") {
    namespace boot_state = rpmsg::wire::boot_state;
    STATIC_REQUIRE(boot_state::none == 0);
    STATIC_REQUIRE(boot_state::boots == 1);
    STATIC_REQUIRE(boot_state::runs == 2);
    STATIC_REQUIRE(boot_state::needs_reset == 4);
}
