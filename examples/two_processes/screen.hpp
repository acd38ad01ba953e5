#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace demo {

/// Prints one line about `who` in one write, so that the lines of two processes do not mix.
auto say(std::string_view who, std::string_view text) -> void;
/// Prints one line on stderr.
auto complain(std::string_view text) -> void;

/// Formats five million as 5,000,000.
auto grouped(std::uint64_t number) -> std::string;

/// A line that grows, shown only on a terminal.
class progress_bar {
    bool shown_;
    std::uint64_t began_{};
    std::uint64_t drawn_{};

  public:
    explicit progress_bar(bool quiet);
    auto draw(std::uint64_t done, std::uint64_t all) -> void;
    auto erase() -> void;
};

/// Returns percentiles and a histogram of nanoseconds, one text line for each entry.
auto describe_times(std::vector<std::uint32_t> times) -> std::vector<std::string>;

} // namespace demo
