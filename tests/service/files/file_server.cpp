#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/files/image_store.hpp>
#include <rpmsg/service/files/ram_store.hpp>

#include <catch2/catch_test_macros.hpp>

#include "raw_files.hpp"
#include <array>
#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;

/// A file in memory that counts what is open.
struct counting_store : image_store {
    static constexpr auto entries =
        std::array{image_entry{"d", {}, file_type::directory}, image_entry{"d/f", "0123456789"_payload}, image_entry{"g"}};
    int files{};
    int directories{};

    constexpr counting_store() : image_store{entries} {}
    constexpr auto open(std::string_view path, open_mode mode, std::uint32_t permissions, file& into) -> file_error {
        auto const why = image_store::open(path, mode, permissions, into);
        files += why == file_error::none ? 1 : 0;
        return why;
    }
    constexpr auto open_directory(std::string_view path, directory& into) -> file_error {
        auto const why = image_store::open_directory(path, into);
        directories += why == file_error::none ? 1 : 0;
        return why;
    }
    constexpr auto close(file&) -> void { --files; }
    constexpr auto close(directory&) -> void { --directories; }
};
static_assert(file_store<counting_store> and not changeable_file_store<counting_store>);

constexpr auto open_request(std::string_view path, unsigned flags = 1) -> raw_message {
    return raw_message{1, -6, 5}.u32(flags).u32(0).path(path);
}

