#pragma once

#include <rpmsg/platform/lock.hpp>

namespace rpmsg {

/// A lock that lives elsewhere: one std::mutex for a channel on a host, one lock for two links on one core.
template <typename Lock> class lock_ref {
    static_assert(lock_policy<Lock>);
    Lock* lock_;

  public:
    constexpr lock_ref(Lock& lock) : lock_{&lock} {}
    constexpr auto lock() -> void { lock_->lock(); }
    constexpr auto unlock() -> void { lock_->unlock(); }
};

} // namespace rpmsg
