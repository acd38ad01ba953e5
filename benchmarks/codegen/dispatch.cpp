// Sixteen endpoints: how a message finds its handler must not depend on how many there are.
#include <rpmsg/platform/cortex_m.hpp>
#include <rpmsg/rpmsg.hpp>

#include "../size/board.hpp"
#include <utility>

template <std::size_t> auto handle(rpmsg::message const&) -> void;

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 512, .dialect = rpmsg::wire::dialects::openamp};

using shared_memory = rpmsg::mapped_region<rpmsg::fixed_memory<board::shared_start, board::shared_size>>;

constexpr char letter(std::size_t i) { return static_cast<char>('a' + i); }

template <std::size_t... I> constexpr auto table(std::index_sequence<I...>) {
    return rpmsg::endpoints{
        rpmsg::endpoint<rpmsg::fixed_name<2>{{letter(I), '\0'}}>([](auto&, rpmsg::message const& m) { handle<I>(m); })...};
}

constinit auto link = rpmsg::channel{
    rpmsg::vring_device<rings, shared_memory, board::mailbox>{},
    table(std::make_index_sequence<16>{}),
    rpmsg::cortex_m::irq_lock{},
};
} // namespace

auto main() -> int {
    while (true) {
        link.poll();
    }
}
