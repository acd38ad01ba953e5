#include <rpmsg/transport/config_mismatch.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"

namespace {

using rpmsg::config_mismatch;

TEST_CASE("Every mismatch has words of its own that name the field") {
    for (auto a = config_mismatch::none; a <= config_mismatch::payload;
         a = static_cast<config_mismatch>(static_cast<int>(a) + 1)) {
        CHECK_FALSE(describe(a).empty());
        for (auto b = config_mismatch::none; b < a; b = static_cast<config_mismatch>(static_cast<int>(b) + 1)) {
            CHECK(describe(a) != describe(b));
        }
    }
    STATIC_REQUIRE(describe(config_mismatch::base_address).find("device_base") != std::string_view::npos);
}

constexpr auto with_64 = rpmsg::vring_config{.buffers = 4, .buffer_size = 64};

constexpr auto another_fingerprint_is_named() -> bool {
    auto shared = two_sides<with_64>{};
    auto device = shared.device();
    auto driver = shared.driver();
    check(driver.start().has_value() and device.start().has_value());
    shared.put(4, ~with_64.fingerprint());
    check(device.poll(0).reason == rpmsg::down_reason::incompatible);
    check(device.mismatch() == config_mismatch::fingerprint);
    shared.put(4, with_64.fingerprint()); // the right one was loaded meanwhile
    check(device.mismatch() == config_mismatch::none);
    shared.put(64 + 4, ~with_64.fingerprint());
    check(driver.poll(0).reason == rpmsg::down_reason::incompatible);
    check(driver.mismatch() == config_mismatch::fingerprint);
    shared.put(64 + 4, with_64.fingerprint());
    check(driver.mismatch() == config_mismatch::none);
    return true;
}

TEST_CASE("Two of this library that were built from different configurations name the fingerprint") {
    STATIC_REQUIRE(another_fingerprint_is_named());
    CHECK(another_fingerprint_is_named());
}

} // namespace
