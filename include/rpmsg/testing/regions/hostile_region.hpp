#pragma once

#include <rpmsg/core/expects.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/platform/region.hpp>

#include <concepts>
#include <cstdint>

namespace rpmsg::testing {

/// The kinds of accesses that a script observes.
enum class access_kind : std::uint8_t { load, store, fence, view };

/// The next access of the library to shared memory. A view has no site, a fence no offset.
struct memory_access {
    access_kind kind{};
    site where = site::count_;
    std::uint32_t offset{};
    std::uint32_t size{};
};

/// A hostile peer: script(memory_access) is called before each access of this side and may change the memory. So everything
/// between two loads of the library can change.
template <typename T>
concept hostile_script = std::invocable<T&, memory_access const&>;

/// A region in which a script acts as the peer. It traps on every access outside of the region and on every misaligned one,
/// which the regions of production do not check.
template <region Region, hostile_script Script> class hostile_region {
    Region region_;
    Script* script_;

    template <typename T> constexpr auto announce(access_kind kind, site where, std::uint32_t offset) -> void {
        expects(offset % sizeof(T) == 0 and lies_inside(offset, sizeof(T), region_.size()));
        (*script_)(memory_access{.kind = kind, .where = where, .offset = offset, .size = sizeof(T)});
    }

  public:
    static constexpr std::uint32_t line = 1;

    constexpr hostile_region(Region region, Script& script) : region_{region}, script_{&script} {}

    [[nodiscard]] constexpr auto size() const -> std::uint32_t { return region_.size(); }

    template <site Site, typename T> [[nodiscard]] constexpr auto load(std::uint32_t offset) -> T {
        announce<T>(access_kind::load, Site, offset);
        return region_.template load<Site, T>(offset);
    }
    template <site Site, typename T> constexpr auto store(std::uint32_t offset, T value) -> void {
        announce<T>(access_kind::store, Site, offset);
        region_.template store<Site>(offset, value);
    }
    template <site Site> constexpr auto fence() -> void {
        (*script_)(memory_access{.kind = access_kind::fence, .where = Site});
        region_.template fence<Site>();
    }

    [[nodiscard]] constexpr auto view(std::uint32_t offset, std::uint32_t size) -> bytes {
        (*script_)(memory_access{.kind = access_kind::view, .offset = offset, .size = size});
        return region_.view(offset, size);
    }
    constexpr auto clean(std::uint32_t offset, std::uint32_t size) -> void {
        expects(lies_inside(offset, size, region_.size()));
        region_.clean(offset, size);
    }
    constexpr auto invalidate(std::uint32_t offset, std::uint32_t size) -> void {
        expects(lies_inside(offset, size, region_.size()));
        region_.invalidate(offset, size);
    }
};

namespace archetypes {
struct hostile_script {
    auto operator()(memory_access const&) -> void;
};
} // namespace archetypes
static_assert(region<hostile_region<mapped_region<>, archetypes::hostile_script>>);

} // namespace rpmsg::testing
