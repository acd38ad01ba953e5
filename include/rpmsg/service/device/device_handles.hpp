#pragma once

#include <rpmsg/wire/service/device.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::detail {

/// An open file of a client.
struct device_handle {
    std::uint32_t generation{}; ///< 0: the place is free
    std::uint32_t file{};       ///< the number that the devices know
    std::uint32_t events{};     ///< that the client waits for
    wire::device_number token{};
    bool is_watched{};
    bool is_told{}; ///< since the watch began
};

/// The open files of one session. A handle is the place and the number of its opening, so that one that was closed, or that
/// another client got, is not taken for an open one.
template <std::uint32_t Size> class device_handles {
    static_assert(Size > 0, "a client can open at least one file");

    std::array<device_handle, Size> places_{};

  public:
    [[nodiscard]] constexpr auto has_room() const -> bool {
        for (auto const& each : places_) {
            if (each.generation == 0) {
                return true;
            }
        }
        return false;
    }
    /// There is room. `generation` is not 0.
    constexpr auto add(std::uint32_t file, std::uint32_t generation) -> wire::device_number {
        for (std::uint32_t i = 0; i < Size; ++i) {
            if (places_[i].generation == 0) {
                places_[i] = {.generation = generation, .file = file};
                return std::uint64_t{generation} << 32 | i;
            }
        }
        return {};
    }
    /// Returns nothing for a handle that is not open.
    [[nodiscard]] constexpr auto find(wire::device_number handle) -> device_handle* {
        auto const is_open = handle.low < Size and handle.high != 0 and places_[handle.low].generation == handle.high;
        return is_open ? &places_[handle.low] : nullptr;
    }
    /// Calls f(handle) for each open file.
    constexpr auto for_each(auto&& f) -> void {
        for (auto& each : places_) {
            if (each.generation != 0) {
                f(each);
            }
        }
    }
};

} // namespace rpmsg::detail
