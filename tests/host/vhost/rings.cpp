#include <rpmsg/host/vhost/rings.hpp>
#include <rpmsg/transport/vring_device.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

using rpmsg::host::vhost_rings;

namespace {
struct pair {
    std::array<int, 2> ends{-1, -1};
    pair() { (void)!socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()); }
    ~pair() {
        close(ends[0]);
        close(ends[1]);
    }
    pair(pair const&) = delete;
    auto operator=(pair const&) -> pair& = delete;
};
} // namespace

TEST_CASE("a link may be made before there is a driver") {
    STATIC_REQUIRE(vhost_rings{}.shared().size() == 0);
    STATIC_REQUIRE(vhost_rings{}.placed().fits(0, {256, 256}));
    auto rings = vhost_rings{};
    CHECK(rings.bell().ring(0));
    constexpr auto config = rpmsg::vring_config{.dialect = rpmsg::wire::dialects::linux_virtio};
    auto link = rpmsg::vring_device<config, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>{
        rings.shared(), rings.bell(), rings.placed()};
    CHECK(link.start());
}

TEST_CASE("what the back end places, the transport sees, until it is cleared") {
    auto rings = vhost_rings{};
    auto const shared = rings.shared();
    auto const placed = rings.placed();
    alignas(16) auto memory = std::array<std::byte, 4096>{};
    auto const where = rpmsg::runtime_layout{
        .buffers_per_ring = {4, 4}, .rings = {{{0, 64, 128}, {256, 320, 384}}}, .window_size = 4096, .window_address = 0x1000};
    rings.place(memory, where, {-1, -1}, false);
    CHECK(shared.size() == 4096);
    CHECK(placed.fits(4096, {4, 4}));
    CHECK_FALSE(placed.fits(4096, {8, 8}));
    CHECK(placed.parts(1).used == 384);
    CHECK(placed.offset_of(0x1400, 16) == 0x400);
    CHECK(placed.offset_of(0x1000, 16) == rpmsg::nowhere); // a ring lies there
    CHECK(placed.address_of(0x400) == 0x1400);
    CHECK(placed.status() == rpmsg::nowhere);
    CHECK(placed.takes_names());
    rings.place(memory, where, {-1, -1}, false, false);
    CHECK_FALSE(placed.takes_names());
    rings.clear();
    CHECK(shared.size() == 0);
}

TEST_CASE("the driver is called through an eventfd or a socket, and a full one has been called") {
    auto rings = vhost_rings{};
    auto const event = eventfd(0, EFD_NONBLOCK);
    auto const stream = pair{};
    rings.place({}, {}, {event, stream.ends[0]}, false);
    CHECK(rings.bell().ring(0));
    auto count = std::uint64_t{};
    CHECK(read(event, &count, sizeof(count)) == sizeof(count));
    CHECK(count == 1);
    auto calls = 0;
    for (; calls < 100'000; ++calls) {
        REQUIRE(rings.bell().ring(1));
    }
    CHECK(read(stream.ends[1], &count, sizeof(count)) == sizeof(count));
    close(event);
}

TEST_CASE("a call in band names its ring, and one that does not fit must be made again") {
    auto rings = vhost_rings{};
    auto const stream = pair{};
    rings.place({}, {}, {stream.ends[0], stream.ends[0]}, true);
    CHECK(rings.bell().ring(1));
    auto message = std::array<std::uint32_t, 5>{};
    REQUIRE(read(stream.ends[1], message.data(), sizeof(message)) == sizeof(message));
    CHECK(message == std::array<std::uint32_t, 5>{4, 1, 8, 1, 0});
    auto calls = 0;
    while (calls < 100'000 and rings.bell().ring(0)) {
        ++calls;
    }
    CHECK(calls < 100'000);
}

TEST_CASE("a driver that is dead cannot be called") {
    auto rings = vhost_rings{};
    auto stream = pair{};
    rings.place({}, {}, {stream.ends[0], stream.ends[0]}, false);
    close(stream.ends[1]);
    CHECK_FALSE(rings.bell().ring(0));
    stream.ends[1] = -1;
}

TEST_CASE("memory that is kept stays where it was, and nothing rings then") {
    auto rings = vhost_rings{};
    auto const event = rpmsg::host::descriptor{eventfd(0, EFD_NONBLOCK)};
    rings.place({}, {}, {event.number(), event.number()}, false);
    auto const file = rpmsg::host::descriptor{memfd_create("memory", MFD_CLOEXEC)};
    REQUIRE(ftruncate(file.number(), 4096) == 0);
    auto const map = [&](std::byte value) {
        auto mapped = rpmsg::host::vhost_memory::map({0, 4096, 0, 0}, file);
        REQUIRE(mapped);
        mapped->mapping()[0] = value;
        return mapped->renew();
    };
    auto starts = std::vector<std::byte const*>{};
    for (auto life = std::size_t{0}; life < vhost_rings::most_kept; ++life) {
        REQUIRE(rings.can_keep());
        auto parted = map(std::byte{7});
        starts.push_back(parted.mapping().data());
        rings.keep(std::move(parted));
    }
    CHECK_FALSE(rings.can_keep());
    CHECK(rings.bell().ring(0));
    CHECK(rings.bell().ring(1));
    auto count = std::uint64_t{};
    CHECK(read(event.number(), &count, sizeof(count)) < 0);
    auto const all_are = [&](std::byte value) {
        return std::ranges::all_of(starts, [&](auto const* start) {
            auto page = static_cast<unsigned char>(0);
            return mincore(const_cast<std::byte*>(start), 4096, &page) == 0 and *start == value;
        });
    };
    CHECK(all_are(std::byte{7}));
    rings.blank();
    CHECK(all_are(std::byte{0}));
    auto later = map(std::byte{8});
    auto const* const start = later.mapping().data();
    rings.keep(std::move(later)); // nobody is to do so, and nothing is given up for it
    CHECK(*start == std::byte{8});
    rings.blank();
    CHECK(*start == std::byte{0});
    CHECK(all_are(std::byte{0}));
}
