#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/rpmsg_char.hpp>
#include <rpmsg/host/rpmsg_control.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <linux/netlink.h>
#include <optional>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rpmsg::host {

/// A name that the remote processor announced and has not withdrawn.
struct rpmsg_channel {
    std::string name{};
    address remote{};
    std::uint64_t identity{}; ///< differs for each announcement, also of the same name and address
};

/// The channels between Linux and one remote processor, as the kernel lists them in /sys/bus/rpmsg (Linux,
/// Documentation/ABI/testing/sysfs-bus-rpmsg): what the remote processor announced, and channels of this process, which Linux
/// announces to it. A channel of a process has an address from 2^30 on that holds the number of the process. The calls that
/// make and release channels need the rights of root; they wait for a transmit buffer, as the kernel does, for 15 s at most.
class rpmsg_channels {
    static constexpr auto driver = std::string_view{"rpmsg_chrdev"};
    static constexpr std::uint32_t own_addresses = 0x4000'0000;
    static constexpr std::uint32_t addresses_each = 0x100; ///< of one process; numbers of processes have 22 bits

    /// What the name of a device of the bus says, behind that of its parent: name.source.destination.
    struct device_name {
        std::string_view name{};
        address source{};
        address destination{};
    };

    std::string control_;
    rpmsg_paths paths_;
    std::string parent_{}; ///< the device of the remote processor
    descriptor changes_{};
    std::uint32_t made_{};

    static auto read_number(std::string_view& text) -> std::optional<address> {
        auto const dot = text.rfind('.');
        auto number = std::int64_t{};
        if (dot == std::string_view::npos) {
            return std::nullopt;
        }
        auto const* const end = text.data() + text.size();
        auto const [rest, trouble] = std::from_chars(text.data() + dot + 1, end, number);
        text.remove_suffix(text.size() - dot);
        return rest == end and trouble == std::errc{} ? std::optional{address{static_cast<std::uint32_t>(number)}}
                                                      : std::nullopt;
    }
    auto read(std::string_view device) const -> std::optional<device_name> {
        if (parent_.empty() or not device.starts_with(parent_ + ".")) {
            return std::nullopt;
        }
        device.remove_prefix(parent_.size() + 1);
        auto const destination = read_number(device);
        auto const source = read_number(device);
        return destination and source ? std::optional{device_name{device, *source, *destination}} : std::nullopt;
    }
    [[nodiscard]] auto folder_of(std::string_view name, address local, address remote) const -> std::string {
        auto shown = std::string{name};
        std::ranges::replace(shown, '/', '!');
        auto const number = [](address it) {
            return std::string{"."}.append(std::to_string(static_cast<std::int32_t>(static_cast<std::uint32_t>(it))));
        };
        return parent_ + "." + shown + number(local) + number(remote);
    }
    [[nodiscard]] auto devices() const -> std::string { return paths_.bus + "/devices/"; }

