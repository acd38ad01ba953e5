// Channels that several threads use and that wait, a thread that receives, and a transport behind pointers.
#include <rpmsg/framework/receiver.hpp>
#include <rpmsg/host/bells/futex_wait.hpp>

#include "use.hpp"

namespace {
constexpr auto rings = rpmsg::vring_config{};
constinit auto bell = rpmsg::host::futex_bell{};
} // namespace

auto main() -> int {
    auto driver = rpmsg::vring_driver<rings>{rpmsg::mapped_region<>{nullptr, 0}};
    auto link = rpmsg::channel{rpmsg::transport_ref<512>{driver}, rpmsg::endpoints{use::service}, rpmsg::spin_lock{},
                               rpmsg::host::futex_wait{bell}};
    use::channel(link);
    auto const from = link.get<"service">();
    auto const bytes = std::array<std::byte, 4>{};
    (void)from.send_until(bytes, 1);
    (void)from.commit(from.reserve_until(1), 4);
    auto thread = rpmsg::receiver{link, 1};
    thread.run([] { return true; });
}
