#include <rpmsg/wire/service/qrtr.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "service/raw_peer.hpp"
#include <cstdint>

namespace {
using namespace rpmsg;
using namespace rpmsg::wire;

/// NEW_SERVER as Linux 6.1 sends it for service 15, instance 2 at port 0x4001 of node 1.
constexpr auto announcement = raw(1, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0, 0, 0, 0, 20, 0, 0, 0, 7, 0, 0,
                                  0, 0xfe, 0xff, 0xff, 0xff, 4, 0, 0, 0, 15, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0x40, 0, 0);

constexpr auto an_announcement_is_written_and_read() -> bool {
    auto const content = qrtr_control{qrtr_kind::new_server, {15, 2, {1, 0x4001}}};
    check(same(make_qrtr_control({1, qrtr_control_port}, {7, qrtr_control_port}, content), announcement));
    auto packet = qrtr_packet{};
    auto told = qrtr_control{};
    check(read_qrtr(announcement, packet) and packet.kind == qrtr_kind::new_server and not packet.confirms);
    check(packet.source == qrtr_address{1, qrtr_control_port} and packet.destination == qrtr_address{7, qrtr_control_port});
    check(read_header(packet.data, 0, told) and told.server == content.server and told.client() == qrtr_address{15, 2});
    return true;
}

constexpr auto data_is_padded_to_four_bytes() -> bool {
    for (std::uint32_t size = 1; size <= 8; ++size) {
        auto message = std::array<std::byte, 40>{};
        message.fill(std::byte{0xff});
        auto const whole = write_qrtr_header(message, {.source = {1, 2}, .size = size, .destination = {3, 4}});
        check(whole == (size <= 4 ? 36u : 40u));
        for (auto i = 32 + size; i < whole; ++i) {
            check(message[i] == std::byte{});
        }
        auto packet = qrtr_packet{};
        check(read_qrtr(const_bytes{message}.first(whole), packet) and packet.data.size() == size);
        check(not read_qrtr(const_bytes{message}.first(whole - 1), packet));
    }
    return true;
}

constexpr auto the_control_port_is_widened_in_a_short_header() -> bool {
    auto packet = qrtr_packet{};
    check(read_qrtr(raw(3, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0xfe, 0xff, 7, 0, 2, 0x40, 9, 0, 0, 0), packet));
    check(packet.source.port == qrtr_control_port and packet.destination == qrtr_address{7, 0x4002} and packet.confirms);
    check(not read_qrtr(raw(2, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0xfe, 0xff, 7, 0, 2, 0x40, 9, 0, 0, 0), packet));
    check(not read_qrtr(raw(3, 1, 1, 4, 1, 0, 0, 0, 1, 0, 0xfe, 0xff, 7, 0, 2, 0x40, 9, 0, 0, 0), packet));
    return true;
}
} // namespace

TEST_CASE("an announcement of qrtr is that of Linux, byte for byte") { STATIC_REQUIRE(an_announcement_is_written_and_read()); }
TEST_CASE("data of qrtr is padded to four bytes with zeros") { STATIC_REQUIRE(data_is_padded_to_four_bytes()); }
TEST_CASE("the control port is widened in a short header of qrtr") {
    STATIC_REQUIRE(the_control_port_is_widened_in_a_short_header());
}
