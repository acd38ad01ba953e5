#include <rpmsg/service/files/image_store.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstddef>
#include <string_view>

namespace {
using namespace rpmsg;

constexpr auto entries = std::array{image_entry{"d", {}, file_type::directory}, image_entry{"d/e", {}, file_type::directory},
                                    image_entry{"d/f", "0123456789"_payload}, image_entry{"dx", "x"_payload}};

constexpr auto an_image_is_read_from_where_it_lies() -> bool {
    auto store = image_store{entries};
    auto file = image_store::file{};
    auto into = std::array<std::byte, 4>{};
    check(store.open("d/f", {.read = true}, 0, file) == file_error::none);
    check(*store.read(file, 8, into) == 2 and into[0] == std::byte{'8'} and *store.read(file, 10, into) == 0);
    check(*store.read(file, 0x1'0000'0000, into) == 0);
    check(store.status_of(file)->size == 10 and store.status_of("d/f")->inode == 4);
    check(store.status_of("")->type == file_type::directory and store.status_of("d/n").error() == file_error::no_entry);
    check(store.status_of("d/f/n").error() == file_error::not_a_directory);
    check(store.open("dx", {.read = true, .write = true}, 0, file) == file_error::read_only);
    check(store.system().files == 5);
    return true;
}
constexpr auto a_directory_has_its_own_entries() -> bool {
    auto store = image_store{entries};
    auto directory = image_store::directory{};
    auto name = std::array<char, 1>{};
    check(store.open_directory("d", directory) == file_error::none);
    check(store.next(directory, name)->type == file_type::directory and name[0] == 'e');
    check(store.next(directory, name)->name_size == 1 and name[0] == 'f');
    check(store.next(directory, name).error() == file_error::no_entry);
    store.rewind(directory);
    check(store.next(directory, name).has_value());
    check(store.open_directory("", directory) == file_error::none and store.next(directory, name).has_value());
    check(store.next(directory, name).error() == file_error::name_too_long); // it is passed over
    check(store.next(directory, name).error() == file_error::no_entry);
    check(store.open_directory("dx", directory) == file_error::not_a_directory);
    check(store.open_directory("n", directory) == file_error::no_entry);
    return true;
}
} // namespace

TEST_CASE("Files of an image are read from where they lie") {
    STATIC_REQUIRE(an_image_is_read_from_where_it_lies());
    STATIC_REQUIRE(a_directory_has_its_own_entries());
}
