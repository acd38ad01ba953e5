#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/router/hub_link.hpp>
#include <rpmsg/testing/loopback.hpp>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("a port knows what names the channel of its edge takes") {
    using namespace rpmsg;
    auto memory = testing::loopback_memory<>{};
    auto edge =
        channel{testing::loopback<>{memory, 0}, endpoints{endpoint<"echo">([](auto&, message const&) {}),
                                                          listener<"file-", 2>([](auto&, std::uint32_t, message const&) {})}};
    auto const seen = detail::edge_channel{edge};
    CHECK(seen);
    CHECK(seen.takes("echo"));
    CHECK(seen.takes("file-1"));
    CHECK_FALSE(seen.takes("other"));
    CHECK_FALSE(detail::edge_channel{});
    CHECK_FALSE(detail::hub_link{});
}
