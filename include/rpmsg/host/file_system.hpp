#pragma once

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

// Files for which another process or another computer answers: whoever asks how long one is, touches it or closes it, waits
// until that has answered. What is here finds out without asking.

namespace rpmsg::host {

/// Whether a type of file system is one of the network, or of a process.
inline auto is_remote(std::string_view type) -> bool {
    constexpr auto families = std::array<std::string_view, 2>{"fuse", "nfs"};
    constexpr auto types =
        std::array<std::string_view, 14>{"9p",   "afs",  "autofs", "beegfs",   "ceph",  "cifs",     "coda",
                                         "gpfs", "smb3", "lustre", "orangefs", "smbfs", "virtiofs", "vboxsf"};
    return std::ranges::any_of(families, [&](auto family) { return type.starts_with(family); }) or
           std::ranges::find(types, type) != types.end();
}

/// The type of a mount, from lines as /proc/self/mountinfo has them; empty when it is not among them.
inline auto type_of_mount(std::istream& mounts, std::string const& id) -> std::string {
    for (auto line = std::string{}; std::getline(mounts, line);) {
        auto const optional = line.find(" - "); // behind it come the type, the source and its options
        if (line.starts_with(id + " ") and optional != std::string::npos) {
            auto const type = optional + 3;
            return line.substr(type, line.find(' ', type) - type);
        }
    }
    return {};
}

/// The file system on which a file lies that may have to be waited for: its type, or "unknown" where it is not mounted here.
/// Empty for memory, for what lies on a disk of this computer and for what is no file, as sockets are; and where there is no
/// /proc.
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

/// Closes such a file in a thread of its own, which waits. Where there is no room for one the file stays open.
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
