#include <rpmsg/framework/channel.hpp>
#include <rpmsg/service/socket/sockets.hpp>

#include <catch2/catch_test_macros.hpp>

#include "capture/replay.hpp"
#include "interop/live_socket_echo.hpp"

// Recorded at a pseudo terminal beside NuttX's simulator, whose examples rpsock_client connected three times, then streamed
// until NuttX was killed, and connected twice after its restart.
TEST_CASE("a server of sockets sends what it sent to a live NuttX, over two lives of NuttX") {
    auto played = capture::replay<>{capture::read(capture::recorded("nuttx_uart_sockets.pcapng"))};
    auto echo = live_socket_echo{};
    auto net = rpmsg::sockets<live_socket_config, live_socket_echo_ref>{live_socket_echo_ref{&echo}};
    auto link = rpmsg::channel{played.this_side(), rpmsg::endpoints{rpmsg::group_of(net)}};
    auto const server = net.bind(link, rpmsg::socket_kind::stream, "srv");
    REQUIRE(server);
    echo.server = *server;
    REQUIRE((net.listen(link, *server, 4) and link.start()));
    CHECK(played.run(link, [](auto&, capture::packet const&) {}) == "");
    CHECK(echo.accepted == 6);
    CHECK(echo.closed == 6);
    CHECK(echo.bytes == 523);
}
