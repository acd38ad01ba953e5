#include <rpmsg/host/descriptor.hpp>

#include "command.hpp"
#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>

namespace tool {
namespace {
struct place {
    std::string address{};
    std::string what{};
};

/// The links that this machine shows: shared memory of the library, endpoints of Linux.
auto places() -> std::vector<place> {
    auto found = std::vector<place>{};
    auto trouble = std::error_code{};
    for (auto const& entry : std::filesystem::directory_iterator{"/dev/shm", trouble}) {
        auto magic = std::string(8, '\0');
        auto file = std::ifstream{};
        if (entry.is_regular_file(trouble)) {
            file.open(entry.path(), std::ios::binary);
        }
        if (file.read(magic.data(), 8) and magic == "rpsgshm1") {
            found.push_back({"shm:" + entry.path().filename().string(), "shared memory"});
        }
    }
    for (auto const& entry : std::filesystem::directory_iterator{"/dev", trouble}) {
        auto const name = entry.path().filename().string();
        if (name.starts_with("rpmsg")) {
            found.push_back({"dev:/dev/" + name, name.starts_with("rpmsg_ctrl") ? "link of Linux" : "endpoint of Linux"});
        }
    }
    std::ranges::sort(found, {}, &place::address);
    return found;
}

auto number(rpmsg::address where) -> std::string {
    return where == rpmsg::any_address ? "-" : std::to_string(static_cast<std::uint32_t>(where));
}
auto print(std::vector<known_name> const& names, bool json) -> void {
    auto const json_number = [](rpmsg::address where) { return where == rpmsg::any_address ? "null" : number(where); };
    if (not json) {
        fmt::print("{:<32} {:>10} {:>10}\n", "name", "here", "peer");
    }
    for (auto const& each : names) {
        if (json) {
            fmt::print("{{\"name\": {}, \"local\": {}, \"peer\": {}}}\n", json_text(each.name), json_number(each.local),
                       json_number(each.peer));
        } else {
            fmt::print("{:<32} {:>10} {:>10}\n", escaped(each.name), number(each.local), number(each.peer));
        }
    }
}
} // namespace

auto list(options const& chosen) -> int {
    if (chosen.address.empty()) {
        for (auto const& each : places()) {
            if (chosen.json) {
                fmt::print("{{\"address\": {}, \"what\": {}}}\n", json_text(each.address), json_text(each.what));
            } else {
                fmt::print("{:<32} {}\n", each.address, each.what);
            }
        }
        return exit_status::done;
    }
    return on_session(chosen, [&](session& link) {
        if (auto const bad =
                turn_until(link, after(chosen.wait), "nobody is at " + chosen.address, [&] { return link.is_up(); })) {
            return *bad;
        }
        auto known = link.names();
        auto quiet = after(chosen.linger);
        auto const bad = turn_until(link, after(3600), "", [&] {
            if (auto now = link.names(); now != known) {
                known = std::move(now);
                quiet = after(chosen.linger);
            }
            return rpmsg::has_passed(quiet, rpmsg::host::steady_clock::now()) or not link.is_up();
        });
        print(known, chosen.json);
        return bad ? *bad : exit_status::done;
    });
}

} // namespace tool
