// EXPECT: rpmsg::archetypes::link
#include <rpmsg/framework/endpoint.hpp>

constexpr auto echo = rpmsg::endpoint<"x">([](auto& link, rpmsg::message const& m) { link.repyl(m, m.payload); });
