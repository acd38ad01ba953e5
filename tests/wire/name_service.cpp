#include <rpmsg/wire/name_service.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;
using wire::announcement_kind;
using payload_of_40 = std::array<std::byte, 40>;

/// A payload with a name, an address and flags as a peer may write them.
consteval auto from_peer(std::string_view name, std::uint32_t where, std::uint32_t flags) -> payload_of_40 {
    auto payload = payload_of_40{};
    for (std::size_t i = 0; i < name.size(); ++i) {
        payload[i] = static_cast<std::byte>(name[i]);
    }
    store(bytes{payload}.subspan(32), where);
    store(bytes{payload}.subspan(36), flags);
    return payload;
}

constexpr auto is_malformed(const_bytes payload, bool acknowledged = false) -> bool {
    auto read = wire::announcement{};
    return not wire::read_announcement(payload, acknowledged, read);
}

/// What is read from a payload, over whatever was there before.
constexpr auto read(payload_of_40 const& payload, bool acknowledged = false) -> wire::announcement {
    auto message = wire::announcement{.where = address{9}, .kind = announcement_kind::destroy};
    message.name.fill('?');
    check(wire::read_announcement(payload, acknowledged, message));
    return message;
}

consteval auto kind_of(std::uint32_t flags, bool acknowledged) -> announcement_kind {
    return read(from_peer("svc", 1024, flags), acknowledged).kind;
}

consteval auto longest_name() -> std::string_view { return "0123456789012345678901234567890"; }
constexpr auto all_32 = std::string_view{"01234567890123456789012345678901"};
} // namespace

TEST_CASE("an announcement is the forty bytes that rpmsg-lite's remote sends") {
    constexpr auto sent = std::bit_cast<payload_of_40>(wire::announce("rpmsg-test", address{0x1e}, announcement_kind::create));
    STATIC_REQUIRE(sent == from_peer("rpmsg-test", 0x1e, 0));
}

TEST_CASE("an announcement comes back as it was sent") {
    constexpr auto sent = wire::announce(longest_name(), address{1025}, announcement_kind::destroy);
    constexpr auto raw = std::bit_cast<payload_of_40>(sent);
    STATIC_REQUIRE(read(raw) == sent);
    STATIC_REQUIRE(read(raw).service() == longest_name());
}

TEST_CASE("a padded name reads as it was written, and no name announces nothing") {
    STATIC_REQUIRE(wire::view_of(wire::pad(longest_name())) == longest_name());
    STATIC_REQUIRE(wire::view_of(wire::pad("")).empty());
    STATIC_REQUIRE(wire::announce("svc", address{1}, announcement_kind::create));
    STATIC_REQUIRE_FALSE(wire::announce("", address{1}, announcement_kind::create));
}

TEST_CASE("names are the same when they are up to their NUL") {
    constexpr auto longest = wire::pad(longest_name());
    constexpr auto full = read(from_peer(all_32, 1, 0)).name;
    STATIC_REQUIRE(wire::is_same(longest, longest));
    STATIC_REQUIRE(wire::is_same(full, full));
    STATIC_REQUIRE(wire::is_same(wire::pad(""), wire::pad("")));
    STATIC_REQUIRE_FALSE(wire::is_same(wire::pad("x"), wire::pad("")));
    STATIC_REQUIRE_FALSE(wire::is_same(wire::pad("x"), wire::pad("xx")));
    STATIC_REQUIRE_FALSE(wire::is_same(longest, full));
    STATIC_REQUIRE_FALSE(wire::is_same(longest, wire::pad(longest_name().substr(0, 30))));
}

TEST_CASE("without acknowledgement only bit 0 of the flags counts") {
    STATIC_REQUIRE(kind_of(0, false) == announcement_kind::create);
    STATIC_REQUIRE(kind_of(1, false) == announcement_kind::destroy);
    STATIC_REQUIRE(kind_of(2, false) == announcement_kind::create);
    STATIC_REQUIRE(kind_of(3, false) == announcement_kind::destroy);
    STATIC_REQUIRE(kind_of(0x8000'0000, false) == announcement_kind::create);
}

TEST_CASE("with acknowledgement whatever is neither 0 nor 1 acknowledges") {
    STATIC_REQUIRE(kind_of(0, true) == announcement_kind::create);
    STATIC_REQUIRE(kind_of(1, true) == announcement_kind::destroy);
    STATIC_REQUIRE(kind_of(2, true) == announcement_kind::acknowledge);
    STATIC_REQUIRE(kind_of(3, true) == announcement_kind::acknowledge);
    STATIC_REQUIRE(kind_of(0xffff'ffff, true) == announcement_kind::acknowledge);
}

TEST_CASE("a name may fill all 32 bytes, and bytes after its NUL do not count") {
    STATIC_REQUIRE(read(from_peer(all_32, 1, 0)).service() == all_32);
    STATIC_REQUIRE(read(from_peer(std::string_view{"a\0\x01\xff", 4}, 1, 0)).service() == "a");
    STATIC_REQUIRE(wire::is_same(read(from_peer(std::string_view{"a\0\x01\xff", 4}, 1, 0)).name, wire::pad("a")));
}

TEST_CASE("an announcement of another length is malformed") {
    constexpr auto good = from_peer("svc", 1024, 0);
    STATIC_REQUIRE(is_malformed(const_bytes{good}.first(39)));
    STATIC_REQUIRE(is_malformed({}));
    STATIC_REQUIRE([] {
        auto longer = std::array<std::byte, 41>{};
        longer[0] = std::byte{'a'};
        return is_malformed(longer);
    }());
}

TEST_CASE("an empty or unprintable name is malformed") {
    STATIC_REQUIRE(is_malformed(from_peer("", 1024, 0)));
    STATIC_REQUIRE(is_malformed(from_peer("tab\there", 1024, 0)));
    STATIC_REQUIRE(is_malformed(from_peer("\x7f", 1024, 0)));
    STATIC_REQUIRE(is_malformed(from_peer("\xc3\xa4", 1024, 0)));
    STATIC_REQUIRE_FALSE(is_malformed(from_peer(" ~", 1024, 0)));
}

TEST_CASE("the name service and the any-address announce nothing") {
    STATIC_REQUIRE(is_malformed(from_peer("svc", 53, 0)));
    STATIC_REQUIRE(is_malformed(from_peer("svc", 53, 1)));
    STATIC_REQUIRE(is_malformed(from_peer("svc", 0xffff'ffff, 0)));
    STATIC_REQUIRE(is_malformed(from_peer("svc", 0xffff'ffff, 2), true));
    STATIC_REQUIRE_FALSE(is_malformed(from_peer("svc", 0xffff'ffff, 1)));
}

TEST_CASE("small addresses are announced by vendor firmware and accepted") {
    STATIC_REQUIRE(read(from_peer("svc", 0, 0)).where == address{0});
    STATIC_REQUIRE(read(from_peer("svc", 30, 0)).where == address{30});
}
