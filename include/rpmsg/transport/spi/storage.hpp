#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/transport/spi/config.hpp>
#include <rpmsg/transport/spi/state.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// The frame buffers of one end of a link over SPI and what else it remembers, in memory that DMA can access; zero-initialised
/// in static storage, for one link.
template <spi_config Config> struct spi_storage {
    using format = typename detail::checked_spi_config<Config>::format; ///< named first: a broken rule is told here
    struct alignas(Config.alignment) frame {
        std::array<std::byte, Config.frame_size> content;
    };
    detail::spi_state<Config> state;                          ///< for the transport; on cache lines of its own
    std::array<frame, Config.transmit_buffers + 1u> transmit; ///< the last one is for commands
    std::array<frame, Config.receive_buffers> receive;
};

} // namespace rpmsg