constexpr auto case_118_no_path_leaves_the_root() -> bool {
    auto ends = server_beside_raw<counting_store>{};
    for (auto const* const path : {"/d/f", "d/f", "//d//f", "/./d/./f", "/d/f/"}) {
        check(ends.result_of(open_request(path)) > 0);
    }
    for (auto const* const path : {"..", "/..", "/../d/f", "/d/../d/f", "/d/f/..", "/d/.."}) {
        check(ends.result_of(open_request(path)) == -13);
        check(ends.result_of(raw_message{20, -6, 5}.zeros(88).path(path)) == -13);
        check(ends.result_of(raw_message{11, -6, 5}.path(path)) == -13);
        check(ends.result_of(raw_message{15, -6, 5}.zeros(64).path(path)) == -13);
        check(ends.result_of(raw_message{19, -6, 5}.path(path).zeros(7 - std::string_view{path}.size() % 8).path("x")) == -13);
    }
    check(ends.result_of(raw_message{1, -6, 5}.u32(1).u32(0).text("/d/f")) == -22); // no NUL
    // NuttX's clients ask STAT with four bytes more than they fill.
    check(ends.result_of(raw_message{20, -6, 5}.zeros(88).path("/d/f").u32(0xaabb'ccdd)) == 0);
    check(ends.result_of(raw_message{11, -6, 5}.path("/d").text("/../..")) > 0);
    check(ends.result_of(raw_message{1, -6, 5}.u32(1).u32(0)) == -22);
    check(ends.result_of(raw_message{1, -6, 5}.u32(1).u32(0).path("")) == -22);
    check(ends.result_of(raw_message{19, -6, 5}.path("/g")) == -22); // one path only
    return true;
}
TEST_CASE("118: a path with .. or without NUL is refused, and ends with its NUL") {
    STATIC_REQUIRE(case_118_no_path_leaves_the_root());
}
TEST_CASE("A path that is longer than the server reads is too long") {
    static constexpr auto store = [] {
        auto ends = server_beside_raw<counting_store, file_server_config{.longest_path = 4}>{};
        return ends.result_of(open_request("/d/f")) > 0 and ends.result_of(open_request("//d/f")) == -36;
    };
    STATIC_REQUIRE(store());
}

constexpr auto case_119_a_handle_is_checked() -> bool {
    auto ends = server_beside_raw<counting_store>{};
    auto const file = ends.result_of(open_request("/d/f"));
    auto const directory = ends.result_of(raw_message{11, -6, 5}.path("/d"));
    check(file > 0 and directory > 0 and file != directory);
    auto const is_bad = [&](int handle) {
        return ends.result_of(raw_message{2, -6, 5}.i32(handle)) == -9 and
               ends.result_of(raw_message{3, -6, 5}.i32(handle).u32(1)) == -9 and
               ends.result_of(raw_message{4, -6, 5}.i32(handle).u32(1).text("x")) == -9 and
               ends.result_of(raw_message{5, -6, 5}.i32(handle).i32(0).i32(0)) == -9 and
               ends.result_of(raw_message{7, -6, 5}.i32(handle)) == -9 and
               ends.result_of(raw_message{9, -6, 5}.zeros(88).i32(handle)) == -9 and
               ends.result_of(raw_message{10, -6, 5}.i32(handle).i32(1)) == -9 and
               ends.result_of(raw_message{21, -6, 5}.zeros(88).i32(1).i32(handle)) == -9;
    };
    auto const is_no_directory = [&](int handle) {
        return ends.result_of(raw_message{12, -6, 5}.i32(handle).i32(0)) == -9 and
               ends.result_of(raw_message{13, -6, 5}.i32(handle)) == -9 and
               ends.result_of(raw_message{14, -6, 5}.i32(handle)) == -9;
    };
    for (auto const handle : {-1, 0, 3, 8, 9, 255, 256, 0x7fff'ffff, static_cast<int>(0x8000'0000), file + 256, file + 1024}) {
        check(is_bad(handle) and is_no_directory(handle));
    }
    check(is_bad(directory) and is_no_directory(file));
    // It was opened for reading only.
    check(ends.result_of(raw_message{4, -6, 5}.i32(file).u32(1).text("x")) == -9);
    check(ends.result_of(raw_message{10, -6, 5}.i32(file).i32(1)) == -22);
    check(ends.result_of(raw_message{21, -6, 5}.zeros(88).i32(128).i32(file)) == -22);
    check(ends.result_of(raw_message{2, -6, 5}.i32(file)) == 0 and ends.store.files == 0);
    check(is_bad(file));
    auto const second = ends.result_of(open_request("/d/f"));
    check(second != file and is_bad(file)); // the same place, another use
    check(ends.result_of(raw_message{2, -6, 5}.i32(second)) == 0);
    check(ends.result_of(raw_message{14, -6, 5}.i32(directory)) == 0 and ends.store.directories == 0);
    return true;
}
TEST_CASE("119: a handle that is not open, of another kind or of an earlier use is bad") {
    STATIC_REQUIRE(case_119_a_handle_is_checked());
}

constexpr auto case_120_counts_are_checked() -> bool {
    auto ends = server_beside_raw<counting_store>{};
    auto const file = ends.result_of(open_request("/d/f"));
    for (auto const count : {11u, 0x7fff'ffffu, 0x8000'0000u, 0xffff'ffffu}) {
        check(ends.result_of(raw_message{5, -6, 5}.i32(file).i32(0).i32(0)) == 0);
        auto const before = ends.client.count;
        ends.send(raw_message{3, -6, 5}.i32(file).u32(count));
        check(ends.client.count == before + 2); // ten bytes, and the end
        check(ends.client.heard[before % 16] == raw_message{3, 10, 5}.i32(file).u32(count).text("0123456789"));
        check(ends.client.last() == raw_message{3, 0, 5}.i32(file).u32(count));
    }
    // NuttX leaves a READ of nothing without an answer.
    check(ends.answer_to(raw_message{3, -6, 5}.i32(file).u32(0)) == raw_message{3, 0, 5}.i32(file).u32(0));
    return true;
}
constexpr auto a_write_is_as_long_as_it_says() -> bool {
    auto ends = server_beside_raw<ram_store<2, 16>>{};
    auto const file = ends.result_of(open_request("/f", 7));
    for (auto const count : {0u, 2u, 4u, 0x8000'0000u, 0xffff'ffffu}) {
        check(ends.result_of(raw_message{4, -6, 5}.i32(file).u32(count).text("abc")) == -22);
    }
    check(ends.result_of(raw_message{4, -6, 5}.i32(file).u32(3).text("abc")) == 3);
    check(ends.result_of(raw_message{4, -6, 5}.i32(file).u32(0)) == 0);
    check(ends.result_of(raw_message{4, -6, 5}.i32(file).u32(20).text("01234567890123456789")) == 13); // all that has room
    check(ends.result_of(raw_message{4, -6, 5}.i32(file).u32(1).text("x")) == -28);
    check(ends.result_of(raw_message{5, -6, 5}.i32(file).i32(0).i32(3)) == 3);
    // What fails without an answer is told by the next one that has an answer, and nothing is written between.
    auto const before = ends.client.count;
    ends.send(raw_message{4, -6, 0}.i32(file).u32(20).text("ABCDEFGHIJKLMNOPQRST"));
    ends.send(raw_message{5, -6, 5}.i32(file).i32(0).i32(0));
    ends.send(raw_message{4, -6, 0}.i32(file).u32(1).text("-"));
    check(ends.client.count == before + 1);
    check(ends.result_of(raw_message{4, -6, 5}.i32(file).u32(1).text("-")) == -28);
    check(ends.result_of(raw_message{4, -6, 5}.i32(file).u32(1).text("+")) == 1);
    check(ends.result_of(raw_message{5, -6, 5}.i32(file).i32(0).i32(0)) == 0);
    check(ends.answer_to(raw_message{3, -6, 5}.i32(file).u32(16)) ==
          raw_message{3, 16, 5}.i32(file).u32(16).text("+bcABCDEFGHIJKLM"));
    ends.send(raw_message{4, -6, 0}.i32(file)); // too short for a WRITE, and nobody waits
    check(ends.server.counts().malformed == 1);
    return true;
}
TEST_CASE("120: a READ of any count ends with the file, a WRITE has as many bytes as it says") {
    STATIC_REQUIRE(case_120_counts_are_checked());
    STATIC_REQUIRE(a_write_is_as_long_as_it_says());
}

constexpr auto case_121_short_and_unknown_messages() -> bool {
    auto ends = server_beside_raw<ram_store<2, 16>>{};
    auto const file = ends.result_of(open_request("/f", 7));
    auto const before = ends.client.count;
    for (auto size = std::size_t{}; size < 16; ++size) {
        ends.send(raw_message{}.zeros(size));
    }
    check(ends.client.count == before and ends.server.counts().malformed == 16);
    // Each request that is shorter than its front: 16 bytes, and invalid.
    constexpr auto fronts = std::array<std::size_t, 23>{16, 24, 20, 24, 24, 28, 36, 20, 20,  108, 24, 16,
                                                        24, 20, 20, 80, 16, 24, 16, 16, 104, 112, 108};
    for (auto command = 0u; command < fronts.size(); ++command) {
        for (auto size = std::size_t{16}; size < fronts[command]; size += 3) {
            auto const answer = ends.answer_to(raw_message{command, -6, 9}.zeros(size - 16));
            auto const code = load<std::int32_t>(answer.view().subspan(4));
            check(code == -22);
            auto const is_with_path = command == 15 or command == 20;
            check(answer.view().size() == (is_with_path ? command == 15 ? 80u : 108u : 16u));
        }
    }
    for (auto const command : {0u, 23u, 77u, 0xffff'ffffu}) {
        check(ends.answer_to(raw_message{command, -6, 9}.zeros(40)) == raw_message{command, -22, 9});
    }
    // A READDIR whose size tells no layout.
    auto const directory = ends.result_of(raw_message{11, -6, 5}.path("/"));
    for (auto const size : {0u, 3u, 5u, 9u, 16u, 100u}) {
        check(ends.result_of(raw_message{12, -6, 5}.i32(directory).zeros(size)) == -22);
    }
    for (auto const flags : {0u, 4u}) { // neither reads nor writes
        check(ends.result_of(open_request("/f", flags)) == -22);
    }
    for (auto const [whence, offset, expected] :
         {std::array{3, 0, -22}, std::array{-1, 0, -22}, std::array{0, -1, -22}, std::array{2, 0x7fff'ffff, 0x7fff'ffff},
          std::array{1, 1, -75}, std::array{2, static_cast<int>(0x8000'0000), -22}}) {
        check(ends.result_of(raw_message{5, -6, 5}.i32(file).i32(whence).i32(offset)) == expected);
    }
    check(ends.result_of(raw_message{10, -6, 5}.i32(file).i32(-1)) == -22);
    return true;
}
TEST_CASE("121: a message that is too short, unknown or out of range is refused") {
    STATIC_REQUIRE(case_121_short_and_unknown_messages());
}

constexpr auto case_122_a_flood_of_opens_ends_and_is_closed() -> bool {
    auto ends = server_beside_raw<counting_store, file_server_config{.handles = 8, .handles_per_session = 3}>{};
    for (auto i = 0; i < 3; ++i) {
        check(ends.result_of(i == 1 ? raw_message{11, -6, 5}.path("/d") : open_request("/d/f")) > 0);
    }
    check(ends.result_of(open_request("/d/f")) == -24 and ends.result_of(raw_message{11, -6, 5}.path("/d")) == -24);
    check(ends.store.files == 2 and ends.store.directories == 1 and ends.server.open_count() == 3);
    check(ends.result_of(raw_message{6, -6, 5}.i32(1).i32(2).u64(3).u32(0)) == -25); // an ioctl with a pointer
    ends.link.at_b.close();
    ends.link.turn();
    check(ends.store.files == 0 and ends.store.directories == 0 and ends.server.open_count() == 0);
    check(ends.link.at_b.start().has_value());
    ends.link.turn();
    check(ends.result_of(open_request("/d/f")) > 0);
    return true;
}
TEST_CASE("122: a session opens so many files, and leaves none open") {
    STATIC_REQUIRE(case_122_a_flood_of_opens_ends_and_is_closed());
}

constexpr auto a_store_that_cannot_be_changed_says_so() -> bool {
    auto ends = server_beside_raw<counting_store>{};
    auto const file = ends.result_of(open_request("/d/f"));
    check(ends.result_of(open_request("/d/f", 2)) == -30 and ends.result_of(open_request("/d/new", 7)) == -30);
    check(ends.result_of(open_request("/n/new", 7)) == -2 and ends.result_of(open_request("/g/new", 7)) == -20);
    check(ends.result_of(open_request("/d/f", 1 | 4)) > 0 and ends.result_of(open_request("/d/f", 1 | 4 | 8)) == -17);
    check(ends.result_of(open_request("/d", 1)) == -21 and ends.result_of(open_request("/", 1)) == -21);
    check(ends.result_of(raw_message{11, -6, 5}.path("/g")) == -20);
    check(ends.result_of(raw_message{16, -6, 5}.path("/g")) == -30 and
          ends.result_of(raw_message{18, -6, 5}.path("/d")) == -30);
    check(ends.result_of(raw_message{17, -6, 5}.u64(0).path("/e")) == -30);
    check(ends.result_of(raw_message{19, -6, 5}.path("/g").zeros(5).path("/h")) == -30);
    check(ends.result_of(raw_message{22, -6, 5}.zeros(88).i32(1).path("/g")) == -30);
    check(ends.result_of(raw_message{21, -6, 5}.zeros(88).i32(1).i32(file)) == -30);
    check(ends.result_of(raw_message{7, -6, 5}.i32(file)) == 0);
    check(ends.server.counts().refused == 14);
    return true;
}
TEST_CASE("A server of an image refuses what would change it") { STATIC_REQUIRE(a_store_that_cannot_be_changed_says_so()); }

struct second_end : raw_end {
    static constexpr auto name() -> std::string_view { return "rpmsgfs-0x40001234"; }
};
struct two_sessions {
    using server_type = file_server<counting_store, file_server_config{.handles = 4}>;
    counting_store store{};
    server_type server{store};
    raw_end one{};
    second_end two{};
    two_channels<table_of_server<server_type>, endpoints<ref<raw_end>, ref<second_end>>, 6> link{
        table_of_server<server_type>{group_of(server)}, endpoints<ref<raw_end>, ref<second_end>>{ref{one}, ref{two}}};

    constexpr auto send(std::uint32_t end, raw_message const& request) -> void {
        check(link.at_b.at(end).send(request.view()).has_value());
    }
};
constexpr auto a_handle_belongs_to_its_session() -> bool {
    auto ends = two_sessions{};
    ends.send(0, open_request("/d/f"));
    ends.link.turn();
    auto const handle = load<std::int32_t>(ends.one.last().view().subspan(4));
    check(handle > 0);
    ends.send(1, raw_message{2, -6, 6}.i32(handle));
    ends.link.turn();
    check(ends.two.last() == raw_message{2, -9, 6}.i32(handle) and ends.store.files == 1);
    return true;
}
constexpr auto what_finds_no_buffer_waits_in_order() -> bool {
    auto ends = two_sessions{};
    ends.send(0, open_request("/d/f"));
    ends.link.turn();
    auto const handle = load<std::int32_t>(ends.one.last().view().subspan(4));
    ends.one.holds = ends.two.holds = true;
    for (auto i = 0; i < 6; ++i) { // every buffer of the server
        ends.send(1, raw_message{20, -6, 6}.zeros(88).path("/g"));
        ends.link.turn();
    }
    ends.send(0, raw_message{5, -6, 1}.i32(handle).i32(0).i32(4));
    ends.send(0, raw_message{3, -6, 2}.i32(handle).u32(100));
    ends.send(1, raw_message{20, -6, 7}.zeros(88).path("/n"));
    ends.link.turn();
    check(ends.server.waiting() == 3 and ends.one.count == 1 and ends.two.count == 6);
    ends.two.release_all();
    ends.one.release_all();
    ends.link.turn();
    check(ends.server.waiting() == 0 and ends.one.count == 4 and ends.two.count == 7);
    check(ends.one.heard[1] == raw_message{5, 4, 1}.i32(handle).i32(0).i32(4));
    check(ends.one.heard[2] == raw_message{3, 6, 2}.i32(handle).u32(100).text("456789"));
    check(ends.server.counts().lost == 0);
    return true;
}
constexpr auto more_than_can_wait_is_counted() -> bool {
    auto ends = server_beside_raw<counting_store, file_server_config{.waiting = 1}>{};
    ends.client.holds = true;
    for (auto i = 0; i < 6; ++i) { // four buffers, one that waits, one too many
        ends.send(raw_message{20, -6, 6}.zeros(88).path("/g"));
    }
    check(ends.client.count == 4 and ends.server.waiting() == 1 and ends.server.counts().lost == 1);
    ends.link.at_b.close(); // what waits ends with the session
    ends.link.turn();
    ends.client.release_all();
    check(ends.server.waiting() == 0);
    return true;
}
constexpr auto what_waits_is_answered_before_what_comes() -> bool {
    auto ends = server_beside_raw<counting_store>{};
    ends.client.holds = true;
    for (auto i = 0u; i < 5; ++i) {
        ends.send(raw_message{20, -6, i}.zeros(88).path("/g"));
    }
    check(ends.client.count == 4 and ends.server.waiting() == 1);
    ends.client.release_all();
    ends.send(raw_message{20, -6, 5}.zeros(88).path("/g")); // there is a buffer when it comes
    check(ends.client.count == 6);
    check(ends.client.heard[4].view()[8] == std::byte{4} and ends.client.heard[5].view()[8] == std::byte{5});
    return true;
}
TEST_CASE("A handle of another session is bad") { STATIC_REQUIRE(a_handle_belongs_to_its_session()); }
TEST_CASE("A request that finds no buffer for its answer waits, in the order of its session") {
    STATIC_REQUIRE(what_finds_no_buffer_waits_in_order());
    STATIC_REQUIRE(what_waits_is_answered_before_what_comes());
    STATIC_REQUIRE(more_than_can_wait_is_counted());
}

/// A file without end.
struct endless_store : counting_store {
    constexpr auto read(file&, std::uint64_t, bytes into) -> file_result<std::uint32_t> {
        return static_cast<std::uint32_t>(into.size());
    }
};
constexpr auto a_long_read_leaves_the_link_to_others() -> bool {
    auto ends = server_beside_raw<endless_store, file_server_config{}, 16>{};
    auto const handle = ends.result_of(open_request("/d/f"));
    auto const before = ends.client.count;
    check(ends.link.at_b.at(0).send(raw_message{3, -6, 2}.i32(handle).u32(136 * 9 + 1).view()).has_value());
    check(ends.link.at_b.at(0).send(raw_message{5, -6, 3}.i32(handle).i32(1).i32(0).view()).has_value());
    (void)ends.link.at_a.poll();
    check(ends.server.is_pending());
    (void)ends.link.at_b.poll();
    check(ends.client.count - before <= 8);
    ends.link.turn();
    check(ends.client.count == before + 11 and not ends.server.is_pending() and ends.server.waiting() == 0);
    check(ends.client.heard[(before + 9) % 16].view().size() == 25); // no more than was asked
    check(ends.client.last() == raw_message{5, 136 * 9 + 1, 3}.i32(handle).i32(1).i32(0));
    return true;
}
TEST_CASE("A long READ is answered by several polls") { STATIC_REQUIRE(a_long_read_leaves_the_link_to_others()); }

} // namespace
