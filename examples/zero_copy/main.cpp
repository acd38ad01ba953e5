// A sensor writes its samples directly into the transmit buffer; the host reads them in place. No data is copied.
#include <rpmsg/rpmsg.hpp>

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <utility>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 512};
alignas(64) std::array<std::byte, rpmsg::vring_layout<rings>::size()> memory{};

std::uint32_t sum{};
std::uint32_t samples{};

// Simulates a DMA that fills the given memory.
auto sample_into(rpmsg::bytes room) -> std::size_t {
    for (auto& byte : room) {
        byte = static_cast<std::byte>(samples++ % 100);
    }
    return room.size();
}
} // namespace

auto main() -> int {
    auto const region = rpmsg::mapped_region{memory.data(), std::uint32_t{memory.size()}};
    auto sensor =
        rpmsg::channel{rpmsg::vring_device<rings>{region}, rpmsg::endpoints{rpmsg::endpoint<"samples">([](auto&, auto&) {})}};
    auto host = rpmsg::channel{rpmsg::vring_driver<rings>{region},
                               rpmsg::endpoints{rpmsg::endpoint<"samples">([](auto&, rpmsg::message const& m) {
                                   for (auto const byte : m.payload) {
                                       sum += static_cast<std::uint32_t>(byte);
                                   }
                               })}};
    if (not host.start() or not sensor.start()) {
        return 1;
    }
    for (auto turn = 0; turn < 40; ++turn) {
        host.poll();
        sensor.poll();
        auto const endpoint = sensor.get<"samples">();
        if (auto room = endpoint.reserve(); room and endpoint.is_bound() and samples < 4000) {
            auto const size = sample_into(room.payload().first(400));
            (void)endpoint.commit(std::move(room), size); // a buffer that is not committed is returned automatically
        }
    }
    fmt::print("{} samples in place, their sum is {}\n", samples, sum);
    return samples == 4000 and sum == 198'000 ? 0 : 1;
}
