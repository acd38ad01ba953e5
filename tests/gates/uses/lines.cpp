// Links over a serial line and over SPI, in each profile.
#include "use.hpp"

namespace {
struct stream {
    auto write(rpmsg::const_bytes out) -> std::size_t { return out.size(); }
};
template <rpmsg::uart_profile Profile> auto uart() -> void {
    static constexpr auto line = rpmsg::uart_config{.profile = Profile};
    static auto frames = rpmsg::uart_storage<line>{};
    use::transport(rpmsg::uart<line, stream>{frames});
}

struct port {
    static constexpr auto role = rpmsg::spi_role::controller;
    static constexpr std::uint32_t word_size = 1;
    auto start_transfer(rpmsg::const_bytes, rpmsg::bytes) -> void {}
    auto progress() -> rpmsg::spi_progress { return rpmsg::spi_progress::done; }
    auto abandon() -> void {}
    auto request(bool) -> void {}
    auto is_requested() -> bool { return true; }
};
template <rpmsg::spi_profile Profile> auto spi() -> void {
    static constexpr auto bus = rpmsg::spi_config{.profile = Profile};
    static auto frames = rpmsg::spi_storage<bus>{};
    use::transport(rpmsg::spi<bus, port>{frames});
}
} // namespace

auto main() -> int {
    uart<rpmsg::uart_profile::nuttx>();
    uart<rpmsg::uart_profile::reliable>();
    spi<rpmsg::spi_profile::nuttx>();
    spi<rpmsg::spi_profile::reliable>();
}
