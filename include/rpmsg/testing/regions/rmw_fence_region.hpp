#pragma once

#include <rpmsg/platform/mapped_region.hpp>

#include <cstdint>

namespace rpmsg::testing {

/// A mapped region whose fences are read-modify-writes of one word, because ThreadSanitizer does not support fences. For
/// threads of one process.
template <typename Memory = memory_at> class rmw_fence_region : public mapped_region<Memory> {
    static inline std::uint32_t fence_word = 0;

  public:
    using mapped_region<Memory>::mapped_region;

    template <site> auto fence() -> void { __atomic_fetch_add(&fence_word, 1u, __ATOMIC_ACQ_REL); }
};
static_assert(region<rmw_fence_region<>>);

} // namespace rpmsg::testing
