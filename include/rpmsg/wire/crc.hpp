#pragma once

#include <rpmsg/core/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace rpmsg::wire {

/// Parameters of a cyclic redundancy check of 16 or 32 bits, with the names of the usual catalogues.
struct crc_code {
    std::uint32_t polynomial{}; ///< without its highest term; bit-reversed where `reflected`
    unsigned width{};           ///< in bits
    std::uint32_t initial{};
    std::uint32_t final_xor{};
    bool reflected{}; ///< the lowest bit of each byte is processed first

    auto operator==(crc_code const&) const -> bool = default;
};

/// The CRC of NuttX's ports (NuttX, drivers/rpmsg/rpmsg_port.c). Detects all errors of up to 3 bits.
inline constexpr auto crc16_arc = crc_code{.polynomial = 0xa001, .width = 16, .reflected = true};
/// The CRC of openvela's ports (openvela, drivers/rpmsg/rpmsg_port.c).
inline constexpr auto crc16_xmodem = crc_code{.polynomial = 0x1021, .width = 16};
/// CRC-32C (Castagnoli), used by the reliable profiles. Detects all errors of up to 5 bits in frames of up to 600 bytes.
inline constexpr auto crc32c =
    crc_code{.polynomial = 0x82f6'3b78, .width = 32, .initial = 0xffff'ffff, .final_xor = 0xffff'ffff, .reflected = true};

/// Bits per step of the computation: larger steps are faster and need a larger table.
enum class crc_step : unsigned char {
    bit = 1,    ///< no table
    nibble = 4, ///< a table of 16 words
    byte = 8,   ///< a table of 256 words
};

/// Computes a CRC incrementally.
template <crc_code Code, crc_step Step = crc_step::nibble> class crc {
    static constexpr auto bits = static_cast<unsigned>(Step);
    static constexpr auto all = 0xffff'ffffu >> (32 - Code.width);

    std::uint32_t rest_ = Code.initial;

    /// One bit of the division.
    static constexpr auto divided(std::uint32_t rest) -> std::uint32_t {
        if constexpr (Code.reflected) {
            return (rest >> 1) ^ ((0u - (rest & 1)) & Code.polynomial);
        } else {
            return ((rest << 1) & all) ^ ((0u - (rest >> (Code.width - 1))) & Code.polynomial);
        }
    }
    static constexpr auto table = [] {
        using word = std::conditional_t<Code.width == 16, std::uint16_t, std::uint32_t>;
        auto made = std::array<word, std::size_t{1} << bits>{};
        for (std::uint32_t i = 0; i < made.size(); ++i) {
            auto rest = Code.reflected ? i : i << (Code.width - bits);
            for (auto n = bits; n > 0; --n) {
                rest = divided(rest);
            }
            made[i] = static_cast<word>(rest);
        }
        return made;
    }();

  public:
    using value_type = std::conditional_t<Code.width == 16, std::uint16_t, std::uint32_t>;
    static_assert(Code.width == 16 or Code.width == 32);

    constexpr auto add(std::byte next) -> void {
        auto const octet = std::to_integer<std::uint32_t>(next);
        auto rest = rest_ ^ (Code.reflected ? octet : octet << (Code.width - 8));
        for (auto left = 8u; left > 0; left -= bits) {
            if constexpr (Step == crc_step::bit) {
                rest = divided(rest);
            } else if constexpr (Code.reflected) {
                rest = (rest >> bits) ^ table[rest & (table.size() - 1)];
            } else {
                rest = ((rest << bits) & all) ^ table[rest >> (Code.width - bits)];
            }
        }
        rest_ = rest;
    }
    constexpr auto add(const_bytes next) -> void {
        for (auto const each : next) {
            add(each);
        }
    }
    /// The CRC of all bytes that were added.
    [[nodiscard]] constexpr auto value() const -> value_type { return static_cast<value_type>(rest_ ^ Code.final_xor); }

    [[nodiscard]] static constexpr auto of(const_bytes content) -> value_type {
        auto check = crc{};
        check.add(content);
        return check.value();
    }
};

} // namespace rpmsg::wire
