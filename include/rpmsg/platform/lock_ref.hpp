#pragma once

#include <rpmsg/platform/lock.hpp>

namespace rpmsg {

/// Refers to a lock that is stored elsewhere: one std::mutex for a channel on a host, one lock for two links on one core.
template <typename Lock> class lock_ref {
    static_assert(lock_policy<Lock>, "a lock has lock() and unlock(), or unlock(what lock() answered)");
    Lock* lock_;

  public:
    constexpr lock_ref(Lock& lock) : lock_{&lock} {}
    constexpr auto lock() { return lock_->lock(); }
    constexpr auto unlock(auto&&... found) -> void { lock_->unlock(static_cast<decltype(found)&&>(found)...); }
};

} // namespace rpmsg
