#include <rpmsg/service/files/remote_file.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;

/// A server of one file, whose sessions the test ends; it counts the calls of each kind.
struct server {
    std::array<std::byte, 64> content{};
    std::uint32_t size{};
    std::uint32_t position{};
    std::uint32_t session = 1;
    open_mode mode{};
    unsigned opened{};
    unsigned sought{};
    file_error next{}; ///< of the next call on a handle
};
/// The calls of `remote_files`.
struct files {
    server* at;

    constexpr auto refusal(file_handle it) -> file_error {
        auto const why = at->next;
        at->next = file_error::none;
        return it.session != at->session ? file_error::stale : why;
    }
    constexpr auto open(std::string_view path, open_mode mode, std::int32_t) -> file_result<file_handle> {
        check(path == "/f");
        at->mode = mode;
        at->position = 0;
        at->size = mode.truncate ? 0 : at->size;
        ++at->opened;
        return file_handle{.number = 1, .session = at->session};
    }
    constexpr auto close(file_handle it) -> file_error { return refusal(it); }
    constexpr auto read(file_handle it, bytes into) -> file_result<std::uint32_t> {
        if (auto const why = refusal(it); why != file_error::none) {
            return why;
        }
        auto const count = std::min(into.size(), std::size_t{at->size - std::min(at->size, at->position)});
        copy(const_bytes{at->content}.subspan(at->position, count), into);
        at->position += static_cast<std::uint32_t>(count);
        return static_cast<std::uint32_t>(count);
    }
    constexpr auto write(file_handle it, const_bytes data) -> file_result<std::uint32_t> {
        if (auto const why = refusal(it); why != file_error::none) {
            return why;
        }
        at->position = at->mode.append ? at->size : at->position;
        copy(data, bytes{at->content}.subspan(at->position));
        at->position += static_cast<std::uint32_t>(data.size());
        at->size = std::max(at->size, at->position);
        return static_cast<std::uint32_t>(data.size());
    }
    constexpr auto call(file_request const& what) -> file_result<file_answer> {
        if (auto const why = refusal(what.handle); why != file_error::none) {
            return why;
        }
        if (what.command == wire::file_command::seek) {
            ++at->sought;
            at->position = static_cast<std::uint32_t>(what.number);
        } else if (what.command == wire::file_command::truncate) {
            at->size = static_cast<std::uint32_t>(what.number);
        } else if (what.command == wire::file_command::status_of_handle) {
            what.found->size = at->size;
        }
        return file_answer{.result = 0};
    }
};
constexpr auto both = open_mode{.read = true, .write = true, .create = true, .truncate = true};

constexpr auto a_file_is_sought_in_only_where_the_offset_is_another() -> bool {
    auto there = server{};
    auto it = remote_file{files{&there}, "/f"};
    auto into = std::array<std::byte, 4>{};
    check(it.open(both) == file_error::none);
    check(*it.write_at(0, "0123"_payload) == 4 and *it.write_at(4, "4567"_payload) == 4 and there.sought == 0);
    check(*it.read_at(2, into) == 4 and there.sought == 1 and same(into, "2345"_payload));
    check(*it.read_at(6, into) == 2 and there.sought == 1);
    there.next = file_error::input_output; // where the position is after that is not known
    check(it.read_at(8, into).error() == file_error::input_output);
    check(*it.read_at(8, into) == 0 and there.sought == 2);
    check(it.read_at(0x8000'0000, into).error() == file_error::overflow);
    check(it.write_at(0x8000'0000, into).error() == file_error::too_large);
    check(it.truncate(0x8000'0000) == file_error::too_large and it.truncate(3) == file_error::none);
    auto found = file_status{};
    check(it.status(found) == file_error::none and found.size == 3 and it.close() == file_error::none);
    auto end = remote_file{files{&there}, "/f"};
    check(end.open({.read = true, .write = true, .append = true}) == file_error::none);
    check(*end.write_at(0, "xy"_payload) == 2 and there.sought == 2 and there.size == 5); // at the end, wherever it is said
    check(*end.read_at(3, into) == 2 and there.sought == 3 and same(const_bytes{into}.first(2), "xy"_payload));
    return true;
}
constexpr auto a_lost_file_is_opened_anew_where_that_is_wanted() -> bool {
    for (auto const reopens : {false, true}) {
        auto there = server{};
        auto it = remote_file{files{&there}, "/f", reopens};
        auto into = std::array<std::byte, 4>{};
        check(it.open(both) == file_error::none and *it.write_at(0, "0123"_payload) == 4);
        ++there.session;
        check(it.read_at(1, into).error() == (reopens ? file_error::none : file_error::stale));
        check(there.opened == (reopens ? 2 : 1) and there.size == 4); // it is not made empty again
        check(there.mode == (reopens ? open_mode{.read = true, .write = true} : both));
        there.next = file_error::connection_reset; // what has an offset is done again
        check(it.write_at(0, "x"_payload).error() == (reopens ? file_error::none : file_error::stale));
        auto end = remote_file{files{&there}, "/f", reopens};
        check(end.open({.write = true, .append = true}) == file_error::none);
        there.next = file_error::connection_reset; // it may have been written
        check(end.write_at(0, "x"_payload).error() == file_error::connection_reset);
    }
    return true;
}
} // namespace

TEST_CASE("A remote file is sought in only where the offset is another one") {
    STATIC_REQUIRE(a_file_is_sought_in_only_where_the_offset_is_another());
}
TEST_CASE("A file whose session has ended is opened anew, where that is wanted") {
    STATIC_REQUIRE(a_lost_file_is_opened_anew_where_that_is_wanted());
}
