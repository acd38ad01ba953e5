#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/transport/uart/config.hpp>
#include <rpmsg/transport/uart/nuttx_state.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// The frame buffers of a serial line, and in the nuttx profile what else it remembers. The user provides them,
/// zero-initialised and for one link each; they must outlive the link.
template <uart_config Config> class uart_storage {
    using checked = typename checked_uart_config<Config>::told;
    using frame = std::array<std::byte, align_up(Config.frame_size(), 8)>;
    struct nothing {};
    using state_type = std::conditional_t<Config.profile == uart_profile::nuttx, detail::uart_nuttx_state<Config>, nothing>;

    [[no_unique_address]] state_type state_{};
    alignas(8) std::array<frame, Config.tx_buffers> sent_{};
    alignas(8) std::array<frame, Config.rx_buffers> received_{};

  public:
    [[nodiscard]] constexpr auto sent(std::uint32_t index) -> bytes { return bytes{sent_[index]}.first(Config.frame_size()); }
    [[nodiscard]] constexpr auto received(std::uint32_t index) -> bytes {
        return bytes{received_[index]}.first(Config.frame_size());
    }
    /// For the transport.
    [[nodiscard, gnu::always_inline]] constexpr auto state() -> state_type& { return state_; }
};

} // namespace rpmsg
