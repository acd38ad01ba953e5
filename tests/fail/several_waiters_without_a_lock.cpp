// EXPECT: several contexts get their flags one after the other: name a lock that excludes them from each other
#include <rpmsg/platform/wait.hpp>

struct stopped_clock {
    auto now() -> rpmsg::ticks { return 0; }
};
struct two_flags {
    static constexpr std::uint32_t count = 2;
    auto set() -> void {}
    auto take(std::uint32_t, rpmsg::ticks) -> bool { return true; }
    auto context() -> std::uintptr_t { return 1; }
};
auto flags = two_flags{};
auto waiting = rpmsg::event_flags_wait{stopped_clock{}, flags};
