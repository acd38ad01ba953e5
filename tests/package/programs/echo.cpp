// Two cores in one program: a message goes over the rings and comes back. Prints the version of the library.
#if __has_include(<rpmsg/rpmsg.hpp>)
#include <rpmsg/rpmsg.hpp>
#else
#include <rpmsg.hpp> // the single header
#endif

#include <array>
#include <cstdio>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 64};

struct no_doorbell {
    static auto ring(std::uint32_t) -> void {}
};

alignas(64) std::array<std::byte, rpmsg::vring_layout<rings>::size()> block{};
unsigned echoes = 0;

auto memory() { return rpmsg::mapped_region{block.data(), std::uint32_t{block.size()}}; }
} // namespace

int main() {
    auto driver = rpmsg::channel{
        rpmsg::vring_driver<rings, rpmsg::mapped_region<>, no_doorbell>{memory(), no_doorbell{}},
        rpmsg::endpoints{rpmsg::endpoint<"echo">([](auto&, rpmsg::message const& m) { echoes += m.payload.size() == 3; })},
    };
    auto device = rpmsg::channel{
        rpmsg::vring_device<rings, rpmsg::mapped_region<>, no_doorbell>{memory(), no_doorbell{}},
        rpmsg::endpoints{rpmsg::endpoint<"echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); })},
    };
    if (not driver.start() or not device.start()) {
        return 1;
    }
    auto const poll_both = [&] {
        for (auto round = 0; round < 8; ++round) {
            driver.poll();
            device.poll();
        }
    };
    poll_both();
    if (not driver.get<"echo">().send(std::array{std::byte{1}, std::byte{2}, std::byte{3}})) {
        return 2;
    }
    poll_both();
    std::printf("rpmsg %u.%u.%u: %u echo\n", rpmsg::version_major, rpmsg::version_minor, rpmsg::version_patch, echoes);
    return echoes == 1 ? 0 : 3;
}