    /// Calls visit(entry) for the entries of a folder, as long as it lasts.
    static auto for_each(std::string const& folder, auto&& visit) -> void {
        auto trouble = std::error_code{};
        auto const end = std::filesystem::directory_iterator{};
        for (auto entry = std::filesystem::directory_iterator{folder, trouble}; not trouble and entry != end;
             entry.increment(trouble)) {
            visit(entry->path());
        }
    }
    static auto identity_of(std::string const& path) -> std::uint64_t {
        struct stat found {};
        return stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
    }
    static auto write(std::string const& path, std::string_view text) -> failure {
        auto const file = descriptor{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
        if (not file or ::write(file.number(), text.data(), text.size()) < 0) {
            return {path + " cannot be written: " + words_of(errno)};
        }
        return {};
    }
    /// Opens the device file of a channel that is bound to the driver, which other programs may have to get the rights to first.
    [[nodiscard]] auto open(std::string const& device) const -> outcome<descriptor> {
        auto why = std::string{"it has no device file"};
        auto const deadline = steady_clock::now() + 100;
        do {
            auto file = descriptor{};
            for_each(devices() + device + "/rpmsg", [&](std::filesystem::path const& entry) {
                auto const path = paths_.devices + "/" + entry.filename().string();
                file = descriptor{::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
                why = path + ": " + words_of(errno);
            });
            if (file) {
                return file;
            }
        } while (not has_passed(deadline, steady_clock::now()) and usleep(1000) == 0);
        return failure{"the channel " + device + " cannot be opened: " + why};
    }

  public:
    using endpoint = rpmsg_char;

    /// `control` is the device file of the remote processor's control device, which need not be there yet.
    explicit rpmsg_channels(std::string control = "/dev/rpmsg_ctrl0", rpmsg_paths paths = {})
        : control_{std::move(control)}, paths_{std::move(paths)} {}

    /// Returns a number that stands for the remote processor until it is stopped; 0 while it is not there.
    [[nodiscard]] auto find() -> std::uint64_t {
        auto const folder = paths_.classes + "/" + std::filesystem::path{control_}.filename().string();
        auto trouble = std::error_code{};
        auto const device = std::filesystem::read_symlink(folder + "/device", trouble).filename().string();
        auto const end = device.find(".rpmsg_ctrl.");
        parent_ = trouble or end == std::string::npos ? std::string{} : device.substr(0, end);
        return parent_.empty() ? 0 : identity_of(folder);
    }

    /// Returns what the remote processor has announced: 1024 names at most.
    [[nodiscard]] auto list() const -> std::vector<rpmsg_channel> {
        auto found = std::vector<rpmsg_channel>{};
        for_each(devices(), [&](std::filesystem::path const& entry) {
            auto const device = entry.filename().string();
            auto const read_name = read(device);
            if (not read_name or read_name->source != any_address or read_name->destination == any_address or
                found.size() == 1024) {
                return;
            }
            auto name = std::string{read_name->name};
            if (name.find('!') != std::string::npos) { // or a '/', which no file name contains
                auto file = std::ifstream{entry / "name"};
                std::getline(file, name);
            }
            if (auto const identity = identity_of(entry.string()); identity != 0 and not name.empty() and wire::is_name(name)) {
                found.push_back({name, read_name->destination, identity});
            }
        });
        return found;
    }

    /// Makes a channel of this process and opens it. Linux announces it to the remote processor. It sends to `remote`, or, for
    /// the any-address, only receives.
    [[nodiscard]] auto make(std::string_view name, address local, address remote) const -> outcome<descriptor> {
        auto control = rpmsg_control::open(control_);
        return control ? make(*control, name, local, remote) : outcome<descriptor>{failure{control.error()}};
    }
    [[nodiscard]] auto make(auto const& control, std::string_view name, address local, address remote) const
        -> outcome<descriptor> {
        if (auto made = control.create_channel(name, local, remote); not made.text.empty()) {
            return made;
        }
        auto const device = folder_of(name, local, remote);
        auto const bound = [&]() -> failure {
            auto why = write(devices() + device + "/driver_override", driver);
            auto trouble = std::error_code{};
            if (not why.text.empty() or std::filesystem::exists(devices() + device + "/driver", trouble)) {
                return why;
            }
            return write(paths_.bus + "/drivers/" + std::string{driver} + "/bind", device);
        }();
        auto file = bound.text.empty() ? open(device) : outcome<descriptor>{bound};
        if (not file) {
            (void)control.release_channel(name, local, remote);
        }
        return file;
    }
    /// Ends a channel of this process: Linux withdraws it from the remote processor.
    auto release(std::string_view name, address local, address remote) const -> void {
        if (auto control = rpmsg_control::open(control_)) {
            (void)control->release_channel(name, local, remote);
        }
    }
    /// Makes an endpoint that is not announced. It needs no rights but those for the device files.
    [[nodiscard]] auto make_endpoint(std::string_view name, address remote) const -> outcome<endpoint> {
        auto control = rpmsg_control::open(control_);
        if (not control) {
            return failure{control.error()};
        }
        return rpmsg_char::create(*control, name, any_address, remote, steady_clock::now() + 100, paths_);
    }

    /// An address for the next channel of this process.
    [[nodiscard]] auto next_address() -> address {
        auto const process = static_cast<std::uint32_t>(getpid()) % (own_addresses / addresses_each);
        return address{own_addresses + process * addresses_each + made_++ % addresses_each};
    }
    /// Releases the channels of processes that have ended without doing so. All programs of a remote processor have to run in one
    /// namespace of process numbers.
    auto release_stale() const -> void {
        for_each(devices(), [&](std::filesystem::path const& entry) {
            auto const device = entry.filename().string();
            auto const it = read(device);
            auto const source = it ? static_cast<std::uint32_t>(it->source) : 0;
            if (source < own_addresses or source >= 2 * own_addresses) {
                return;
            }
            auto const process = static_cast<pid_t>((source - own_addresses) / addresses_each);
            auto name = std::string{};
            auto file = std::ifstream{entry / "name"};
            if (kill(process, 0) != 0 and errno == ESRCH and std::getline(file, name)) {
                release(name, it->source, it->destination);
            }
        });
    }

    /// Becomes readable when a device of the machine came or went; -1 where the kernel does not tell.
    [[nodiscard]] auto changes() -> int {
        if (not changes_) {
            changes_ = descriptor{socket(AF_NETLINK, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT)};
            auto where = sockaddr_nl{};
            where.nl_family = AF_NETLINK;
            where.nl_groups = 1;
            if (changes_ and bind(changes_.number(), reinterpret_cast<sockaddr const*>(&where), sizeof where) != 0) {
                changes_.close();
            }
        }
        return changes_.number();
    }
    /// Returns whether a device of RPMsg came or went since the last call, as far as the kernel tells.
    auto has_changed() -> bool {
        auto is_meant = false;
        auto text = std::array<char, 2048>{};
        auto got = changes_ ? recv(changes_.number(), text.data(), text.size(), 0) : -1;
        for (; got >= 0 or errno == ENOBUFS; got = recv(changes_.number(), text.data(), text.size(), 0)) {
            auto const told = std::string_view{text.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))};
            is_meant = is_meant or got < 0 or told.find("rpmsg") != std::string_view::npos;
        }
        return is_meant;
    }
};

} // namespace rpmsg::host
