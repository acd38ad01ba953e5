#include <rpmsg/transport/vring/config.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>

namespace {
using namespace rpmsg;

constexpr auto base = vring_config{.buffers = 8, .buffer_size = 512, .alignment = 16};

/// Changes each field on which both sides must agree, one at a time.
consteval auto all_disagreements_show() -> bool {
    auto changed = std::array<vring_config, 9>{base, base, base, base, base, base, base, base, base};
    changed[0].buffers = 16;
    changed[1].buffer_size = 256;
    changed[2].host_to_remote = 256;
    changed[3].remote_to_host = 256;
    changed[4].alignment = 32;
    changed[5].event_index = true;
    changed[6].device_base = 0x8000'0000;
    changed[7].host_to_remote_buffers = 4;
    changed[8].remote_to_host_buffers = 4;
    for (auto const& one : changed) {
        for (auto const& other : changed) {
            if (&one != &other and one.fingerprint() == other.fingerprint()) {
                return false;
            }
        }
        if (one.fingerprint() == base.fingerprint()) {
            return false;
        }
    }
    return true;
}

consteval auto with_local_choices() -> std::uint32_t {
    auto own = base;
    own.batch = 4;
    own.retry_ticks = 7;
    return own.fingerprint();
}
} // namespace

TEST_CASE("a buffer size per direction falls back to the common one") {
    constexpr auto one_way = vring_config{.buffer_size = 512, .remote_to_host = 64};
    STATIC_REQUIRE(one_way.size_of(0) == 64);
    STATIC_REQUIRE(one_way.size_of(1) == 512);
}

TEST_CASE("a count of buffers per direction falls back to the common one") {
    constexpr auto one_way = vring_config{.buffers = 8, .remote_to_host_buffers = 2};
    STATIC_REQUIRE(one_way.count_of(0) == 2);
    STATIC_REQUIRE(one_way.count_of(1) == 8);
    STATIC_REQUIRE(one_way.has_two_counts());
    STATIC_REQUIRE(one_way.most_buffers() == 8);
    STATIC_REQUIRE(one_way.least_buffers() == 2);
    STATIC_REQUIRE_FALSE(base.has_two_counts());
}

TEST_CASE("counts that are given per direction and equal are those of a common count") {
    constexpr auto apart =
        vring_config{.buffers = 2, .host_to_remote_buffers = 8, .remote_to_host_buffers = 8, .alignment = 16};
    STATIC_REQUIRE_FALSE(apart.has_two_counts());
    STATIC_REQUIRE(apart.fingerprint() == base.fingerprint());
}

TEST_CASE("the fingerprint differs with every field that both sides must agree on") {
    STATIC_REQUIRE(all_disagreements_show());
}

TEST_CASE("the fingerprint does not depend on what each side may choose") {
    STATIC_REQUIRE(with_local_choices() == base.fingerprint());
}

TEST_CASE("swapped directions do not look alike") {
    constexpr auto forth = vring_config{.host_to_remote = 64, .remote_to_host = 128};
    constexpr auto back = vring_config{.host_to_remote = 128, .remote_to_host = 64};
    STATIC_REQUIRE(forth.fingerprint() != back.fingerprint());
}
