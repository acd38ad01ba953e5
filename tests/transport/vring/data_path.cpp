#include <rpmsg/transport/vring/data_path.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"

namespace {

using rpmsg::counter;
using rpmsg::vring_config;

constexpr auto four = vring_config{.buffers = 4, .buffer_size = 64, .device_base = 0x8000'0000'0000};
using place = rpmsg::vring_layout<four>;

using block = two_sides<four>;
using base = rpmsg::detail::data_path<rpmsg::detail::ring_role::device, four, block::region, rpmsg::no_doorbell, place>;

/// The rings of a device, with access to protected members.
struct opened_rings : base {
    constexpr explicit opened_rings(block& shared) : base{shared.device_region(), {}, {}} {}
    using base::read_descriptor;
    using base::read_header;
    using base::shared_;
    using base::write_header;
};

/// The result of reading a descriptor.
struct reading {
    std::uint32_t offset{};
    std::uint32_t size{};
    rpmsg::counters counts{};

    constexpr explicit operator bool() const { return offset != rpmsg::nowhere; }
    [[nodiscard]] constexpr auto refused_as(counter reason) const -> bool {
        return offset == rpmsg::nowhere and counts[reason] == 1;
    }
    [[nodiscard]] constexpr auto is_odd() const -> bool { return counts[counter::odd_flags] == 1; }
};

/// Reads one in ring 1, through which the device receives, or in ring 0, through which it sends.
constexpr auto read(rpmsg::wire::descriptor const& written, std::uint32_t which = 1) -> reading {
    auto shared = block{};
    rpmsg::store(rpmsg::bytes{shared.memory.content}.subspan(place::parts(which).descriptors + 16), written);
    auto rings = opened_rings{shared};
    auto found = reading{};
    found.offset = rings.read_descriptor(rings.shared_, place::parts(which), which, 1, found.size);
    found.counts = rings.counts();
    return found;
}

constexpr auto good =
    rpmsg::wire::descriptor{.address = four.device_base + place::buffer(1, 1), .length = 64, .flags = 0, .next = 2};
constexpr auto with(auto change) {
    auto descriptor = good;
    change(descriptor);
    return descriptor;
}
constexpr auto at(std::uint64_t address) {
    return with([&](auto& it) { it.address = address; });
}
constexpr auto long_as(std::uint32_t length) {
    return with([&](auto& it) { it.length = length; });
}
constexpr auto flagged(std::uint16_t flags) {
    return with([&](auto& it) { it.flags = flags; });
}

TEST_CASE("A descriptor inside the buffers is found by its address") {
    STATIC_REQUIRE(read(good).offset == place::buffer(1, 1));
    STATIC_REQUIRE(read(good).size == 64);
    STATIC_REQUIRE(not read(good).is_odd());
    STATIC_REQUIRE(read(at(four.device_base + place::buffers)).offset == place::buffers);
    STATIC_REQUIRE(read(at(four.device_base + place::size() - 64)));
}

TEST_CASE("6-9: a descriptor outside the buffers, on the rings, across the end or around the address space is refused") {
    STATIC_REQUIRE(not read(at(0)));
    STATIC_REQUIRE(not read(at(four.device_base)));
    STATIC_REQUIRE(not read(at(four.device_base + place::parts(0).used)));
    STATIC_REQUIRE(not read(at(four.device_base + place::buffers - 4)));
    STATIC_REQUIRE(not read(at(four.device_base + place::size() - 60)));
    STATIC_REQUIRE(not read(at(four.device_base + place::size())));
    STATIC_REQUIRE(not read(at(0xffff'ffff'ffff'fff0)));
    STATIC_REQUIRE(not read(at((four.device_base + place::buffer(1, 1)) & 0xffff'ffff)));
    STATIC_REQUIRE(read(at(0)).refused_as(counter::bad_descriptor));
}

TEST_CASE("10-13: a descriptor that is misaligned, too short or too long is refused") {
    STATIC_REQUIRE(not read(at(good.address + 2)));
    STATIC_REQUIRE(not read(long_as(0)));
    STATIC_REQUIRE(not read(long_as(15)));
    STATIC_REQUIRE(read(long_as(16)));
    STATIC_REQUIRE(not read(long_as(0xffff'ffff)));
    STATIC_REQUIRE(read(long_as(15)).refused_as(counter::bad_descriptor));
}

TEST_CASE("16-20: chains and indirect tables are refused; a buffer is writable where we write and odd where we do not") {
    STATIC_REQUIRE(read(flagged(1)).refused_as(counter::chained_descriptor));
    STATIC_REQUIRE(read(flagged(4)).refused_as(counter::chained_descriptor));
    STATIC_REQUIRE(read(flagged(0), 0).refused_as(counter::bad_descriptor));
    STATIC_REQUIRE(read(flagged(2), 0));
    STATIC_REQUIRE(not read(flagged(2), 0).is_odd());
    STATIC_REQUIRE(read(flagged(2)));
    STATIC_REQUIRE(read(flagged(2)).is_odd());
    CHECK(read(flagged(2)).is_odd());
}

constexpr auto a_header_survives_the_region() -> bool {
    auto shared = block{};
    auto link = opened_rings{shared};
    auto const header = rpmsg::wire::header{
        .source = rpmsg::address{0x0403'0201}, .destination = rpmsg::address{5}, .length = 0xbeef, .flags = 0xcafe};
    shared.put(place::buffers + 8, std::uint32_t{0xffff'ffff});
    link.write_header(place::buffers, header);
    link.shared_.clean(place::buffers, rpmsg::wire::header_size);
    check(rpmsg::load<rpmsg::wire::header>(rpmsg::const_bytes{shared.memory.content}.subspan(place::buffers)) == header);
    shared.put(place::buffers + 8, std::uint32_t{0xffff'ffff}); // the peer's scratch word
    check(link.read_header(link.shared_, place::buffers) == header);
    return true;
}

TEST_CASE("27: a header is written whole, and read without the word that peers scribble on") {
    STATIC_REQUIRE(a_header_survives_the_region());
    CHECK(a_header_survives_the_region());
}

} // namespace
