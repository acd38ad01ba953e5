// EXPECT: two rings of one table have the same notify id
#include <rpmsg/rpmsg.hpp>

constexpr auto link_at(std::uint64_t base) -> rpmsg::shared_block {
    return {.rings = {.buffers = 8, .device_base = base, .dialect = rpmsg::wire::dialects::openamp},
            .host_base = base,
            .remote_base = base,
            .size = 0x4000};
}
constexpr auto first = link_at(0x1000'0000);
constexpr auto second = link_at(0x1000'4000);
constinit auto table = rpmsg::resource_table_of<first, second>();
