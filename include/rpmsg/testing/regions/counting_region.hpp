#pragma once

#include <rpmsg/core/expects.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/platform/region.hpp>
#include <rpmsg/testing/explorer/site_name.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::testing {

/// Counts accesses to shared memory, and detects a field writable by the peer that is loaded twice for one decision: the peer
/// may change it in between, so that the checked value is not the used one.
///
/// A decision is one call of a transport: call `begin_decision` before each. Within a call a publish (the store of the own
/// index) ends a decision, because the next buffer follows, and so does a step of the handshake (its restart fence). After an
/// arm fence a ring index may be loaded again, which is the purpose of the fence.
class access_counts {
    using per_site = std::array<std::uint32_t, static_cast<std::size_t>(site::count_)>;
    struct fetch {
        site where;
        std::uint32_t offset;
    };

    per_site loads_{};
    per_site stores_{};
    per_site fences_{};
    std::array<fetch, 128> fetched_{};
    std::size_t fetched_count_{};
    bool looks_again_{};
    bool traps_{};
    std::uint32_t total_loads_{};
    std::uint32_t total_stores_{};
    std::uint32_t views_{};
    std::uint32_t cleans_{};
    std::uint32_t invalidates_{};
    std::uint32_t double_fetches_{};
    site double_fetched_ = site::count_;

    static constexpr auto at(auto& counts, site where) -> auto& { return counts[static_cast<std::size_t>(where)]; }

    constexpr auto note_fetch(fetch const& now) -> void {
        if (not loads_from_peer(now.where) or (looks_again_ and now.where == site::peer_index)) {
            return;
        }
        for (std::size_t i = 0; i < fetched_count_; ++i) {
            if (fetched_[i].where == now.where and fetched_[i].offset == now.offset) {
                expects(not traps_);
                ++double_fetches_;
                double_fetched_ = now.where;
                return;
            }
        }
        if (fetched_count_ < fetched_.size()) {
            fetched_[fetched_count_++] = now;
        }
    }

  public:
    /// With `traps` a second load ends the program, and in constant evaluation the compilation.
    constexpr explicit access_counts(bool traps = false) : traps_{traps} {}

    constexpr auto begin_decision() -> void {
        fetched_count_ = 0;
        looks_again_ = false;
    }
    /// Resets all counts to 0.
    constexpr auto clear() -> void { *this = access_counts{traps_}; }

    constexpr auto note_load(site where, std::uint32_t offset) -> void {
        ++at(loads_, where);
        ++total_loads_;
        note_fetch({where, offset});
    }
    constexpr auto note_store(site where) -> void {
        ++at(stores_, where);
        ++total_stores_;
        if (where == site::own_index) {
            begin_decision();
        }
    }
    constexpr auto note_fence(site where) -> void {
        ++at(fences_, where);
        if (where == site::restart_fence) {
            begin_decision();
        } else if (where == site::arm_fence) {
            looks_again_ = true;
        }
    }
    constexpr auto note_view() -> void { ++views_; }
    constexpr auto note_clean() -> void { ++cleans_; }
    constexpr auto note_invalidate() -> void { ++invalidates_; }

    [[nodiscard]] constexpr auto loads(site where) const -> std::uint32_t { return at(loads_, where); }
    [[nodiscard]] constexpr auto stores(site where) const -> std::uint32_t { return at(stores_, where); }
    [[nodiscard]] constexpr auto fences(site where) const -> std::uint32_t { return at(fences_, where); }
    [[nodiscard]] constexpr auto loads() const -> std::uint32_t { return total_loads_; }
    [[nodiscard]] constexpr auto stores() const -> std::uint32_t { return total_stores_; }
    [[nodiscard]] constexpr auto views() const -> std::uint32_t { return views_; }
    [[nodiscard]] constexpr auto cleans() const -> std::uint32_t { return cleans_; }
    [[nodiscard]] constexpr auto invalidates() const -> std::uint32_t { return invalidates_; }
    /// Return the number of second loads, and the site of the last one.
    [[nodiscard]] constexpr auto double_fetches() const -> std::uint32_t { return double_fetches_; }
    [[nodiscard]] constexpr auto double_fetched() const -> site { return double_fetched_; }
};

/// A region that counts every access and passes it on.
template <region Region> class counting_region {
    Region region_;
    access_counts* counts_;

  public:
    static constexpr std::uint32_t line = 1;

    constexpr counting_region(Region region, access_counts& counts) : region_{region}, counts_{&counts} {}

    [[nodiscard]] constexpr auto size() const -> std::uint32_t { return region_.size(); }

    template <site Site, typename T> [[nodiscard]] constexpr auto load(std::uint32_t offset) -> T {
        counts_->note_load(Site, offset);
        return region_.template load<Site, T>(offset);
    }
    template <site Site, typename T> constexpr auto store(std::uint32_t offset, T value) -> void {
        counts_->note_store(Site);
        region_.template store<Site>(offset, value);
    }
    template <site Site> constexpr auto fence() -> void {
        counts_->note_fence(Site);
        region_.template fence<Site>();
    }

    [[nodiscard]] constexpr auto view(std::uint32_t offset, std::uint32_t size) -> bytes {
        counts_->note_view();
        return region_.view(offset, size);
    }
    constexpr auto clean(std::uint32_t offset, std::uint32_t size) -> void {
        counts_->note_clean();
        region_.clean(offset, size);
    }
    constexpr auto invalidate(std::uint32_t offset, std::uint32_t size) -> void {
        counts_->note_invalidate();
        region_.invalidate(offset, size);
    }
};
static_assert(region<counting_region<mapped_region<>>>);

} // namespace rpmsg::testing
