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

template <bool VictimIsDevice> auto add(std::vector<std::unique_ptr<rig>>& made) -> void {
    made.push_back(std::make_unique<rig_of<one, VictimIsDevice>>("one buffer"));
    made.push_back(std::make_unique<rig_of<batched, VictimIsDevice>>("batches, two sizes"));
    made.push_back(std::make_unique<rig_of<batched_for_linux, VictimIsDevice>>("batches, two sizes, linux"));
    made.push_back(std::make_unique<rig_of<two, VictimIsDevice>>("two buffers, rpmsg_lite"));
}

} // namespace

auto odd_rigs() -> std::vector<std::unique_ptr<rig>> {
    auto made = std::vector<std::unique_ptr<rig>>{};
    add<true>(made);
    add<false>(made);
    return made;
}

} // namespace hostile
