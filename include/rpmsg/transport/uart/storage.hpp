#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/transport/uart/config.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// The frame buffers of a serial line. The user provides them, zero-initialised; they must outlive the link.
template <uart_config Config> class uart_storage {
    using checked = typename checked_uart_config<Config>::told;
    using frame = std::array<std::byte, align_up(Config.frame_size(), 8)>;

    alignas(8) std::array<frame, Config.tx_buffers> sent_{};
    alignas(8) std::array<frame, Config.rx_buffers> received_{};

  public:
    [[nodiscard]] constexpr auto sent(std::uint32_t index) -> bytes { return bytes{sent_[index]}.first(Config.frame_size()); }
    [[nodiscard]] constexpr auto received(std::uint32_t index) -> bytes {
        return bytes{received_[index]}.first(Config.frame_size());
    }
};

} // namespace rpmsg
