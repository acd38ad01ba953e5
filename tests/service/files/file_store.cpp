#include <rpmsg/service/files/file_store.hpp>
#include <rpmsg/service/files/image_store.hpp>
#include <rpmsg/service/files/ram_store.hpp>

#include <catch2/catch_test_macros.hpp>

namespace {
using namespace rpmsg;

struct without_sync : ram_store<> {
    auto sync(file&) -> void = delete;
};
struct without_a_size {
    using file = int;
    using directory = int;
};
} // namespace

TEST_CASE("A store can be read, or changed, or is none") {
    STATIC_REQUIRE(file_store<image_store>);
    STATIC_REQUIRE_FALSE(changeable_file_store<image_store>);
    STATIC_REQUIRE(changeable_file_store<ram_store<>>);
    STATIC_REQUIRE(file_store<without_sync>);
    STATIC_REQUIRE_FALSE(changeable_file_store<without_sync>);
    STATIC_REQUIRE_FALSE(file_store<without_a_size>);
}
