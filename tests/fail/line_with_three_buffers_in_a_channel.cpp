// EXPECT: a line has a power of two of transmit and of receive buffers
#include <rpmsg/rpmsg.hpp>

constexpr auto rules = rpmsg::uart_config{.tx_buffers = 3};
struct wire {
    auto write(rpmsg::const_bytes out) -> std::size_t { return out.size(); }
};
auto frames = rpmsg::uart_storage<rules>{};
auto link = rpmsg::channel{rpmsg::uart<rules, wire>{frames, wire{}}, rpmsg::endpoints{}};

auto main() -> int {
    if (link.start()) {
        link.poll();
    }
}
