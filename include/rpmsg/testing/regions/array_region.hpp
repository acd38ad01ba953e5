#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/region.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::testing {

/// The memory that two array regions share, inside one program or one constant expression.
template <std::uint32_t Size> struct array_memory { alignas(64) std::array<std::byte, Size> content{}; };

/// A region over an array. It works in constant evaluation, so that a message exchange over the rings of production can be a
/// static_assert. For one thread.
template <std::uint32_t Size> class array_region {
    array_memory<Size>* memory_;

  public:
    static constexpr std::uint32_t line = 1;

    constexpr array_region(array_memory<Size>& memory) : memory_{&memory} {}

    [[nodiscard]] constexpr auto size() const -> std::uint32_t { return Size; }

    template <site, typename T> [[nodiscard]] constexpr auto load(std::uint32_t offset) -> T {
        expects(offset % sizeof(T) == 0 and lies_inside(offset, sizeof(T), Size));
        return rpmsg::load<T>(const_bytes{memory_->content}.subspan(offset, sizeof(T)));
    }
    template <site, typename T> constexpr auto store(std::uint32_t offset, T value) -> void {
        expects(offset % sizeof(T) == 0 and lies_inside(offset, sizeof(T), Size));
        rpmsg::store(bytes{memory_->content}.subspan(offset, sizeof(T)), value);
    }
    template <site> constexpr auto fence() -> void {}

    [[nodiscard]] constexpr auto view(std::uint32_t offset, std::uint32_t size) -> bytes {
        return lies_inside(offset, size, Size) ? bytes{memory_->content}.subspan(offset, size) : bytes{};
    }
    constexpr auto clean(std::uint32_t offset, std::uint32_t size) -> void { expects(lies_inside(offset, size, Size)); }
    constexpr auto invalidate(std::uint32_t offset, std::uint32_t size) -> void { expects(lies_inside(offset, size, Size)); }
};
static_assert(region<array_region<64>>);

} // namespace rpmsg::testing
