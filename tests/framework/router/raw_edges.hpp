#pragma once

#include <rpmsg/framework/router/hub.hpp>

#include "check.hpp"
#include "framework/router/raw_end.hpp"
#include <cstdint>

namespace raw {
using namespace rpmsg;
using rpmsg::testing::loopback;
using rpmsg::testing::loopback_memory;

/// A hub between "a", "b" and "c", which the test plays.
struct raw_edges {
    using end = loopback<true, 8, 64>;
    loopback_memory<8, 64> to_a{};
    loopback_memory<8, 64> to_b{};
    loopback_memory<8, 64> to_c{};
    decltype(router_hub{nuttx_edge<"a">(end{to_a, 0}), nuttx_edge<"b">(end{to_b, 0}), plain_edge<"c">(end{to_c, 0})}) hub{
        nuttx_edge<"a">(end{to_a, 0}), nuttx_edge<"b">(end{to_b, 0}), plain_edge<"c">(end{to_c, 0})};
    raw_end<> a{to_a, 1};
    raw_end<> b{to_b, 1};
    raw_end<> c{to_c, 1};

    raw_edges() {
        check(hub.start().has_value());
        settle();
    }
    auto settle() -> void {
        for (int turn = 0; turn < 6; ++turn) {
            a.poll();
            b.poll();
            c.poll();
            (void)hub.poll(0);
            for (int i = 0; hub.is_pending(); ++i) {
                check(i < 30);
                (void)hub.poll(0);
            }
        }
        a.poll();
        b.poll();
        c.poll();
    }
    auto join() -> void {
        check(a.announce("router:b", 1500, kind::acknowledge) and b.announce("router:a", 1600, kind::acknowledge));
        settle();
    }
    auto bind(std::uint32_t at_a = 2001, std::uint32_t at_b = 2002) -> void {
        check(a.announce("r:b:echo", at_a, kind::create));
        settle();
        check(b.announce("r:a:echo", at_b, kind::acknowledge));
        settle();
    }
};

/// Two hubs in a row: "linux" is plain, as the link between the hubs is, and "b" knows routers. The test plays both.
struct raw_row {
    using end = loopback<true, 8, 64>;
    loopback_memory<8, 64> to_linux{};
    loopback_memory<8, 64> between{};
    loopback_memory<8, 64> to_b{};
    decltype(router_hub{plain_edge<"linux">(end{to_linux, 0}), plain_edge<"a">(end{between, 0})}) bridge{
        plain_edge<"linux">(end{to_linux, 0}), plain_edge<"a">(end{between, 0})};
    decltype(router_hub{plain_edge<"linux">(end{between, 1}), nuttx_edge<"b">(end{to_b, 0})}) hub{
        plain_edge<"linux">(end{between, 1}), nuttx_edge<"b">(end{to_b, 0})};
    raw_end<> linux_end{to_linux, 1};
    raw_end<> b{to_b, 1};

    raw_row() {
        check(bridge.start().has_value() and hub.start().has_value());
        settle();
        check(b.announce("router:linux", 1600, kind::acknowledge));
        settle();
    }
    auto settle() -> void {
        for (int turn = 0; turn < 12; ++turn) {
            linux_end.poll();
            (void)bridge.poll(0);
            (void)hub.poll(0);
            b.poll();
        }
        linux_end.poll();
        check(not bridge.is_pending() and not hub.is_pending());
    }
};

} // namespace raw
