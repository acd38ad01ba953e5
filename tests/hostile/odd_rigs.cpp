#include "rig_of.hpp"

namespace hostile {

namespace {

constexpr auto one = rpmsg::vring_config{.buffers = 1, .buffer_size = 64};
constexpr auto batched = rpmsg::vring_config{.buffers = 8,
                                             .buffer_size = 64,
                                             .host_to_remote = 96,
                                             .alignment = 4,
                                             .batch = 8,
                                             .event_index = true,
                                             .device_base = 0xffff'ffff'0000'0000};
constexpr auto batched_for_linux = [] {
    auto made = batched;
    made.dialect = rpmsg::wire::dialects::linux_virtio;
    return made;
}();
constexpr auto two = rpmsg::vring_config{
    .buffers = 2, .buffer_size = 64, .alignment = 4096, .batch = 2, .dialect = rpmsg::wire::dialects::rpmsg_lite};

/// One ring has more buffers than the other: an id of the larger one is none of the smaller one.
constexpr auto narrow_to_host =
    rpmsg::vring_config{.buffers = 8, .remote_to_host_buffers = 2, .buffer_size = 64, .batch = 2, .event_index = true};
constexpr auto narrow_to_remote = rpmsg::vring_config{
    .buffers = 4, .host_to_remote_buffers = 1, .buffer_size = 64, .dialect = rpmsg::wire::dialects::openamp};
constexpr auto wide_to_remote = rpmsg::vring_config{
    .buffers = 2, .host_to_remote_buffers = 16, .buffer_size = 64, .dialect = rpmsg::wire::dialects::openamp};

template <bool VictimIsDevice> auto add(std::vector<std::unique_ptr<rig>>& made) -> void {
    made.push_back(std::make_unique<rig_of<one, VictimIsDevice>>("one buffer"));
    made.push_back(std::make_unique<rig_of<batched, VictimIsDevice>>("batches, two sizes"));
    made.push_back(std::make_unique<rig_of<batched_for_linux, VictimIsDevice>>("batches, two sizes, linux"));
    made.push_back(std::make_unique<rig_of<two, VictimIsDevice>>("two buffers, rpmsg_lite"));
    made.push_back(std::make_unique<rig_of<narrow_to_host, VictimIsDevice>>("2 buffers to the host, 8 back"));
    made.push_back(std::make_unique<rig_of<narrow_to_remote, VictimIsDevice>>("4 buffers to the host, 1 back, openamp"));
    made.push_back(std::make_unique<rig_of<wide_to_remote, VictimIsDevice>>("2 buffers to the host, 16 back, openamp"));
}

} // namespace

auto odd_rigs() -> std::vector<std::unique_ptr<rig>> {
    auto made = std::vector<std::unique_ptr<rig>>{};
    add<true>(made);
    add<false>(made);
    return made;
}

} // namespace hostile
