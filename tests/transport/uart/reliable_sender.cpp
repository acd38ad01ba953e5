#include <rpmsg/testing/lines/serial_line.hpp>
#include <rpmsg/transport/uart/reliable_sender.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"

namespace {

constexpr auto config = rpmsg::uart_config{.payload = 40, .profile = rpmsg::uart_profile::reliable};
using wire = rpmsg::testing::line<256>;
using base = rpmsg::detail::reliable_sender<config, rpmsg::byte_stream_ref<wire>>;

struct sender : base {
    constexpr sender(rpmsg::uart_storage<config>& storage, wire& line) : base{storage, line} {}
    constexpr auto begin() -> void {
        session_.identify(1);
        begin_anew();
    }
    using base::add_one;
    using base::pump;
};

/// A start sends a hello between delimiters with the right check, and nothing else until the peer is known.
constexpr auto a_new_life_says_hello_once() -> bool {
    auto line = wire{};
    auto storage = rpmsg::uart_storage<config>{};
    auto it = sender{storage, line};
    it.pump();
    check(line.under_way() == 0);
    it.begin();
    it.pump();
    auto got = std::array<std::byte, 64>{};
    auto const count = line.read(got);
    check(count >= 22 and got[0] == std::byte{} and got[count - 1] == std::byte{});
    check(same(rpmsg::const_bytes{got}.subspan(2, 4), "RPM1"_payload));
    auto reader = rpmsg::wire::cobs_reader{};
    auto rest = rpmsg::wire::crc<rpmsg::wire::crc32c>{};
    for (std::size_t i = 1; i + 1 < count; ++i) {
        if (auto const step = reader.read(got[i]); step.what == rpmsg::wire::cobs_reader::outcome::byte) {
            rest.add(step.value);
        }
    }
    check(rest.value() == 0x4867'4bc7); // the remainder of any frame with a right check
    it.pump();
    check(line.under_way() == 0);
    return true;
}

} // namespace

TEST_CASE("A start sends hello once, with the right check") { CHECK(a_new_life_says_hello_once()); }

TEST_CASE("What went wrong on a line is counted up to the largest number, and stays there") {
    std::uint16_t count = 0xfffe;
    sender::add_one(count);
    sender::add_one(count);
    CHECK(count == 0xffff);
}
