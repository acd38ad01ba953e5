#pragma once

#include <rpmsg/service/files/file_request.hpp>
#include <rpmsg/wire/service/files/file_error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

/// Copies remote files by calls: call(file_request) makes one.
template <typename Call> struct tree {
    Call call;
    unsigned files{};
    unsigned directories{};
    unsigned long long bytes{};

    explicit tree(Call by) : call{by} {}

    auto copy(std::string const& from, std::filesystem::path const& to) -> rpmsg::file_error {
        auto const opened = call(rpmsg::file_calls::open_directory(from));
        if (not opened) {
            return opened.error();
        }
        std::filesystem::create_directory(to);
        ++directories;
        auto entries = std::vector<std::pair<std::string, rpmsg::file_type>>{};
        auto name = std::array<char, 256>{};
        auto const next = rpmsg::file_calls::next(opened->handle(), std::as_writable_bytes(std::span{name}));
        auto got = call(next);
        for (; got; got = call(next)) {
            entries.emplace_back(std::string{name.data(), static_cast<std::size_t>(got->result)}, got->type);
        }
        auto const closed = call(rpmsg::file_calls::close_directory(opened->handle())).error();
        auto why = got.error() == rpmsg::file_error::no_entry ? closed : got.error(); // the end of the directory
        for (auto const& [entry, type] : entries) {
            auto const path = (from == "/" ? "" : from) + "/" + entry;
            if (why == rpmsg::file_error::none and type == rpmsg::file_type::directory) {
                why = copy(path, to / entry);
            } else if (why == rpmsg::file_error::none and type == rpmsg::file_type::regular) {
                why = copy_file(path, to / entry);
            }
        }
        return why;
    }
    auto copy_file(std::string const& from, std::filesystem::path const& to) -> rpmsg::file_error {
        auto const opened = call(rpmsg::file_calls::open(from, {.read = true}));
        if (not opened) {
            return opened.error();
        }
        auto out = std::ofstream{to, std::ios::binary};
        auto piece = std::vector<char>(1 << 16);
        auto got = call(rpmsg::file_calls::read(opened->handle(), std::as_writable_bytes(std::span{piece})));
        while (got and got->result > 0) {
            out.write(piece.data(), got->result);
            bytes += static_cast<unsigned>(got->result);
            got = call(rpmsg::file_calls::read(opened->handle(), std::as_writable_bytes(std::span{piece})));
        }
        ++files;
        auto const closed = call(rpmsg::file_calls::close(opened->handle()));
        return not got ? got.error() : not out ? rpmsg::file_error::input_output : closed.error();
    }
};

/// How many regular files and directories of either tree the other one lacks or has with other content.
inline auto count_differences(std::filesystem::path const& one, std::filesystem::path const& other) -> unsigned {
    auto const content = [](std::filesystem::path const& file) {
        auto in = std::ifstream{file, std::ios::binary};
        return std::vector<char>{std::istreambuf_iterator<char>{in}, {}};
    };
    auto count = 0u;
    for (auto const& each : std::filesystem::recursive_directory_iterator{one}) {
        auto const there = other / each.path().lexically_relative(one);
        auto const is_same = each.is_symlink() or (each.is_directory() and is_directory(there)) or
                             (each.is_regular_file() and is_regular_file(there) and content(each) == content(there));
        count += is_same or not(each.is_directory() or each.is_regular_file()) ? 0u : 1u;
    }
    for (auto const& each : std::filesystem::recursive_directory_iterator{other}) {
        count += exists(one / each.path().lexically_relative(other)) ? 0u : 1u;
    }
    return count;
}

/// Where the files are and where they go; those that it makes end with it.
struct sample {
    std::string from{};
    std::string to{};
    std::string made{};

    sample(std::string source, std::string target) : from{std::move(source)}, to{std::move(target)} {}
    sample() : made{(std::filesystem::temp_directory_path() / ("remote_files-" + std::to_string(getpid()))).string()} {
        from = made + "/from";
        to = made + "/to";
        for (auto i = 0u; i < 1000; ++i) {
            auto const folder = std::filesystem::path{from} / std::to_string(i % 20);
            create_directories(folder);
            std::ofstream{folder / ("file " + std::to_string(i))} << std::string(i * 10, static_cast<char>('a' + i % 26));
        }
    }
    sample(sample const&) = delete;
    auto operator=(sample const&) -> sample& = delete;
    ~sample() {
        if (not made.empty()) {
            auto ignored = std::error_code{};
            std::filesystem::remove_all(made, ignored);
        }
    }
};

/// Returns 0 when all was copied and nothing differs.
inline auto copy_by_calls(auto files, sample const& folders) -> int {
    auto remote = tree{[&](rpmsg::file_request const& what) { return files.call(what); }};
    auto why = remote.copy("/", folders.to);
    for (auto i = 0; i < 1000 and why == rpmsg::file_error::connection_reset; ++i) { // the other process is not up yet
        usleep(10'000);
        why = remote.copy("/", folders.to);
    }
    std::printf("%u files and %u directories, %llu bytes copied: %s\n", remote.files, remote.directories, remote.bytes,
                std::string{describe(why)}.c_str());
    auto const differences = why == rpmsg::file_error::none ? count_differences(folders.from, folders.to) : 1u;
    std::printf("%u differences\n", differences);
    return differences == 0 ? 0 : 1;
}
