// EXPECT: endpoints{...} takes endpoint<name>(handler), ref{service}, or a class of your own like these
#include <rpmsg/rpmsg.hpp>

// An endpoint that nobody can deliver to.
struct deaf {
    static auto name() -> std::string_view { return "deaf"; }
    static constexpr auto addresses() -> rpmsg::endpoint_addresses { return {}; }
    auto on_event(auto&, rpmsg::event const&) -> void {}
};
auto table = rpmsg::endpoints{deaf{}};
