// EXPECT: doorbell
#include <rpmsg/rpmsg.hpp>

// A doorbell tells whether it rang.
struct silent {
    auto ring(std::uint32_t) -> void {}
};
constexpr auto rings = rpmsg::vring_config{};
auto ring = rpmsg::vring<rings, rpmsg::mapped_region<>, silent>{rpmsg::mapped_region<>{nullptr, 0}};
