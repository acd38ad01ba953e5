#pragma once

#include <rpmsg/platform/mapped_region.hpp>

#include <atomic>

/// The production region with a fence that is a read-modify-write, which the thread sanitizer supports.
struct thread_region : rpmsg::mapped_region<> {
    static inline std::atomic<int> dummy{};
    using mapped_region::mapped_region;
    template <rpmsg::site> auto fence() -> void { dummy.fetch_add(0, std::memory_order_seq_cst); }
};
