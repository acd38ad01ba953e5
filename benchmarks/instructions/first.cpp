// The first messages of a link with ENDPOINTS buffers each way.
#include "work.hpp"

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = ENDPOINTS, .buffer_size = 512, .batch = 16};
alignas(4096) constinit std::array<std::byte, rpmsg::vring_layout<rings>::size()> block{};
constexpr auto whole_block() -> work::region { return {block.data(), block.size()}; }

constexpr auto sink = rpmsg::endpoint<"sink">([](auto&, rpmsg::message const& m) { work::touch(m.payload); });
constexpr auto source = rpmsg::endpoint<"source">([](auto&, rpmsg::message const& m) { work::touch(m.payload); });

constinit auto host =
    rpmsg::channel{rpmsg::vring_driver<rings, work::region, work::opaque_bell>{whole_block()}, rpmsg::endpoints{source}};
constinit auto remote =
    rpmsg::channel{rpmsg::vring_device<rings, work::region, work::opaque_bell>{whole_block()}, rpmsg::endpoints{sink}};
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    work::connect(host, remote);
    auto const to = remote.get<"sink">().self();
    for (std::uint32_t sent = 0; sent < job.count; ++sent) {
        work::must(host.get<"source">().send_to(to, job.payload).has_value(), "a send was refused");
        work::must(remote.poll() == 1, "a message was not delivered");
    }
}
