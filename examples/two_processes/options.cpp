#include "options.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace demo {

char const* const help_text =
    R"(usage: two_processes [OPTION...] [FILE]
Two processes talk RPMsg over shared memory. FILE (default: a source file of this program) goes across and back, then
follow numbered messages both ways; meanwhile each process is killed once and started again.

  --messages N   numbered messages, both directions together (default 5000000)
  --size BYTES   payload of each, 16 to 496 (default 64)
  --seed N       of the payloads and of the moments of the kills (default 1)
  --wait SECONDS give up when the other side does not come (default 10)
  --quiet        no progress bar; there is none either when the output is no terminal
  --help

By hand, in two terminals; kill and restart either as you like:
  two_processes --role host --name NAME [OPTION...] [FILE]
  two_processes --role remote --name NAME

Exit status: 0 all well, 1 failure, 2 wrong arguments or unreadable FILE.
)";

namespace {
constexpr std::uint32_t largest_file = 1u << 30;

template <typename Number>
auto number(std::string_view option, std::string_view text, Number least, Number most, Number& result) -> rpmsg::host::failure {
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (code != std::errc{} or end != text.data() + text.size() or result < least or result > most) {
        return {fmt::format("{} needs a number from {} to {}, not '{}'", option, least, most, text)};
    }
    return {};
}
} // namespace

auto parse(int count, char** arguments) -> rpmsg::host::outcome<options> {
    auto chosen = options{};
    for (int i = 1; i < count; ++i) {
        auto const option = std::string_view{arguments[i]};
        auto bad = rpmsg::host::failure{};
        if (option == "--help" or option == "-h") {
            chosen.help = true;
        } else if (option == "--quiet") {
            chosen.quiet = true;
        } else if (option == "--messages" or option == "--size" or option == "--seed" or option == "--wait" or
                   option == "--role" or option == "--name") {
            if (++i == count) {
                return rpmsg::host::failure{fmt::format("{} needs a value", option)};
            }
            auto const value = std::string_view{arguments[i]};
            if (option == "--messages") {
                bad = number<std::uint64_t>(option, value, 2, 1'000'000'000'000, chosen.messages);
            } else if (option == "--size") {
                bad = number<std::uint32_t>(option, value, 16, 496, chosen.size);
            } else if (option == "--seed") {
                bad = number<std::uint64_t>(option, value, 0, ~std::uint64_t{0}, chosen.seed);
            } else if (option == "--wait") {
                bad = number<std::uint32_t>(option, value, 1, 3600, chosen.wait);
            } else if (option == "--name") {
                chosen.name = value;
            } else if (value == "host" or value == "remote") {
                chosen.only = value == "host" ? role::host : role::remote;
            } else {
                bad.text = fmt::format("--role is host or remote, not '{}'", value);
            }
        } else if (option.starts_with('-') and option.size() > 1) {
            bad.text = fmt::format("unknown option '{}'", option);
        } else if (not chosen.file.empty()) {
            bad.text = fmt::format("one FILE at most: '{}' and '{}' were given", chosen.file, option);
        } else {
            chosen.file = option;
        }
        if (not bad.text.empty()) {
            return bad;
        }
    }
    if (chosen.only.has_value() != not chosen.name.empty()) {
        return rpmsg::host::failure{"--role and --name belong together: both sides are given the same name"};
    }
    if (chosen.file.empty()) {
        chosen.file = __FILE__;
    }
    return chosen;
}

auto read_file(std::string const& path) -> rpmsg::host::outcome<std::vector<std::byte>> {
    auto const refuse = [&](std::string_view why) {
        return rpmsg::host::failure{fmt::format("cannot read '{}': {}; name a readable file", path, why)};
    };
    auto const fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return refuse(std::strerror(errno));
    }
    struct stat found {};
    auto content = std::vector<std::byte>{};
    auto why = std::string{};
    if (fstat(fd, &found) != 0 or not S_ISREG(found.st_mode)) {
        why = "it is not a regular file";
    } else if (found.st_size > largest_file) {
        why = "it is larger than 1 GiB";
    } else {
        content.resize(static_cast<std::size_t>(found.st_size));
        std::size_t have = 0;
        while (have < content.size()) {
            auto const got = read(fd, content.data() + have, content.size() - have);
            if (got <= 0) {
                why = got < 0 ? std::strerror(errno) : "it became shorter";
                break;
            }
            have += static_cast<std::size_t>(got);
        }
    }
    close(fd);
    if (not why.empty()) {
        return refuse(why);
    }
    return content;
}

} // namespace demo
