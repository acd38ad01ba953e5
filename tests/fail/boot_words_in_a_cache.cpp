// EXPECT: this dialect needs memory that is not cached
#include <rpmsg/rpmsg.hpp>

// The words of both sides would lie in one line: whoever writes his back destroys the other's.
struct lines_of_64 {
    static constexpr std::uint32_t line = 64;
    static auto clean_line(std::uintptr_t) -> void {}
    static auto invalidate_line(std::uintptr_t) -> void {}
    static auto finish() -> void {}
};
constexpr auto rings = rpmsg::vring_config{.dialect = rpmsg::wire::dialects::nuttx};
using cached = rpmsg::mapped_region<rpmsg::memory_at, rpmsg::by_line<lines_of_64>>;
auto ring = rpmsg::vring_device<rings, cached>{cached{nullptr, 0}};
