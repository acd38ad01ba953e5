#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/files/image_store.hpp>
#include <rpmsg/service/files/ram_store.hpp>

#include <catch2/catch_test_macros.hpp>

#include "raw_files.hpp"
#include <array>
#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;
using wire::files_layout;

template <files_layout Layout> constexpr auto both_roles_agree() -> bool {
    auto ends = file_ends<ram_store<8, 1024>, file_server_config{.layout = Layout}, file_client_config{.layout = Layout}>{};
    auto const is_done = [&](file_request const& what) { return ends.result_of(what) == 0; };
    check(is_done(file_calls::make_directory("/d", 0750)));
    auto const file = ends.open("/d/f", {.read = true, .write = true, .create = true});
    // Larger than a buffer, in both directions.
    auto data = std::array<std::byte, 1000>{};
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<std::byte>(i * 7);
    }
    check(ends.result_of(file_calls::write(file, data)) == 1000);
    check(ends.result_of(file_calls::seek(file, -1000, seek_from::end)) == 0);
    auto into = std::array<std::byte, 1000>{};
    check(ends.result_of(file_calls::read(file, into)) == 1000 and same(data, into));
    check(ends.result_of(file_calls::read(file, into)) == 0);
    check(ends.result_of(file_calls::seek(file, 990)) == 990 and ends.result_of(file_calls::read(file, into)) == 10);
    check(ends.result_of(file_calls::write(file, data)) == 24); // all that has room
    check(ends.error_of(file_calls::write(file, data)) == file_error::no_space);
    check(is_done(file_calls::truncate(file, 5)) and is_done(file_calls::sync(file)));
    auto found = file_status{};
    check(is_done(file_calls::status_of(file, found)) and found.size == 5 and found.type == file_type::regular);
    check(is_done(file_calls::status_of("/d", found)) and found.type == file_type::directory and found.permissions == 0750);
    found.modified = {.seconds = 1'000'000'000'000, .nanoseconds = 999'999'999};
    check(is_done(file_calls::change(file, wire::file_change::modified, found)));
    check(is_done(file_calls::change("/d/f", wire::file_change::size, file_status{.size = 3})));
    auto changed = file_status{};
    check(is_done(file_calls::status_of("/d/f", changed)) and changed.modified == found.modified and changed.size == 3);
    auto const again = ends.open("/d/f", {.write = true, .append = true});
    check(ends.result_of(file_calls::write(again, "end"_payload)) == 3);
    check(ends.result_of(file_calls::seek(again, 0, seek_from::position)) == 6);
    auto const second = ends.call(file_calls::dup(again));
    check(second.has_value() and ends.result_of(file_calls::seek(second->handle(), 2)) == 2);
    check(ends.result_of(file_calls::seek(again, 0, seek_from::position)) == 6 and is_done(file_calls::sync(second->handle())));
    check(is_done(file_calls::close(second->handle())) and is_done(file_calls::sync(again)));
    auto whole = file_calls::write(again, data);
    whole.is_whole = true;
    check(ends.error_of(whole) == file_error::too_large);
    check(is_done(file_calls::close(again)) and is_done(file_calls::close(file)));
    check(ends.error_of(file_calls::close(file)) == file_error::bad_handle);

    auto const directory = ends.open_directory("/d");
    auto const one = ends.call(file_calls::next(directory, into));
    check(one.has_value() and one->result == 1 and into[0] == std::byte{'f'} and one->type == file_type::regular);
    check(one->inode == (Layout == files_layout::legacy ? 0u : 3u));
    check(ends.error_of(file_calls::next(directory, into)) == file_error::no_entry);
    check(is_done(file_calls::rewind(directory)) and ends.result_of(file_calls::next(directory, into)) == 1);
    check(is_done(file_calls::close_directory(directory)));
    check(is_done(file_calls::rename("/d/f", "/g")) and is_done(file_calls::remove_directory("/d")));
    auto system = file_system_status{};
    check(is_done(file_calls::system("/", system)) and system.files == 8 and system.free_files == 7);
    check(is_done(file_calls::remove("/g")) and ends.error_of(file_calls::remove("/g")) == file_error::no_entry);
    check(ends.server.open_count() == 0 and ends.client.under_way() == 0);
    check(ends.server.counts().lost == 0 and ends.client.counts().malformed == 0 and ends.client.counts().unexpected == 0);
    return true;
}
TEST_CASE("A client does on a server what both know, in either layout") {
    STATIC_REQUIRE(both_roles_agree<files_layout::legacy>());
    STATIC_REQUIRE(both_roles_agree<files_layout::nuttx_2026>());
}

