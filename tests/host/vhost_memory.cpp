#include <rpmsg/host/vhost_memory.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

using rpmsg::host::descriptor;
using rpmsg::host::vhost_memory;
using rpmsg::host::vhost_message;

namespace {
auto file_of(off_t size) -> descriptor {
    auto file = descriptor{memfd_create("memory", MFD_CLOEXEC)};
    (void)!ftruncate(file.number(), size);
    return file;
}
auto refusal(vhost_message::region const& about, descriptor const& file) -> std::string {
    return vhost_memory::map(about, file).error();
}
} // namespace

TEST_CASE("a region is mapped at its offset in the file") {
    auto const file = file_of(0x4000);
    auto const value = std::uint32_t{0x1234};
    REQUIRE(pwrite(file.number(), &value, sizeof(value), 0x2008) == sizeof(value));
    auto mapped = vhost_memory::map({0x1000, 0x2000, 0x7000'0000, 0x2000}, file);
    REQUIRE(mapped);
    CHECK(mapped->mapping().size() == 0x2000);
    CHECK(rpmsg::load<std::uint32_t>(mapped->mapping().subspan(8)) == 0x1234);
    CHECK(mapped->guest_address() == 0x1000);
    CHECK(mapped->offset_of(0x7000'0010) == 0x10);
    CHECK(mapped->offset_of(0x7000'2000) == rpmsg::nowhere);
    CHECK(mapped->offset_of(0x6fff'ffff) == rpmsg::nowhere);
    CHECK_FALSE(vhost_memory{});
    CHECK(vhost_memory{}.offset_of(0) == rpmsg::nowhere);
}

TEST_CASE("a region that the file does not hold is refused") {
    auto const file = file_of(0x2000);
    CHECK(refusal({0, 0x3000, 0, 0}, file) == "gives a memory region of 12288 bytes at 0 of a file of 8192");
    CHECK(refusal({0, 0x1000, 0, 0x2000}, file) == "gives a memory region of 4096 bytes at 8192 of a file of 8192");
    CHECK(refusal({0, 0x1000, 0, 0xffff'ffff'ffff'f000}, file) != "");
    CHECK(refusal({0, 0x1000, 0, 0}, descriptor{}) != "");
    CHECK(refusal({0, 0x1000, 0, 0}, descriptor{dup(0)}) != "");
}

TEST_CASE("a region that cannot be addressed is refused") {
    auto const file = file_of(0x2000);
    CHECK(refusal({0, 0, 0, 0}, file).find("to map") != std::string::npos);
    CHECK(refusal({0, 0x1'0000'0000, 0, 0}, file).find("to map") != std::string::npos);
    CHECK(refusal({0, 0x1000, 0, 8}, file).find("begin at a page") != std::string::npos);
    CHECK(refusal({4, 0x1000, 0, 0}, file).find("begin at a page") != std::string::npos);
    CHECK(refusal({0xffff'ffff'ffff'f000, 0x2000, 0, 0}, file).find("beyond the last address") != std::string::npos);
    CHECK(refusal({0, 0x2000, 0xffff'ffff'ffff'f000, 0}, file).find("beyond the last address") != std::string::npos);
}
