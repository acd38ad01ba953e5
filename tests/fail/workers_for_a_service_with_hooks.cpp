// EXPECT: a service with on_poll is called by the poller: it takes an inline_worker
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
struct service {
    static constexpr auto name() -> std::string_view { return "x"; }
    auto on_message(auto&, rpmsg::message const&) -> void {}
    auto on_poll(auto&, rpmsg::ticks) -> void {}
} one;
auto side = rpmsg::channel{rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}},
                           rpmsg::dispatched{rpmsg::endpoints{rpmsg::ref{one}}, rpmsg::workers<>{}}, rpmsg::spin_lock{}};

auto use() -> void { (void)side.poll(); }
