#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/expects.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/testing/regions/noncoherent_cache.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::testing {

/// A region over the cache of one side, or over the memory itself: a debugger, a DMA, a peer that the test simulates.
template <std::uint32_t Size, std::uint32_t Line> class noncoherent_region {
    noncoherent_memory<Size, Line>* memory_;
    noncoherent_cache<Size, Line>* cache_{};

  public:
    static constexpr std::uint32_t line = Line;

    constexpr noncoherent_region(noncoherent_cache<Size, Line>& cache) : memory_{&cache.memory()}, cache_{&cache} {}
    constexpr noncoherent_region(noncoherent_memory<Size, Line>& memory) : memory_{&memory} {}

    [[nodiscard]] constexpr auto size() const -> std::uint32_t { return Size; }

    template <site, typename T> [[nodiscard]] constexpr auto load(std::uint32_t offset) -> T {
        expects(offset % sizeof(T) == 0 and lies_inside(offset, sizeof(T), Size));
        return rpmsg::load<T>(cache_ != nullptr ? cache_->read(offset, sizeof(T)) : const_bytes{view(offset, sizeof(T))});
    }
    template <site, typename T> constexpr auto store(std::uint32_t offset, T value) -> void {
        expects(offset % sizeof(T) == 0 and lies_inside(offset, sizeof(T), Size));
        auto content = std::array<std::byte, sizeof(T)>{};
        rpmsg::store(content, value);
        if (cache_ != nullptr) {
            cache_->write(offset, content);
        } else {
            copy(content, view(offset, sizeof(T)));
            memory_->writers[offset / Line] = memory_;
        }
    }
    template <site> constexpr auto fence() -> void {}

    [[nodiscard]] constexpr auto view(std::uint32_t offset, std::uint32_t size) -> bytes {
        if (not lies_inside(offset, size, Size)) {
            return {};
        }
        return cache_ != nullptr ? cache_->view(offset, size) : bytes{memory_->content}.subspan(offset, size);
    }
    constexpr auto clean(std::uint32_t offset, std::uint32_t size) -> void {
        cache_ != nullptr ? cache_->clean(offset, size) : void();
    }
    constexpr auto invalidate(std::uint32_t offset, std::uint32_t size) -> void {
        cache_ != nullptr ? cache_->invalidate(offset, size) : void();
    }
};
static_assert(region<noncoherent_region<128, 32>>);

} // namespace rpmsg::testing
