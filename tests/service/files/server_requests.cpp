// What the server answers, field by field as NuttX expects, in both layouts.
#include <rpmsg/service/files/ram_store.hpp>
#include <rpmsg/service/files/server_requests.hpp>

#include <catch2/catch_test_macros.hpp>

#include "a_status.hpp"
#include "raw_files.hpp"
#include <array>
#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;
using wire::files_layout;

template <files_layout Layout> constexpr auto the_server_answers_as_nuttx_expects() -> bool {
    auto ends = server_beside_raw<ram_store<4, 64>, file_server_config{.layout = Layout}>{};
    auto const open = raw_message{1, -6, 77}.u32(is_legacy<Layout> ? 7 : 0x42).u32(0644).path("/a");
    auto const handle = ends.result_of(open);
    check(handle > 0 and ends.client.last() == raw_message{1, handle, 77}.u32(is_legacy<Layout> ? 7 : 0x42).u32(0644));
    auto const answers = [&](raw_message const& request, raw_message const& expected) {
        check(ends.answer_to(request) == expected);
    };
    answers(raw_message{4, -6, 1}.i32(handle).u32(4).text("data"), raw_message{4, 4, 1}.i32(handle).u32(4));
    answers(raw_message{5, -6, 2}.i32(handle).u32(0).i32(1), raw_message{5, 1, 2}.i32(handle).u32(0).i32(1));
    answers(raw_message{3, -6, 3}.i32(handle).u32(2), raw_message{3, 2, 3}.i32(handle).u32(2).text("at"));
    answers(raw_message{7, -6, 4}.i32(handle), raw_message{7, 0, 4}.i32(handle));
    auto const second = ends.result_of(raw_message{8, -6, 5}.i32(handle));
    check(second >= 1 and second != handle and ends.client.last() == raw_message{8, second, 5}.i32(handle));
    answers(raw_message{2, -6, 5}.i32(second), raw_message{2, 0, 5}.i32(second));
    answers(raw_message{10, -6, 6}.i32(handle).i32(3), raw_message{10, 0, 6}.i32(handle).i32(3));
    {
        auto request = raw_message{21, -6, 7};
        auto expected = raw_message{21, 0, 7};
        answers(add_status<Layout>(request).u32(1 | 2 | 4 | 8 | 16).i32(handle),
                add_status<Layout>(expected).u32(1 | 2 | 4 | 8 | 16).i32(handle));
    }
    auto kept = a_status;
    kept = {.type = file_type::regular,
            .permissions = 0640,
            .user = 10,
            .group = 11,
            .inode = 2,
            .size = 3,
            .blocks = 1,
            .accessed = a_status.accessed,
            .modified = a_status.modified};
    auto status = raw_message{};
    status.u32(0).u32(0100640).u32(0);
    if (is_legacy<Layout>) {
        status.u16(2).u16(1);
    } else {
        status.u32(2);
    }
    status.u64(3).u64(100).u64(1).u64(200).u64(2).u64(0).u64(0).u64(1).u16(10).u16(11).u16(512).u16(is_legacy<Layout> ? 0 : 1);
    auto const with_status = [&](raw_message front) {
        for (auto const each : status.view()) {
            front.text(std::string_view{std::array{static_cast<char>(each)}.data(), 1});
        }
        return front;
    };
    answers(raw_message{9, -6, 8}.zeros(88).i32(handle), with_status(raw_message{9, 0, 8}).i32(handle));
    answers(raw_message{20, -6, 9}.zeros(88).path("/a"), with_status(raw_message{20, 0, 9}).zeros(4));
    answers(raw_message{20, -6, 9}.zeros(88).path("/b"), raw_message{20, -2, 9}.zeros(92));
    answers(raw_message{2, -6, 10}.i32(handle), raw_message{2, 0, 10}.i32(handle));

    answers(raw_message{17, -6, 11}.u32(0755).u32(0).path("/d"), raw_message{17, 0, 11}.u32(0755).u32(0));
    answers(raw_message{19, -6, 12}.path("/a").zeros(5).path("/d/b"), raw_message{19, 0, 12});
    auto const directory = ends.result_of(raw_message{11, -6, 13}.path("/d"));
    check(directory >= 1 and ends.client.last() == raw_message{11, directory, 13});
    // The size of the request tells the layout, in a server of either.
    answers(raw_message{12, -6, 14}.i32(directory).u32(0), raw_message{12, 0, 14}.i32(directory).u32(8).path("b"));
    answers(raw_message{12, -6, 15}.i32(directory).u32(0), raw_message{12, -2, 15}.i32(directory).u32(0));
    answers(raw_message{13, -6, 16}.i32(directory), raw_message{13, 0, 16}.i32(directory));
    answers(raw_message{12, -6, 17}.i32(directory).u32(0).u32(0),
            raw_message{12, 0, 17}.i32(directory).u32(2).u32(8).path("b"));
    answers(raw_message{14, -6, 18}.i32(directory), raw_message{14, 0, 18}.i32(directory));
    answers(raw_message{15, -6, 19}.zeros(64).path("/"),
            raw_message{15, 0, 19}.u32(0).u32(0).u64(47).u64(512).u64(4).u64(2).u64(2).u64(4).u64(2));
    answers(raw_message{16, -6, 20}.path("/d/b"), raw_message{16, 0, 20});
    answers(raw_message{18, -6, 21}.path("/d"), raw_message{18, 0, 21});
    {
        auto request = raw_message{22, -6, 22};
        auto expected = raw_message{22, -2, 22};
        answers(add_status<Layout>(request).u32(1).path("/d"), add_status<Layout>(expected).u32(1).path("/d").zeros(1));
    }
    auto const ioctl = raw_message{6, -6, 23}.i32(handle).u32(5).u64(9).u32(4).text("wxyz");
    answers(ioctl, raw_message{6, -25, 23}.i32(handle).u32(5).u64(9).u32(4).text("wxyz"));
    return true;
}
TEST_CASE("The server answers as NuttX expects, to the byte") {
    STATIC_REQUIRE(the_server_answers_as_nuttx_expects<files_layout::legacy>());
    STATIC_REQUIRE(the_server_answers_as_nuttx_expects<files_layout::nuttx_2026>());
}

} // namespace
