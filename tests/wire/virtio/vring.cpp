#include <rpmsg/wire/virtio/vring.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>

namespace {
using namespace rpmsg::wire;

constexpr auto used_at(std::uint32_t count, std::uint32_t alignment, bool used_event_word = true) -> std::uint32_t {
    return place_vring(0, count, alignment, used_event_word).used;
}

/// needs_doorbell said in words: the peer's event lies among the entries that we just published.
constexpr auto lies_in_window(std::uint16_t event, std::uint16_t now, std::uint16_t before) -> bool {
    for (auto at = before; at != now; ++at) {
        if (at == event) {
            return true;
        }
    }
    return false;
}

consteval auto agrees_around(std::uint16_t start) -> bool {
    for (std::uint16_t step = 0; step < 6; ++step) {
        for (std::uint16_t event = 0; event < 12; ++event) {
            auto const now = static_cast<std::uint16_t>(start + step);
            auto const at = static_cast<std::uint16_t>(start - 3 + event);
            if (needs_doorbell(at, now, start) != lies_in_window(at, now, start)) {
                return false;
            }
        }
    }
    return true;
}
} // namespace

TEST_CASE("the used ring lies where Linux and OpenAMP look for it") {
    STATIC_REQUIRE(used_at(2, 16) == 48);
    STATIC_REQUIRE(used_at(4, 16) == 80);
    STATIC_REQUIRE(used_at(8, 16) == 160);
    STATIC_REQUIRE(used_at(16, 16) == 304);
    STATIC_REQUIRE(used_at(32, 16) == 592);
    STATIC_REQUIRE(used_at(64, 16) == 1168);
    STATIC_REQUIRE(used_at(128, 16) == 2320);
    STATIC_REQUIRE(used_at(256, 16) == 4624);
    STATIC_REQUIRE(used_at(128, 4096) == 4096);
    STATIC_REQUIRE(used_at(256, 4096) == 8192);
}

TEST_CASE("rpmsg-lite leaves out the used_event word, which shows at small alignments") {
    STATIC_REQUIRE(used_at(4, 4) == 80);
    STATIC_REQUIRE(used_at(4, 4, false) == 76);
    STATIC_REQUIRE(used_at(16, 4, false) == 292);
    STATIC_REQUIRE(used_at(256, 4) == 4616);
    STATIC_REQUIRE(used_at(256, 4, false) == 4612);
    STATIC_REQUIRE(used_at(2, 8) == 48);
    STATIC_REQUIRE(used_at(2, 8, false) == 40);
    STATIC_REQUIRE(used_at(4, 8, false) == used_at(4, 8));
    STATIC_REQUIRE(used_at(256, 16, false) == used_at(256, 16));
}

TEST_CASE("absolute addresses are rounded, as in NuttX's simulator") {
    constexpr auto ring = place_vring(131532, 8, 8);
    STATIC_REQUIRE(ring.available == 131532 + 128);
    STATIC_REQUIRE(ring.used == 131532 + 156);
    STATIC_REQUIRE(end_of_vring(ring, 8) == 131532 + 156 + 6 + 64);
}

TEST_CASE("a doorbell is due when the event lies among what was published") {
    STATIC_REQUIRE(agrees_around(0));
    STATIC_REQUIRE(agrees_around(100));
    STATIC_REQUIRE(agrees_around(0x8000));
    STATIC_REQUIRE(agrees_around(0xfffd));
}

TEST_CASE("descriptors and used entries lie on the wire as virtio says") {
    constexpr auto d = descriptor{.address = 0x0807'0605'0403'0201, .length = 0x0c0b'0a09, .flags = 0x0e0d, .next = 0x100f};
    constexpr auto raw = std::bit_cast<std::array<std::uint8_t, 16>>(d);
    STATIC_REQUIRE(raw == std::array<std::uint8_t, 16>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
    constexpr auto used = std::bit_cast<std::array<std::uint8_t, 8>>(used_entry{.id = 3, .length = 512});
    STATIC_REQUIRE(used == std::array<std::uint8_t, 8>{3, 0, 0, 0, 0, 2, 0, 0});
}
