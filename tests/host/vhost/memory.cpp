#include <rpmsg/host/vhost/memory.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
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

TEST_CASE("what is no memory is refused by its kind") {
    auto ends = std::array{-1, -1};
    REQUIRE(pipe(ends.data()) == 0);
    auto const reader = descriptor{ends[0]};
    auto const writer = descriptor{ends[1]};
    auto const about = vhost_message::region{0, 0x1000, 0, 0};
    CHECK(refusal(about, reader).find("of what is no memory: a pipe") != std::string::npos);
    CHECK(refusal(about, descriptor{open("/", O_RDONLY)}).find("of what is no memory: a directory") != std::string::npos);
    CHECK(refusal(about, descriptor{socket(AF_UNIX, SOCK_STREAM, 0)}).find("no memory: a socket") != std::string::npos);
    CHECK(refusal(about, descriptor{open("/dev/zero", O_RDWR)}).find("no memory: a device") != std::string::npos);
    CHECK(refusal(about, descriptor{eventfd(0, 0)}).find("no memory: a device, or no file at all") != std::string::npos);
    CHECK(refusal(about, descriptor{open("/proc/self/exe", O_RDONLY)}).find("cannot be mapped") != std::string::npos);
}

TEST_CASE("a file that can be sealed is kept from becoming smaller, another is seen to") {
    auto const about = vhost_message::region{0, 0x2000, 0, 0};
    auto const sealable = descriptor{memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    REQUIRE(ftruncate(sealable.number(), 0x2000) == 0);
    auto sealed = vhost_memory::map(about, sealable);
    REQUIRE(sealed);
    CHECK(ftruncate(sealable.number(), 0x1000) != 0);
    CHECK(sealed->is_whole());

    auto const file = file_of(0x3000);
    auto mapped = vhost_memory::map(about, file);
    REQUIRE(mapped);
    REQUIRE(ftruncate(file.number(), 0x2000) == 0);
    CHECK(mapped->is_whole());
    REQUIRE(ftruncate(file.number(), 0x1fff) == 0);
    CHECK_FALSE(mapped->is_whole());
    mapped->part(); // leaves zeroes: nothing of it may be touched
    CHECK(mapped->mapping()[0] == std::byte{0});
}

TEST_CASE("a mapping that is parted keeps its address and content, and hears and tells nothing any more") {
    auto const file = file_of(0x2000);
    auto mapped = vhost_memory::map({0, 0x2000, 0, 0}, file);
    REQUIRE(mapped);
    mapped->mapping()[0] = std::byte{1};
    auto const* const start = mapped->mapping().data();
    auto before = mapped->renew();
    CHECK(before.mapping().data() == start);
    CHECK(mapped->mapping().data() != start);
    CHECK(before.mapping()[0] == std::byte{1});
    CHECK(mapped->mapping()[0] == std::byte{1});
    before.mapping()[0] = std::byte{2};
    CHECK(mapped->mapping()[0] == std::byte{1});
    mapped->mapping()[0] = std::byte{3};
    CHECK(before.mapping()[0] == std::byte{2});
    before.blank();
    CHECK(before.mapping().data() == start);
    CHECK(before.mapping()[0] == std::byte{0});
    CHECK(mapped->mapping()[0] == std::byte{3});
}
