#include "screen.hpp"

#include <rpmsg/host/steady_clock.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <map>
#include <unistd.h>

namespace demo {

namespace {
auto on_terminal() -> bool {
    static bool const answer = isatty(STDOUT_FILENO) == 1;
    return answer;
}
auto write_all(int fd, std::string_view text) -> void {
    while (not text.empty()) {
        auto const done = write(fd, text.data(), text.size());
        if (done <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(done));
    }
}
constexpr std::string_view start_of_line = "\r\033[K";
} // namespace

auto say(std::string_view who, std::string_view text) -> void {
    write_all(STDOUT_FILENO, fmt::format("{}{:<9}{}\n", on_terminal() ? start_of_line : "", who, text));
}

auto complain(std::string_view text) -> void {
    write_all(STDERR_FILENO, fmt::format("{}two_processes: {}\n", isatty(STDERR_FILENO) == 1 ? start_of_line : "", text));
}

auto grouped(std::uint64_t number) -> std::string {
    auto text = fmt::format("{}", number);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
        text.insert(static_cast<std::size_t>(at), 1, ',');
    }
    return text;
}

progress_bar::progress_bar(bool quiet)
    : shown_{not quiet and on_terminal()}, began_{rpmsg::host::steady_clock::nanoseconds()} {}

auto progress_bar::draw(std::uint64_t done, std::uint64_t all) -> void {
    auto const now = rpmsg::host::steady_clock::nanoseconds();
    if (not shown_ or now - drawn_ < 100'000'000) {
        return;
    }
    drawn_ = now;
    constexpr std::uint64_t width = 40;
    auto const filled = std::min(width, done * width / std::max<std::uint64_t>(all, 1));
    auto const rate = static_cast<double>(done) * 1e3 / static_cast<double>(now - began_ + 1);
    write_all(STDOUT_FILENO, fmt::format("{}{:<9}[{:#>{}}{:.>{}}] {} of {}  {:.2f} M/s", start_of_line, "stream", "", filled,
                                         "", width - filled, grouped(done), grouped(all), rate));
}

auto progress_bar::erase() -> void {
    if (shown_) {
        write_all(STDOUT_FILENO, start_of_line);
    }
}

auto describe_times(std::vector<std::uint32_t> times) -> std::vector<std::string> {
    if (times.empty()) {
        return {"no round trip"};
    }
    std::sort(times.begin(), times.end());
    auto const at = [&](std::size_t percent) {
        return static_cast<double>(times[std::min(times.size() - 1, times.size() * percent / 100)]) / 1000;
    };
    auto lines = std::vector<std::string>{fmt::format("{} round trips: p50 {:.2f} us, p99 {:.2f} us, max {:.2f} us",
                                                      grouped(times.size()), at(50), at(99), at(100))};
    auto classes = std::map<unsigned, std::size_t>{};
    for (auto const time : times) {
        ++classes[static_cast<unsigned>(std::bit_width(time))];
    }
    for (auto const& [bits, count] : classes) {
        lines.push_back(fmt::format("  below {:>9.2f} us {:>8}  {:#>{}}", static_cast<double>(std::uint64_t{1} << bits) / 1000,
                                    count, "", (count * 50 + times.size() - 1) / times.size()));
    }
    return lines;
}

} // namespace demo
