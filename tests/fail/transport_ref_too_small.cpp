// EXPECT: this transport_ref is too small for the frames of its target
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/transport/transport_ref.hpp>

constexpr auto rings = rpmsg::vring_config{.buffer_size = 512};
auto ring = rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}};
auto small = rpmsg::transport_ref<256>{ring};
