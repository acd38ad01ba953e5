// What the client asks, field by field as NuttX does, in both layouts.
#include <rpmsg/service/files/client_requests.hpp>

#include <catch2/catch_test_macros.hpp>

#include "a_status.hpp"
#include "raw_files.hpp"
#include <array>
#include <cstdint>

namespace {
using namespace rpmsg;
using wire::files_layout;

template <files_layout Layout> constexpr auto the_client_asks_as_nuttx_does() -> bool {
    auto ends = client_beside_raw<file_client_config{.calls = 1, .layout = Layout}>{};
    auto const file = ends.open_file();
    auto cookie = 1u;
    auto const asks = [&](file_request const& what, raw_message const& expected) {
        auto const call = ends.start(what);
        check(ends.server.last() == expected);
        ends.client.cancel(call);
    };
    auto const front = [&](unsigned command) { return raw_message{command, -6, ++cookie}; };
    auto into = std::array<std::byte, 100>{};
    auto found = file_status{};
    auto system = file_system_status{};

    asks(file_calls::open("/a", {.read = true}, 0600), front(1).u32(is_legacy<Layout> ? 1 : 0).u32(0600).path("/a"));
    asks(file_calls::open("/a", {.write = true, .create = true, .exclusive = true}),
         front(1).u32(is_legacy<Layout> ? 2 | 4 | 8 : 1 | 0x40 | 0x80).u32(0666).path("/a"));
    asks(file_calls::open("/a", {.read = true, .write = true, .truncate = true, .append = true}),
         front(1).u32(is_legacy<Layout> ? 3 | 0x20 | 0x10 : 2 | 0x200 | 0x400).u32(0666).path("/a"));
    asks(file_calls::close(file), front(2).u32(7));
    asks(file_calls::read(file, into), front(3).u32(7).u32(100));
    asks(file_calls::write(file, "data"_payload), front(4).u32(7).u32(4).text("data"));
    asks(file_calls::seek(file, -3, seek_from::end), front(5).u32(7).u32(2).i32(-3));
    asks(file_calls::sync(file), front(7).u32(7));
    asks(file_calls::status_of(file, found), front(9).zeros(88).u32(7));
    asks(file_calls::truncate(file, 12), front(10).u32(7).u32(12));
    asks(file_calls::open_directory("/"), front(11).path("/"));
    asks(file_calls::next(file, into), is_legacy<Layout> ? front(12).u32(7).u32(0) : front(12).u32(7).u32(0).u32(0));
    asks(file_calls::rewind(file), front(13).u32(7));
    asks(file_calls::close_directory(file), front(14).u32(7));
    asks(file_calls::system("/", system), front(15).zeros(64).path("/"));
    asks(file_calls::remove("/a"), front(16).path("/a"));
    asks(file_calls::make_directory("/d", 0755), front(17).u32(0755).u32(0).path("/d"));
    asks(file_calls::remove_directory("/d"), front(18).path("/d"));
    asks(file_calls::rename("/a", "/b"), front(19).path("/a").zeros(5).path("/b"));
    asks(file_calls::rename("/sevenab", "/b"), front(19).path("/sevenab").zeros(7).path("/b"));
    asks(file_calls::rename("/seven7", "/b"), front(19).path("/seven7").path("/b"));
    asks(file_calls::status_of("/a", found), front(20).zeros(88).path("/a"));
    {
        auto expected = front(21);
        asks(file_calls::change(file, wire::file_change::permissions, a_status), add_status<Layout>(expected).u32(1).u32(7));
    }
    auto expected = front(22);
    asks(file_calls::change("/a", wire::file_change::size, a_status), add_status<Layout>(expected).u32(128).path("/a"));
    return true;
}
TEST_CASE("The client asks as NuttX does") {
    STATIC_REQUIRE(the_client_asks_as_nuttx_does<files_layout::legacy>());
    STATIC_REQUIRE(the_client_asks_as_nuttx_does<files_layout::nuttx_2026>());
}

} // namespace
