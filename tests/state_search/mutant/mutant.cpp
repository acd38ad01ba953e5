// One seeded bug: this file is compiled against headers of which one was changed, with another name for the library's
// namespace. mutants.cmake defines the change and the world in which it is searched.
#include "../dispatch.hpp"
#include "../dma_way.hpp"
#include "../groups.hpp"
#include "../hooks.hpp"
#include "../seeded.hpp"
#include "../worlds.hpp"

namespace rpmsg::searched {
namespace dialects = wire::dialects;
template <typename Tables> inline constexpr maker plain = make<rings<small(dialects::rpmsg, 4)>, Tables>;
template <typename Tables> inline constexpr maker tight = make<rings<small(dialects::rpmsg, 2)>, Tables>;
template <typename Tables> inline constexpr maker by_dma = make<rings<small(dialects::rpmsg, 4)>, Tables, dma_way>;
template <typename Tables> inline constexpr maker openamp = make<rings<small(dialects::openamp, 4)>, Tables>;
template <std::uint32_t Sessions>
inline constexpr small_maker listening = make_small<groups<small(dialects::rpmsg, 4), Sessions, remote>>;
template <std::uint32_t Sessions>
inline constexpr small_maker unacknowledged = make_small<groups<small(dialects::openamp, 4), Sessions, remote>>;
template <answering How> inline constexpr small_maker hooked = make_small<hooks<small(dialects::rpmsg, 4), How>>;
template <template <dispatch_config> typename Workers, dispatch_config How = dispatch_config{.look_ahead = 3, .quota = 2}>
inline constexpr small_maker dispatched_by = make_small<dispatching<small(dialects::rpmsg, 4), Workers<How>>>;

namespace {
[[maybe_unused]] auto const is_seeded = seed({SEEDED_NAME, SEEDED_FAULT, SEEDED_WORLD});
}
} // namespace rpmsg::searched
