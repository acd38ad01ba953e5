// One seeded bug: this is compiled against headers of which one was changed, under another name of the library's namespace.
// mutants.cmake says which, and in which world it is looked for.
#include "../seeded.hpp"
#include "../worlds.hpp"

namespace rpmsg::searched {
namespace dialects = wire::dialects;
template <typename Tables> inline constexpr maker plain = make<rings<small(dialects::rpmsg, 4)>, Tables>;
template <typename Tables> inline constexpr maker events = make<rings<small(dialects::rpmsg, 4, 1, true)>, Tables>;
template <typename Tables> inline constexpr maker linux_virtio = make<rings<small(dialects::linux_virtio, 4)>, Tables>;
template <typename Tables> inline constexpr maker openamp = make<rings<small(dialects::openamp, 4)>, Tables>;
template <typename Tables> inline constexpr maker batches = make<rings<small(dialects::openamp, 4, 2)>, Tables>;

namespace {
[[maybe_unused]] auto const is_seeded = seed({SEEDED_NAME, SEEDED_FAULT, SEEDED_WORLD});
}
} // namespace rpmsg::searched
