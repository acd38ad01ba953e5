#include <rpmsg/transport/vring/handshake/word_access.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <cstdint>

namespace {

using rpmsg::vring_config;
namespace dialects = rpmsg::wire::dialects;

constexpr auto by_epochs = vring_config{.buffers = 2, .buffer_size = 64};
constexpr auto by_boot_words = vring_config{.buffers = 2, .buffer_size = 64, .dialect = dialects::openvela};

template <typename Words, vring_config Config>
constexpr auto a_word_is_found_where_it_was_written(std::uint32_t block) -> bool {
    auto shared = two_sides<Config>{};
    auto memory = typename two_sides<Config>::region{shared.memory};
    constexpr auto layout = rpmsg::vring_layout<Config>{};
    Words::write(memory, layout, 8, 0x1234'5678);
    check(Words::read(memory, layout, 8) == 0x1234'5678 and Words::read(memory, layout, 4) == 0);
    check(shared.template at<std::uint32_t>(block + 8) == 0x1234'5678);
    return true;
}

TEST_CASE("A word of either handshake is found where it was written") {
    STATIC_REQUIRE(a_word_is_found_where_it_was_written<rpmsg::detail::control_words, by_epochs>(
        rpmsg::vring_layout<by_epochs>::control()));
    STATIC_REQUIRE(a_word_is_found_where_it_was_written<rpmsg::detail::boot_words, by_boot_words>(
        rpmsg::vring_layout<by_boot_words>::boot()));
}

} // namespace