constexpr auto calls_are_sent_in_the_order_of_their_start() -> bool {
    auto ends = file_ends<ram_store<>, file_server_config{}, file_client_config{.calls = 4}>{};
    auto const file = ends.open("/f", {.read = true, .write = true, .create = true});
    check(ends.result_of(file_calls::write(file, "0123456789"_payload)) == 10);
    auto into = std::array<std::byte, 3>{};
    auto const last = ends.client.start(ends.link.at_b, file_calls::sync(file), 100); // takes the first place
    ends.client.cancel(*last);
    auto const seek = ends.client.start(ends.link.at_b, file_calls::seek(file, 4), 100);
    auto const read = ends.client.start(ends.link.at_b, file_calls::read(file, into), 100);
    auto const back = ends.client.start(ends.link.at_b, file_calls::seek(file, 1), 100);
    auto const more = ends.client.start(ends.link.at_b, file_calls::seek(file, 1, seek_from::position), 100);
    check(ends.client.start(ends.link.at_b, file_calls::sync(file), 100).error() == file_error::no_buffers);
    check(ends.client.take(*read).error() == file_error::try_again and ends.link.at_b.is_pending());
    ends.link.turn();
    check(ends.client.take(*seek)->result == 4 and ends.client.take(*read)->result == 3);
    check(ends.client.take(*back)->result == 1 and ends.client.take(*more)->result == 2);
    check(same(into, "456"_payload) and ends.client.take(*more).error() == file_error::bad_handle);
    return true;
}
TEST_CASE("Several calls are under way, in the order of their start") {
    STATIC_REQUIRE(calls_are_sent_in_the_order_of_their_start());
}

constexpr auto each_call_ends_at_its_deadline() -> bool {
    auto ends = client_beside_raw<>{};
    auto const file = ends.open_file();
    auto into = std::array<std::byte, 8>{};
    auto const read = ends.start(file_calls::read(file, into), 10);
    auto const open = ends.start(file_calls::open("/g", {.read = true}), 20);
    ends.answer(raw_message{3, 3, 2}.i32(7).u32(8).text("abc"));
    check(ends.link.at_b.next_deadline(0).is_set and ends.link.at_b.next_deadline(0).at == 10);
    ends.link.now = 10;
    ends.link.turn(1);
    check(ends.client.take(read)->result == 3); // what came is told
    check(ends.client.take(open).error() == file_error::try_again and ends.link.at_b.next_deadline(10).at == 20);
    ends.link.now = 20;
    ends.link.turn(1);
    check(ends.client.take(open).error() == file_error::timed_out and not ends.link.at_b.next_deadline(20).is_set);
    // Late answers do nothing, but for a file that nobody would close.
    ends.answer(raw_message{3, 3, 2}.i32(7).u32(8).text("xyz"));
    check(same(const_bytes{into}.first(3), "abc"_payload));
    auto const before = ends.server.count;
    ends.answer(raw_message{1, 9, 3}.zeros(8));
    ends.link.turn(2);
    check(ends.server.count == before + 1 and ends.client.counts().unexpected == 2);
    check(same(ends.server.last().view().subspan(16), raw_message{}.i32(9).view()));
    check(same(ends.server.last().view().first(4), raw_message{}.u32(2).view()));
    return true;
}
TEST_CASE("Each call ends at its deadline, and a file that was opened too late is closed") {
    STATIC_REQUIRE(each_call_ends_at_its_deadline());
}

