#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/uart/frame.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// Codes of a dialect that are pending for transmission, each once.
template <wire::uart_dialect Dialect> class pending_codes {
    std::uint16_t pending_{}; ///< a bit for the low half of each code

    static constexpr auto bit(std::uint8_t code) -> std::uint16_t { return static_cast<std::uint16_t>(1u << (code & 0xf)); }

  public:
    constexpr auto add(std::uint8_t code) -> void { pending_ = static_cast<std::uint16_t>(pending_ | bit(code)); }
    constexpr auto take_back(std::uint8_t code) -> void { pending_ = static_cast<std::uint16_t>(pending_ & ~bit(code)); }
    [[nodiscard]] constexpr auto has_pending(std::uint8_t code) const -> bool { return (pending_ & bit(code)) != 0; }
    [[nodiscard]] constexpr auto is_empty() const -> bool { return pending_ == 0; }
    /// Writes all pending codes, at most 16, to the front of `into`; returns their number.
    constexpr auto put(bytes into) -> std::size_t {
        std::size_t count = 0;
        for (std::uint8_t code = 0x7e; code >= Dialect.lowest; --code) {
            if (has_pending(code)) {
                into[count++] = std::byte{code};
            }
        }
        pending_ = 0;
        return count;
    }
};

} // namespace rpmsg::detail
