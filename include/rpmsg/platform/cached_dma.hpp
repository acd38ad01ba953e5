#pragma once

#include <rpmsg/platform/cache.hpp>
#include <rpmsg/platform/dma.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg {

/// A DMA channel beside a cache that it does not snoop. `Cache` is the policy of the region. The source is cleaned before the
/// channel reads it. The target is cleaned before, so that no line is written back over the new data, and invalidated at the
/// end, because the core still has its lines or fetched them meanwhile. Nothing else may write to the first and last line of
/// the target until then: in a transmit buffer nothing does.
template <dma_channel Dma, cache_policy Cache> class cached_dma {
    [[no_unique_address]] Dma dma_;
    [[no_unique_address]] Cache cache_;
    std::uintptr_t target_{};
    std::uint32_t size_{}; ///< of the target while its lines are not invalidated yet

    [[nodiscard]] static auto address_of(std::byte const* start) -> std::uintptr_t {
        return reinterpret_cast<std::uintptr_t>(start);
    }

  public:
    static constexpr std::uint32_t line = Cache::line;

    constexpr explicit cached_dma(Dma dma = {}, Cache cache = {}) : dma_{std::move(dma)}, cache_{std::move(cache)} {}

    auto start(const_bytes source, bytes target) -> dma_start {
        auto const size = static_cast<std::uint32_t>(source.size());
        if (dma_.progress() == dma_progress::running) {
            return dma_start::busy;
        }
        cache_.clean(address_of(source.data()), size);
        cache_.clean(address_of(target.data()), size);
        auto const outcome = dma_.start(source, target);
        if (outcome == dma_start::started) {
            target_ = address_of(target.data());
            size_ = size;
        }
        return outcome;
    }
    auto progress() -> dma_progress {
        auto const state = dma_.progress();
        if (state != dma_progress::running and size_ != 0) {
            cache_.invalidate(target_, std::exchange(size_, 0u));
        }
        return state;
    }
    auto abort() -> bool {
        auto const is_stopped = dma_.abort();
        if (is_stopped and size_ != 0) {
            cache_.invalidate(target_, std::exchange(size_, 0u));
        }
        return is_stopped;
    }
};
static_assert(dma_channel<cached_dma<archetypes::dma_channel, coherent>>);

} // namespace rpmsg