constexpr auto the_end_of_the_session_ends_what_was_sent() -> bool {
    auto ends = client_beside_raw<file_client_config{.calls = 4}>{};
    auto const file = ends.open_file();
    auto into = std::array<std::byte, 8>{};
    auto const read = ends.start(file_calls::read(file, into));
    auto const open = ends.start(file_calls::open("/g", {.read = true}));
    ends.link.at_a.close();
    ends.link.turn(2);
    check(ends.client.take(read).error() == file_error::connection_reset);
    check(ends.client.take(open).error() == file_error::connection_reset);
    check(ends.client.start(ends.link.at_b, file_calls::read(file, into), 100).error() == file_error::stale);
    // A call by path waits for the server.
    auto const later = ends.start(file_calls::remove("/g"));
    check(ends.client.take(later).error() == file_error::try_again);
    check(ends.link.at_a.start().has_value());
    ends.link.turn(8);
    check(ends.server.last() == raw_message{16, -6, 4}.path("/g"));
    ends.answer(raw_message{16, -13, 4});
    check(ends.client.take(later).error() == file_error::no_access);
    return true;
}
constexpr auto a_write_is_told_as_far_as_it_came() -> bool {
    auto ends = client_beside_raw<>{};
    auto const file = ends.open_file();
    auto data = std::array<std::byte, 300>{};
    auto const write = ends.start(file_calls::write(file, data));
    check(ends.server.last().view().size() == 160);
    ends.answer(raw_message{4, 136, 2}.zeros(8));
    check(ends.server.last().view().size() == 160 and ends.client.take(write).error() == file_error::try_again);
    ends.answer(raw_message{4, 100, 3}.zeros(8)); // the disk is full: nothing follows
    check(ends.client.take(write)->result == 236);
    auto const reset = ends.start(file_calls::write(file, data));
    ends.answer(raw_message{4, 136, 4}.zeros(8));
    ends.link.at_a.close();
    ends.link.turn(2);
    check(ends.client.take(reset)->result == 136);
    return true;
}
TEST_CASE("What was sent ends with the session, what is new waits for the next one") {
    STATIC_REQUIRE(the_end_of_the_session_ends_what_was_sent());
    STATIC_REQUIRE(a_write_is_told_as_far_as_it_came());
}

