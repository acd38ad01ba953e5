// EXPECT: a commit takes the loan away: write commit(std::move(loan), size)
#include <rpmsg/rpmsg.hpp>

constexpr auto rings = rpmsg::vring_config{};
constexpr auto ignore = [](auto&, rpmsg::message const&) {};
auto side = rpmsg::channel{rpmsg::vring_device<rings>{rpmsg::mapped_region<>{nullptr, 0}},
                           rpmsg::endpoints{rpmsg::endpoint<"x">(ignore)}};

auto use() -> void {
    auto loan = side.get<"x">().reserve();
    (void)side.get<"x">().commit(loan, 4);
}
