// EXPECT: a handler cannot wait: its channel is polled by the context that it runs in
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
constexpr auto impatient = [](auto& link, rpmsg::message const& m) { (void)link.send_until(m.payload, 100); };
struct stopped_clock {
    auto now() -> rpmsg::ticks { return 0; }
};
auto side =
    rpmsg::channel{rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}},
                   rpmsg::endpoints{rpmsg::endpoint<"x">(impatient)}, rpmsg::no_lock{}, rpmsg::spin_wait<stopped_clock>{}};

auto use() -> void { (void)side.poll(); }
