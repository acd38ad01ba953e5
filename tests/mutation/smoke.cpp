// What a mutant must still do to count as a program: every kind of link compiles.
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/testing/lines/spi_bus.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/regions/array_region.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace {
using namespace rpmsg;

template <typename Transport> auto use(Transport made) -> void {
    auto link = channel{std::move(made), endpoints{endpoint<"smoke">([](auto& side, message const& m) {
                            side.reply(m, m.payload);
                            auto const kept = side.hold(m);
                        })}};
    if (link.start()) {
        link.notify();
        link.poll(0);
        (void)link.next_deadline(0);
        (void)link.at(0).send(const_bytes{});
        auto loan = link.at(0).reserve();
        (void)link.at(0).commit(std::move(loan), 0);
        (void)link.reset();
    }
    link.close();
}
template <typename Transport> auto use_pool(Transport made) -> void {
    auto handler = [](link_ref, message const&) {};
    auto link = channel{std::move(made), endpoint_pool<4>{}};
    if (auto const id = link.create("smoke", handler); id and link.start()) {
        link.poll(0);
        (void)link.destroy(*id);
    }
}
template <typename Transport> auto use_both() -> void {
    (void)&use<Transport>;
    (void)&use_pool<Transport>;
}

template <wire::dialect Dialect> auto use_rings() -> void {
    constexpr auto config = vring_config{.alignment = 4, .dialect = Dialect};
    using memory = testing::array_region<vring_layout<config>::size()>;
    use_both<vring_device<config, memory>>();
    use_both<vring_driver<config, memory>>();
}
template <uart_profile Profile> auto use_uart() -> void {
    use_both<uart<uart_config{.profile = Profile}, testing::line_end<testing::line<64>>>>();
}
template <spi_profile Profile> auto use_spi() -> void {
    constexpr auto config = spi_config{.profile = Profile};
    use_both<spi<config, testing::spi_bus_end<spi_role::controller, config.frame_size>>>();
    use_both<spi<config, testing::spi_bus_end<spi_role::peripheral, config.frame_size>>>();
}
} // namespace

auto main() -> int {
    use_rings<wire::dialects::rpmsg>();
    use_rings<wire::dialects::linux_bufsz>();
    use_rings<wire::dialects::openamp>();
    use_rings<wire::dialects::rpmsg_lite>();
    use_rings<wire::dialects::nuttx>();
    use_uart<uart_profile::nuttx>();
    use_uart<uart_profile::reliable>();
    use_spi<spi_profile::nuttx>();
    use_spi<spi_profile::openvela>();
    use_spi<spi_profile::reliable>();
    use_both<testing::loopback<>>();
}
