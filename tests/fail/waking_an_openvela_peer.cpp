// EXPECT: this dialect has no wake handshake
#include <rpmsg/transport/uart.hpp>

constexpr auto line = rpmsg::uart_config{.dialect = rpmsg::wire::uart_dialects::openvela};
struct sleepy : rpmsg::always_on {
    static constexpr bool wakes_peer = true;
};
auto frames = rpmsg::uart_storage<line>{};
auto link = rpmsg::uart<line, rpmsg::archetypes::byte_stream, sleepy>{frames};
