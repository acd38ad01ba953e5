#include <rpmsg/core/atomic_word.hpp>

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <limits>

using rpmsg::detail::atomic_load;
using rpmsg::detail::atomic_store;

// What becomes of them on a core without atomic read-modify-writes runs in the emulator (tests/firmware).
TEMPLATE_TEST_CASE("a word of each size is stored and loaded whole, in each order", "", std::uint8_t, std::uint16_t,
                   std::uint32_t) {
    constexpr auto all = std::numeric_limits<TestType>::max();
    TestType words[] = {1, 2, 3};
    atomic_store<__ATOMIC_RELAXED>(words[1], all);
    CHECK(atomic_load<__ATOMIC_RELAXED>(words[1]) == all);
    atomic_store<__ATOMIC_RELEASE>(words[1], 7);
    CHECK(atomic_load<__ATOMIC_ACQUIRE>(words[1]) == 7);
    CHECK((words[0] == 1 and words[2] == 3));
}
