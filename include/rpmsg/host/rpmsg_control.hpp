#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <system_error>
#include <utility>
#include <vector>

namespace rpmsg::host {

/// The folders in which Linux lists its endpoints.
struct rpmsg_paths {
    std::string classes = "/sys/class/rpmsg";
    std::string devices = "/dev";
    std::string bus = "/sys/bus/rpmsg";
};

/// The Linux side of a link as /dev/rpmsg_ctrlN, which creates endpoints and channels (Linux, include/uapi/linux/rpmsg.h).
class rpmsg_control {
    /// struct rpmsg_endpoint_info of Linux.
    struct endpoint_info {
        wire::padded_name name{};
        address source{};
        address destination{};
    };
    static_assert(sizeof(endpoint_info) == 40);

    std::string path_;
    descriptor file_;

    rpmsg_control(std::string path, descriptor file) : path_{std::move(path)}, file_{std::move(file)} {}

    [[nodiscard]] auto ask(unsigned long request, char const* what, std::string_view name, address source,
                           address destination) const -> failure {
        auto const is_name = not name.empty() and wire::is_name(name);
        auto info = endpoint_info{is_name ? wire::pad(name) : wire::padded_name{}, source, destination};
        if (not is_name) {
            auto shown = std::string{name};
            std::ranges::replace_if(
                shown, [](char c) { return not wire::is_name_character(c); }, '?');
            return {"'" + shown + "' is no name for an endpoint: 1 to 31 printable characters of ASCII"};
        }
        if (ioctl(file_.number(), request, &info) < 0) {
            return {path_ + " does not " + what + " '" + std::string{name} + "': " + words_of(errno)};
        }
        return {};
    }

    /// Reads an address, which the driver prints as a signed number; any_address when there is none.
    static auto read_address(std::string const& path) -> address {
        auto shown = std::int64_t{-1};
        std::ifstream{path} >> shown;
        return address{static_cast<std::uint32_t>(shown)};
    }
    /// N of "rpmsgN".
    static auto number_of(std::string_view name) -> std::optional<unsigned> {
        constexpr auto prefix = std::string_view{"rpmsg"};
        if (not name.starts_with(prefix)) {
            return std::nullopt;
        }
        auto number = 0u;
        auto const* const end = name.data() + name.size();
        auto const [rest, trouble] = std::from_chars(name.data() + prefix.size(), end, number);
        return rest == end and trouble == std::errc{} ? std::optional{number} : std::nullopt;
    }
    static auto find_if(std::string_view name, rpmsg_paths const& paths, auto&& is_meant) -> std::vector<unsigned> {
        auto found = std::vector<unsigned>{};
        auto trouble = std::error_code{};
        auto const end = std::filesystem::directory_iterator{};
        for (auto entry = std::filesystem::directory_iterator{paths.classes, trouble}; not trouble and entry != end;
             entry.increment(trouble)) {
            auto kept = std::string{};
            auto const path = entry->path();
            auto const number = number_of(path.filename().string());
            auto file = std::ifstream{path / "name"};
            if (number and std::getline(file, kept) and kept == name and is_meant(path.string())) {
                found.push_back(*number);
            }
        }
        std::ranges::sort(found);
        return found;
    }

  public:
    static constexpr unsigned long create_endpoint_request = _IOW(0xb5, 0x1, endpoint_info);
    static constexpr unsigned long destroy_endpoint_request = _IO(0xb5, 0x2);
    static constexpr unsigned long create_channel_request = _IOW(0xb5, 0x3, endpoint_info);
    static constexpr unsigned long release_channel_request = _IOW(0xb5, 0x4, endpoint_info);

    using numbers = std::vector<unsigned>;

    static auto open(std::string path = "/dev/rpmsg_ctrl0") -> outcome<rpmsg_control> {
        auto file = descriptor{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
        if (not file) {
            return failure{path + " cannot be opened: " + words_of(errno) + "; is the driver rpmsg_ctrl there?"};
        }
        return rpmsg_control{std::move(path), std::move(file)};
    }

    /// Returns the endpoints of this name, as the numbers N of their /dev/rpmsgN, lowest first.
    static auto find(std::string_view name, rpmsg_paths const& paths = {}) -> numbers {
        return find_if(name, paths, [](std::string const&) { return true; });
    }
    /// Returns those of them that were created with these addresses, because several may have one name. any_address matches
    /// only itself: then the driver chose the address.
    static auto find(std::string_view name, address local, address peer, rpmsg_paths const& paths = {}) -> numbers {
        return find_if(name, paths, [&](std::string const& folder) {
            return read_address(folder + "/src") == local and read_address(folder + "/dst") == peer;
        });
    }

    /// Creates an endpoint as /dev/rpmsgN. It has its address while it is open. Returns the failure, or an empty one.
    [[nodiscard]] auto create_endpoint(std::string_view name, address local, address peer) const -> failure {
        return ask(create_endpoint_request, "create the endpoint", name, local, peer);
    }
    /// Destroys an endpoint that was created, by its file.
    static auto destroy(int endpoint) -> void { (void)ioctl(endpoint, destroy_endpoint_request); }

    /// Creates a channel of this side. It is announced to the peer if it has a local address, and bound to the driver that
    /// matches its name.
    [[nodiscard]] auto create_channel(std::string_view name, address local, address peer) const -> failure {
        return ask(create_channel_request, "create the channel", name, local, peer);
    }
    [[nodiscard]] auto release_channel(std::string_view name, address local, address peer) const -> failure {
        return ask(release_channel_request, "release the channel", name, local, peer);
    }
};

} // namespace rpmsg::host
