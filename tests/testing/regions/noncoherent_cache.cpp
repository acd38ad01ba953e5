#include <rpmsg/testing/regions/noncoherent_cache.hpp>
#include <rpmsg/testing/regions/noncoherent_region.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;

using memory_of_two_lines = testing::noncoherent_memory<128, 64>;
using cache_of_two_lines = testing::noncoherent_cache<128, 64>;
using side_of_two_lines = testing::noncoherent_region<128, 64>;

/// Two cores, and somebody who sees the memory itself.
struct two_cores {
    memory_of_two_lines memory{};
    cache_of_two_lines near_cache{memory};
    cache_of_two_lines far_cache{memory};
    side_of_two_lines near{near_cache};
    side_of_two_lines far{far_cache};
    side_of_two_lines debugger{memory};
};

constexpr auto write(auto& side, std::uint32_t offset, std::uint32_t value) -> void {
    side.template store<site::header_store>(offset, value);
}
constexpr auto read(auto& side, std::uint32_t offset) -> std::uint32_t {
    return side.template load<site::header_load, std::uint32_t>(offset);
}

/// What the memory has to say after a play of the two.
constexpr auto complaint_after(auto play) -> std::string_view {
    auto cores = two_cores{};
    play(cores);
    return cores.memory.complaint;
}
constexpr auto place_of_complaint_after(auto play) -> std::uint32_t {
    auto cores = two_cores{};
    play(cores);
    return cores.memory.complained_at;
}
constexpr auto content_after(auto play, std::uint32_t offset) -> std::uint32_t {
    auto cores = two_cores{};
    play(cores);
    return read(cores.debugger, offset);
}

constexpr auto hand_over = [](two_cores& cores) {
    cores.far.invalidate(64, 4);
    (void)read(cores.far, 64); // a line that it holds from before
    write(cores.near, 64, 7);
    cores.near.clean(64, 4);
    cores.far.invalidate(64, 4);
    (void)read(cores.far, 64);
};
constexpr auto read_without_invalidate = [](two_cores& cores) {
    (void)read(cores.far, 64);
    write(cores.near, 64, 7);
    cores.near.clean(64, 4);
    (void)read(cores.far, 64);
};
constexpr auto both_write_one_line = [](two_cores& cores) {
    write(cores.near, 0, 1);
    (void)read(cores.far, 32);
    cores.near.clean(0, 4);
    write(cores.far, 32, 2);
    cores.far.clean(32, 4);
};
constexpr auto both_write_at_once = [](two_cores& cores) {
    write(cores.near, 0, 1);
    write(cores.far, 32, 2);
    cores.near.clean(0, 4);
};
constexpr auto reach_into_the_lines_of_the_peer = [](two_cores& cores) {
    write(cores.near, 64, 1);
    cores.far.invalidate(60, 8);
};
constexpr auto invalidate_what_was_written = [](two_cores& cores) {
    write(cores.near, 0, 1);
    cores.near.invalidate(64, 4);
    cores.near.invalidate(0, 4);
};
constexpr auto invalidate_what_was_written_through_a_view = [](two_cores& cores) {
    cores.near.view(0, 8)[4] = std::byte{1};
    cores.near.invalidate(0, 4);
};
constexpr auto clean_what_the_peer_wrote = [](two_cores& cores) {
    write(cores.near, 0, 1);
    cores.near.clean(0, 4);
    cores.far.clean(0, 4);
};
constexpr auto clean_what_was_written_by_hand = [](two_cores& cores) {
    write(cores.debugger, 0, 1);
    cores.far.clean(0, 4);
};
constexpr auto rewrite_what_the_peer_has_scribbled_on = [](two_cores& cores) {
    (void)read(cores.near, 0);
    cores.near.view(4, 4)[0] = std::byte{};
    write(cores.debugger, 0, 0xffff'ffff);
    write(cores.debugger, 4, 0xffff'ffff);
    write(cores.near, 0, 0);
    cores.near.clean(0, 8);
};
constexpr auto evict_what_was_written = [](two_cores& cores) {
    write(cores.near, 0, 1);
    cores.near_cache.evict_all();
    cores.near.invalidate(0, 4);
};
constexpr auto restart_before_a_clean = [](two_cores& cores) {
    write(cores.near, 0, 1);
    cores.near_cache.restart();
    cores.near.invalidate(0, 4);
};
constexpr auto restart_and_read = [](two_cores& cores) {
    (void)read(cores.near, 0);
    write(cores.debugger, 0, 1);
    cores.near_cache.restart();
    (void)read(cores.near, 0);
};
} // namespace

TEST_CASE("who cleans what it wrote and invalidates before it reads hears no complaint") {
    STATIC_REQUIRE(complaint_after(hand_over) == "");
    STATIC_REQUIRE(content_after(hand_over, 64) == 7);
}

TEST_CASE("reading what the peer has written since is a complaint") {
    STATIC_REQUIRE(complaint_after(read_without_invalidate) == "stale data was read");
    STATIC_REQUIRE(place_of_complaint_after(read_without_invalidate) == 64);
}

TEST_CASE("a line that both sides write is a complaint") {
    STATIC_REQUIRE(complaint_after(both_write_one_line) == "a line was written back over newer data of the peer");
    STATIC_REQUIRE(complaint_after(both_write_at_once) == "a range reached into a line that the peer is writing");
}

TEST_CASE("a range that reaches into a line that the peer is writing is a complaint") {
    STATIC_REQUIRE(complaint_after(reach_into_the_lines_of_the_peer) == "a range reached into a line that the peer is writing");
    STATIC_REQUIRE(place_of_complaint_after(reach_into_the_lines_of_the_peer) == 64);
}

TEST_CASE("invalidating a line with unsaved writes is a complaint") {
    STATIC_REQUIRE(complaint_after(invalidate_what_was_written) == "a line with unsaved writes was invalidated");
    STATIC_REQUIRE(complaint_after(invalidate_what_was_written_through_a_view) == "a line with unsaved writes was invalidated");
}

TEST_CASE("cleaning what only the peer has written is a complaint") {
    STATIC_REQUIRE(complaint_after(clean_what_the_peer_wrote) ==
                   "a line that only the peer writes was cleaned: the wrong side");
    STATIC_REQUIRE(complaint_after(clean_what_was_written_by_hand) ==
                   "a line that only the peer writes was cleaned: the wrong side");
}

TEST_CASE("what was written anew, or lent to be, goes over whatever the peer left there") {
    STATIC_REQUIRE(complaint_after(rewrite_what_the_peer_has_scribbled_on) == "");
    STATIC_REQUIRE(content_after(rewrite_what_the_peer_has_scribbled_on, 0) == 0);
    STATIC_REQUIRE(content_after(rewrite_what_the_peer_has_scribbled_on, 4) == 0);
}

TEST_CASE("a cache may write back what was not cleaned; a reset loses it and keeps what was fetched") {
    STATIC_REQUIRE(complaint_after(evict_what_was_written) == "");
    STATIC_REQUIRE(content_after(evict_what_was_written, 0) == 1);
    STATIC_REQUIRE(complaint_after(restart_before_a_clean) == "");
    STATIC_REQUIRE(content_after(restart_before_a_clean, 0) == 0);
    STATIC_REQUIRE(complaint_after(restart_and_read) == "stale data was read");
}
