// EXPECT: a doorbell is told which ring to ring for: auto ring(std::uint32_t queue) -> void, or -> bool
#include <rpmsg/rpmsg.hpp>

// A doorbell tells whether it rang, or nothing when it cannot fail.
struct counting {
    auto ring(std::uint32_t) -> int { return 0; }
};
constexpr auto rings = rpmsg::vring_config{};
auto ring = rpmsg::vring_device<rings, rpmsg::mapped_region<>, counting>{rpmsg::mapped_region<>{nullptr, 0}};
