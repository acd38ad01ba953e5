#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <istream>
#include <pthread.h>
#include <string>
#include <string_view>
#include <unistd.h>

// Files that another process or computer serves: a call for their size, an access or a close waits until that one has answered.
// The functions here detect such a file without waiting.

namespace rpmsg::host {

/// Returns whether a file system of this type is served by the network or by a process.
inline auto is_remote(std::string_view type) -> bool {
    constexpr auto families = std::array<std::string_view, 2>{"fuse", "nfs"};
    constexpr auto types =
        std::array<std::string_view, 14>{"9p",   "afs",  "autofs", "beegfs",   "ceph",  "cifs",     "coda",
                                         "gpfs", "smb3", "lustre", "orangefs", "smbfs", "virtiofs", "vboxsf"};
    return std::ranges::any_of(families, [&](auto family) { return type.starts_with(family); }) or
           std::ranges::find(types, type) != types.end();
}

/// Returns the type of a mount from lines in the format of /proc/self/mountinfo; empty when it is not among them.
inline auto type_of_mount(std::istream& mounts, std::string const& id) -> std::string {
    for (auto line = std::string{}; std::getline(mounts, line);) {
        auto const optional = line.find(" - "); // followed by the type, the source and its options
        if (line.starts_with(id + " ") and optional != std::string::npos) {
            auto const type = optional + 3;
            return line.substr(type, line.find(' ', type) - type);
        }
    }
    return {};
}

/// Returns the type of the file system of a file for which a call may have to wait, or "unknown" when it is not mounted here.
/// Empty for memory, for disks of this computer, for descriptors without a file, such as sockets, and without /proc.
inline auto remote_file_system(int file) -> std::string {
    if (fcntl(file, F_GET_SEALS) >= 0) {
        return {};
    }
    auto first = char{};
    auto const number = std::to_string(file);
    if (readlink(("/proc/self/fd/" + number).c_str(), &first, 1) != 1 or first != '/') {
        return {};
    }
    auto facts = std::ifstream{"/proc/self/fdinfo/" + number};
    auto id = std::string{};
    for (auto word = std::string{}; id.empty() and facts >> word;) {
        if (word == "mnt_id:") {
            facts >> id;
        }
    }
    auto mounts = std::ifstream{"/proc/self/mountinfo"};
    auto const type = type_of_mount(mounts, id);
    return type.empty() ? "unknown" : is_remote(type) ? type : "";
}

/// Closes such a file in a separate thread, which waits. If no thread can be created, the file stays open.
inline auto close_elsewhere(int file) -> void {
    auto const wait = [](void* number) -> void* {
        close(static_cast<int>(reinterpret_cast<std::intptr_t>(number)));
        return nullptr;
    };
    auto thread = pthread_t{};
    if (pthread_create(&thread, nullptr, wait, reinterpret_cast<void*>(std::intptr_t{file})) == 0) {
        pthread_detach(thread);
    }
}

} // namespace rpmsg::host
