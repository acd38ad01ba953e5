#pragma once

#include <rpmsg/testing/simulator/loopback_wire.hpp>
#include <rpmsg/testing/simulator/serial_wire.hpp>
#include <rpmsg/testing/simulator/spi_wire.hpp>

#include "traffic.hpp"

namespace rpmsg::traffic {

template <uart_config Config, template <typename> typename Link = fixed_link>
auto connect_serial(plan& all, std::string name, std::uint32_t a, std::uint32_t b) -> void {
    auto const baud = all.in().random().happens(2) ? 115'200u : 3'000'000u;
    auto& line = all.in().add_wire<simulator::serial_wire<Config>>(std::move(name), baud);
    all.template connect<Link>(
        line, a, b, {Config.tx_buffers, Config.tx_buffers}, Config.rx_buffers / 4u, [](auto& it) { return it.first(); },
        [](auto& it) { return it.second(); });
}

template <spi_config Config, template <typename> typename Link = fixed_link>
auto connect_spi(plan& all, std::string name, std::uint32_t a, std::uint32_t b) -> void {
    auto& line = all.in().add_wire<simulator::spi_wire<Config>>(std::move(name));
    all.template connect<Link>(
        line, a, b, {Config.transmit_buffers, Config.transmit_buffers}, (Config.receive_buffers - 3u) / 2u,
        [](auto& it) { return it.controller(); }, [](auto& it) { return it.peripheral(); });
}

template <bool Acknowledged> auto connect_loopback(plan& all, std::string name, std::uint32_t a, std::uint32_t b) -> void {
    auto& line = all.in().add_wire<simulator::loopback_wire<Acknowledged>>(std::move(name));
    all.connect(
        line, a, b, {4, 4}, 1, [](auto& it) { return it.first(); }, [](auto& it) { return it.second(); });
}

} // namespace rpmsg::traffic
