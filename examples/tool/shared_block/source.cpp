#include "source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tool {
namespace {
using rpmsg::host::failure;
using look = std::vector<std::byte>;
constexpr auto pause_in_microseconds = 50'000;

auto read_all(int fd, std::uint64_t offset, std::size_t size) -> look {
    auto content = look(size);
    std::size_t have = 0;
    while (have < size) {
        auto const got = pread(fd, content.data() + have, size - have, static_cast<off_t>(offset + have));
        if (got <= 0) {
            break;
        }
        have += static_cast<std::size_t>(got);
    }
    content.resize(have);
    return content;
}
} // namespace

auto read_source(std::string const& name, std::uint64_t offset, std::size_t most, int looks)
    -> rpmsg::host::outcome<std::vector<std::vector<std::byte>>> {
    auto const is_shared = name.starts_with('/') and name.find('/', 1) == name.npos;
    auto const fd =
        is_shared ? shm_open(name.c_str(), O_RDONLY | O_CLOEXEC, 0) : open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return failure{fmt::format("cannot read '{}'{}: {}", name, is_shared ? " as shared memory" : "", std::strerror(errno))};
    }
    struct stat found {};
    auto all = std::vector<look>{};
    auto const is_file = fstat(fd, &found) == 0 and S_ISREG(found.st_mode);
    auto const total = is_file ? static_cast<std::uint64_t>(found.st_size) : 0;
    auto const size = total <= offset ? 0 : std::min<std::uint64_t>(total - offset, most);
    for (int i = 0; is_file and i < (is_shared ? looks : 1); ++i) {
        if (i > 0) {
            usleep(pause_in_microseconds);
        }
        all.push_back(read_all(fd, offset, size));
    }
    close(fd);
    if (not is_file) {
        return failure{fmt::format("cannot read '{}': it is not a regular file", name)};
    }
    return all;
}

} // namespace tool
