#include <rpmsg/host/rpmsg_channels.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using rpmsg::address;
using rpmsg::any_address;
using rpmsg::host::failure;
using rpmsg::host::rpmsg_channel;
using rpmsg::host::rpmsg_channels;

namespace {
namespace files = std::filesystem;

/// A machine with remote processors, as folders.
struct machine {
    std::string folder = "/tmp/rpmsg-test-XXXXXX";

    machine() {
        REQUIRE(mkdtemp(folder.data()) != nullptr);
        for (auto const* each : {"/class", "/dev", "/bus/devices", "/bus/drivers/rpmsg_chrdev"}) {
            files::create_directories(folder + each);
        }
        add_control(0, "virtio0");
    }
    ~machine() { files::remove_all(folder); }
    machine(machine const&) = delete;
    auto operator=(machine const&) -> machine& = delete;

    auto add_control(int number, std::string const& parent) const -> void {
        auto const it = folder + "/class/rpmsg_ctrl" + std::to_string(number);
        files::create_directory(it);
        files::create_symlink("../" + parent + ".rpmsg_ctrl.0.0", it + "/device");
    }
    auto add(std::string const& device, std::string const& name) const -> void {
        files::create_directory(folder + "/bus/devices/" + device);
        std::ofstream{folder + "/bus/devices/" + device + "/name"} << name << "\n";
    }
    [[nodiscard]] auto channels() const -> rpmsg_channels {
        return rpmsg_channels{folder + "/dev/rpmsg_ctrl0", {folder + "/class", folder + "/dev", folder + "/bus"}};
    }
};

/// Makes and releases channels as the kernel does.
struct control {
    machine const* linux_side;
    std::string driver{}; ///< that has taken the channel by its name
    bool has_file = true;
    mutable std::vector<std::string> released{};

    [[nodiscard]] auto create_channel(std::string_view, address, address) const -> failure {
        linux_side->add("virtio0.a!b.1073741824.1024", "a/b");
        auto const it = linux_side->folder + "/bus/devices/virtio0.a!b.1073741824.1024";
        std::ofstream{it + "/driver_override"} << "(null)\n";
        std::ofstream{linux_side->folder + "/bus/drivers/rpmsg_chrdev/bind"} << "";
        if (not driver.empty()) {
            files::create_symlink("../drivers/" + driver, it + "/driver");
        } else if (has_file) {
            files::create_directories(it + "/rpmsg/rpmsg7");
            std::ofstream{linux_side->folder + "/dev/rpmsg7"} << "";
        }
        return {};
    }
    [[nodiscard]] auto release_channel(std::string_view name, address, address) const -> failure {
        released.emplace_back(name);
        return {};
    }
};
auto first_line(std::string const& path) -> std::string {
    auto text = std::string{};
    auto file = std::ifstream{path};
    std::getline(file, text);
    return text;
}
} // namespace

TEST_CASE("the remote processor is found by its control device, and another one after it is another one") {
    auto const linux_side = machine{};
    auto it = linux_side.channels();
    auto const first = it.find();
    CHECK(first != 0);
    CHECK(it.find() == first);
    files::rename(linux_side.folder + "/class/rpmsg_ctrl0", linux_side.folder + "/class/old");
    CHECK(it.find() == 0);
    linux_side.add("virtio0.echo.-1.1024", "echo");
    CHECK(it.list().empty());
    linux_side.add_control(0, "virtio3");
    CHECK(it.find() != 0);
    CHECK(it.find() != first);
    files::remove(linux_side.folder + "/class/rpmsg_ctrl0/device");
    files::create_symlink("../elsewhere", linux_side.folder + "/class/rpmsg_ctrl0/device");
    CHECK(it.find() == 0);
}

