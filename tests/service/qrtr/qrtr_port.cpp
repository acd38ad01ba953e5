#include <rpmsg/service/qrtr/qrtr_port.hpp>

#include <catch2/catch_test_macros.hpp>

#include <type_traits>

namespace {
constexpr auto hears = [](auto&, rpmsg::qrtr_message const&) {};
using server = decltype(rpmsg::qrtr_service<15, 3>(hears));
using client = decltype(rpmsg::qrtr_client(hears));
} // namespace

TEST_CASE("a port of qrtr is a server with its number or a client, and takes no memory for handlers without state") {
    STATIC_REQUIRE((server::service == 15 and server::instance == 3 and client::service == 0));
    STATIC_REQUIRE(std::is_empty_v<server>);
}