/// Whether a call ends with `protocol` by an answer, and leaves the client as it was.
template <typename Config = void> constexpr auto is_refused(auto const& make, raw_message const& answer) -> bool {
    auto ends = client_beside_raw<>{};
    auto const file = ends.open_file();
    auto const call = ends.start(make(file));
    ends.answer(answer);
    auto const is_over = ends.client.take(call).error() == file_error::protocol;
    return is_over and ends.client.counts().malformed == 1 and ends.client.under_way() == 0;
}
constexpr auto a_hostile_server_reaches_nothing() -> bool {
    auto into = std::array<std::byte, 10>{}; // the test sees it when two more are written
    auto const front = bytes{into}.first(8);
    auto found = file_status{};
    auto system = file_system_status{};
    auto const read = [&](file_handle it) { return file_calls::read(it, front); };
    check(is_refused(read, raw_message{3, 9, 2}.i32(7).u32(8).text("123456789"))); // more than was asked
    check(is_refused(read, raw_message{3, 8, 2}.i32(7).u32(8).text("1234567")));   // more than it has
    check(is_refused(read, raw_message{3, 1, 2}.i32(7)));                          // shorter than its front
    check(is_refused(read, raw_message{3, 0x7fff'ffff, 2}.i32(7).u32(8).text("123456789")));
    auto const write = [](file_handle it) { return file_calls::write(it, "data"_payload); };
    check(is_refused(write, raw_message{4, 5, 2}.zeros(8)) and is_refused(write, raw_message{4, 0x7fff'ffff, 2}.zeros(8)));
    auto const next = [&](file_handle it) { return file_calls::next(it, front); };
    check(is_refused(next, raw_message{12, 0, 2}.i32(7).u32(8)));
    check(is_refused(next, raw_message{12, 0, 2}.i32(7).u32(8).zeros(1)));
    check(is_refused(next, raw_message{12, 0, 2}.i32(7).u32(8).zeros(2)));       // no name
    check(is_refused(next, raw_message{12, 0, 2}.i32(7).u32(8).text("ab")));     // no NUL
    check(is_refused(next, raw_message{12, 0, 2}.i32(7).u32(8).path("../etc"))); // a path
    check(is_refused([&](file_handle it) { return file_calls::status_of(it, found); }, raw_message{9, 0, 2}.zeros(91)));
    check(is_refused([&](file_handle) { return file_calls::status_of("/f", found); }, raw_message{20, 0, 2}.zeros(10)));
    check(is_refused([&](file_handle) { return file_calls::system("/", system); }, raw_message{15, 0, 2}.zeros(63)));
    check(into[8] == std::byte{} and into[9] == std::byte{} and found == file_status{} and system == file_system_status{});

    auto ends = client_beside_raw<>{};
    auto const file = ends.open_file();
    auto const sync = ends.start(file_calls::sync(file));
    for (auto size = std::size_t{}; size < 16; ++size) {
        ends.answer(raw_message{}.zeros(size));
    }
    ends.answer(raw_message{0, 0, 0});          // the greeting of NuttX's server
    ends.answer(raw_message{7, 0, 9}.zeros(4)); // another cookie
    ends.answer(raw_message{8, 0, 2}.zeros(4)); // another command
    check(ends.client.take(sync).error() == file_error::try_again and ends.client.counts().unexpected == 19);
    ends.answer(raw_message{7, static_cast<int>(0x8000'0000), 2}.zeros(4)); // the least number has no counterpart
    check(not ends.client.take(sync).has_value());
    // A name that has no room is told, and the next one can be asked for.
    auto const named = ends.start(file_calls::next(file, front));
    ends.answer(raw_message{12, 0, 3}.i32(7).u32(8).path("123456789"));
    check(ends.client.take(named).error() == file_error::name_too_long);
    return true;
}
TEST_CASE("A hostile server ends a call, and reaches nothing beyond it") { STATIC_REQUIRE(a_hostile_server_reaches_nothing()); }

constexpr auto wrong_calls_are_refused() -> bool {
    auto ends = client_beside_raw<>{};
    auto const why = [&](file_request const& what) { return ends.client.start(ends.link.at_b, what, 100).error(); };
    auto const file = ends.open_file();
    check(why(file_calls::remove("")) == file_error::invalid and why(file_calls::rename("/a", "")) == file_error::invalid);
    check(why(file_calls::remove({"/a\0b", 4})) == file_error::invalid);
    check(why(file_calls::sync({})) == file_error::stale);
    constexpr auto longest = std::string_view{"/23456789012345678901234567890123456789012345678901234567890123456789012345"
                                              "6789012345678901234567890123456789012345678901234567890123456789012345678"};
    auto const long_path = ends.start(file_calls::remove(longest.substr(0, 144)));
    check(ends.client.take(long_path).error() == file_error::name_too_long);
    auto const fits = ends.start(file_calls::remove(longest.substr(0, 143)));
    check(ends.client.take(fits).error() == file_error::try_again);
    ends.client.cancel(fits);
    // NuttX's server does not answer a READ of nothing.
    auto const before = ends.server.count;
    auto const nothing = ends.start(file_calls::read(file, {}));
    check(ends.client.take(nothing)->result == 0 and ends.server.count == before);
    return true;
}
TEST_CASE("A call that cannot be said is refused") { STATIC_REQUIRE(wrong_calls_are_refused()); }

} // namespace