TEST_CASE("the names that this remote processor has announced are listed, and no others") {
    auto const linux_side = machine{};
    auto it = linux_side.channels();
    REQUIRE(it.find() != 0);
    linux_side.add("virtio0.echo.-1.1024", "echo");
    linux_side.add("virtio0.a.b.-1.-16", "a.b");
    linux_side.add("virtio0.rpdev!dev!x.-1.1030", "rpdev/dev/x");
    for (auto const* other : {"virtio1.echo.-1.1024", "virtio0.echo.1024.1025", "virtio0.echo.-1.-1", "virtio0.echo.-1.10x",
                              "virtio0.echo", "virtio0", "virtio01.echo.-1.5", "virtio0.1024.-1", "virtio0..-1.7"}) {
        linux_side.add(other, "echo");
    }
    linux_side.add("virtio0.no\tname.-1.1031", "no\tname");
    linux_side.add("virtio0." + std::string(32, 'a') + ".-1.1032", "echo");
    auto found = it.list();
    std::ranges::sort(found, {}, &rpmsg_channel::name);
    REQUIRE(found.size() == 3);
    CHECK((found[0].name == "a.b" and found[0].remote == address{0xffff'fff0}));
    CHECK((found[1].name == "echo" and found[1].remote == address{1024}));
    CHECK((found[2].name == "rpdev/dev/x" and found[2].remote == address{1030}));
    files::rename(linux_side.folder + "/bus/devices/virtio0.echo.-1.1024", linux_side.folder + "/old");
    linux_side.add("virtio0.echo.-1.1024", "echo");
    auto const again = it.list();
    auto const same = std::ranges::find(again, std::string{"echo"}, &rpmsg_channel::name);
    REQUIRE(same != again.end());
    CHECK(same->identity != found[1].identity);
}

TEST_CASE("a channel is bound to the driver of the device files and opened") {
    auto const linux_side = machine{};
    auto it = linux_side.channels();
    REQUIRE(it.find() != 0);
    auto const kernel = control{.linux_side = &linux_side};
    auto made = it.make(kernel, "a/b", address{0x4000'0000}, address{1024});
    REQUIRE(made);
    CHECK((fcntl(made->number(), F_GETFL) & (O_NONBLOCK | O_ACCMODE)) == (O_NONBLOCK | O_RDWR));
    auto const bus = linux_side.folder + "/bus";
    CHECK(first_line(bus + "/devices/virtio0.a!b.1073741824.1024/driver_override").starts_with("rpmsg_chrdev"));
    CHECK(first_line(bus + "/drivers/rpmsg_chrdev/bind") == "virtio0.a!b.1073741824.1024");
    CHECK(kernel.released.empty());
}

TEST_CASE("a channel that cannot be opened is released, and the reason is said") {
    auto const linux_side = machine{};
    auto it = linux_side.channels();
    REQUIRE(it.find() != 0);
    auto kernel = control{.linux_side = &linux_side};
    auto why = std::string{};
    SECTION("which another driver has") {
        kernel.driver = "rpmsg_tty";
        why = "the channel virtio0.a!b.1073741824.1024 cannot be opened: it has no device file";
    }
    SECTION("which has no device file") {
        kernel.has_file = false;
        why = "the channel virtio0.a!b.1073741824.1024 cannot be opened: it has no device file";
    }
    SECTION("without rights") {
        files::remove_all(linux_side.folder + "/bus/drivers");
        why = linux_side.folder + "/bus/drivers/rpmsg_chrdev/bind cannot be written: No such file or directory";
    }
    CHECK(it.make(kernel, "a/b", address{0x4000'0000}, address{1024}).error() == why);
    CHECK(kernel.released == std::vector<std::string>{"a/b"});
    CHECK(it.make("x", any_address, any_address).error().find("rpmsg_ctrl0 cannot be opened") != std::string::npos);
    CHECK(it.make_endpoint("x", address{1024}).error().find("rpmsg_ctrl0 cannot be opened") != std::string::npos);
}

TEST_CASE("the addresses of a process differ, and are those of no other process nor of the kernel") {
    auto const linux_side = machine{};
    auto it = linux_side.channels();
    auto const first = static_cast<std::uint32_t>(it.next_address());
    CHECK(first == 0x4000'0000 + static_cast<std::uint32_t>(getpid()) * 256);
    CHECK(static_cast<std::uint32_t>(it.next_address()) == first + 1);
    for (auto i = 0; i < 254; ++i) {
        CHECK(static_cast<std::uint32_t>(it.next_address()) < first + 256);
    }
    CHECK(static_cast<std::uint32_t>(it.next_address()) == first);
}
