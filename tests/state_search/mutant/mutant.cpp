// One seeded bug: this file is compiled against headers of which one was changed, with another name for the library's
// namespace. mutants.cmake defines the change and the world in which it is searched.
#include "../dma_way.hpp"
#include "../seeded.hpp"
#include "../worlds.hpp"

namespace rpmsg::searched {
namespace dialects = wire::dialects;
template <typename Tables> inline constexpr maker plain = make<rings<small(dialects::rpmsg, 4)>, Tables>;
template <typename Tables> inline constexpr maker tight = make<rings<small(dialects::rpmsg, 2)>, Tables>;
template <typename Tables> inline constexpr maker by_dma = make<rings<small(dialects::rpmsg, 4)>, Tables, dma_way>;
template <typename Tables> inline constexpr maker openamp = make<rings<small(dialects::openamp, 4)>, Tables>;

namespace {
[[maybe_unused]] auto const is_seeded = seed({SEEDED_NAME, SEEDED_FAULT, SEEDED_WORLD});
}
} // namespace rpmsg::searched
