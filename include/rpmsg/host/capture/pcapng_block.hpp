#pragma once

#include <rpmsg/core/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace rpmsg::host {

/// Numbers of the pcapng format (IETF, draft-ietf-opsawg-pcapng).
namespace pcapng_code {
inline constexpr std::uint32_t section = 0x0a0d'0d0a;
inline constexpr std::uint32_t interface = 1;
inline constexpr std::uint32_t statistics = 5;
inline constexpr std::uint32_t packet = 6;
inline constexpr std::uint32_t byte_order = 0x1a2b'3c4d;

inline constexpr std::uint16_t comment = 1;
inline constexpr std::uint16_t application = 4;      ///< of a section
inline constexpr std::uint16_t interface_name = 2;   ///< of an interface
inline constexpr std::uint16_t time_resolution = 9;  ///< of an interface
inline constexpr std::uint16_t packet_flags = 2;     ///< of a packet
inline constexpr std::uint16_t lost_before = 4;      ///< of a packet: those missing since the one before
inline constexpr std::uint16_t received_count = 4;   ///< of statistics
inline constexpr std::uint16_t dropped_count = 5;    ///< of statistics: dropped by the interface
inline constexpr std::uint16_t unrecorded_count = 7; ///< of statistics: dropped by the capture

/// The link type: LINKTYPE_USER0, which is reserved for private use.
inline constexpr std::uint16_t link_type = 147;
} // namespace pcapng_code

/// One block of a pcapng file, appended to a vector in the byte order of this machine. `close` completes it.
class pcapng_block {
    std::vector<std::byte>& out_;
    std::size_t start_;
    bool has_options_{};

    auto bytes_of(const_bytes content) -> void { out_.insert(out_.end(), content.begin(), content.end()); }

  public:
    pcapng_block(std::vector<std::byte>& out, std::uint32_t type) : out_{out}, start_{out.size()} {
        number(type);
        number(std::uint32_t{}); // the length of the block
    }
    template <wire_format T> auto number(T value) -> pcapng_block& {
        bytes_of(std::as_bytes(std::span{&value, 1}));
        return *this;
    }
    /// Nanoseconds, the upper half first.
    auto time(std::uint64_t value) -> pcapng_block& {
        return number(static_cast<std::uint32_t>(value >> 32)).number(static_cast<std::uint32_t>(value));
    }
    /// Bytes, padded with 0 to a multiple of 4.
    auto content(const_bytes content) -> pcapng_block& {
        bytes_of(content);
        out_.resize(out_.size() + (4 - content.size() % 4) % 4);
        return *this;
    }
    /// An option of at most 65535 bytes. Options come last.
    auto option(std::uint16_t code, const_bytes value) -> pcapng_block& {
        has_options_ = true;
        return number(code).number(static_cast<std::uint16_t>(value.size())).content(value);
    }
    auto option(std::uint16_t code, std::string_view text) -> pcapng_block& {
        return option(code, std::as_bytes(std::span{text}));
    }
    template <wire_format T> auto option(std::uint16_t code, T value) -> pcapng_block& {
        return option(code, std::as_bytes(std::span{&value, 1}));
    }
    /// Ends the options, and writes the length of the block to both of its ends.
    auto close() -> void {
        if (has_options_) {
            number(std::uint32_t{});
        }
        auto const length = static_cast<std::uint32_t>(out_.size() - start_ + sizeof(std::uint32_t));
        number(length);
        store(bytes{out_}.subspan(start_ + sizeof(std::uint32_t)), length);
    }
};

} // namespace rpmsg::host
