// EXPECT: this core has no atomic addition: name a lock that masks the interrupts that wake
#include <rpmsg/platform/wait.hpp>

struct stopped_clock {
    auto now() -> rpmsg::ticks { return 0; }
};
auto waiting = rpmsg::spin_wait<stopped_clock, rpmsg::relax, rpmsg::same_context, rpmsg::no_lock, false>{};
