// EXPECT: a NuttX edge acknowledges names: use plain_edge for Linux, OpenAMP and rpmsg-lite
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{.alignment = 4096, .dialect = rpmsg::wire::dialects::linux_virtio};
auto edge = rpmsg::nuttx_edge<"linux">(rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}});
