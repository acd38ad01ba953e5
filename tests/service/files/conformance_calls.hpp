#pragma once

// What a program sees of remote files beside what it sees of files: errno by errno, and by calls at random.
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/service/files/file_request.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// A call, and what it answers on the second of two trees where that is meant to differ; 1 where it does not.
template <typename Trees> struct named_call {
    std::string_view name;
    std::function<int(Trees&, bool)> run;
    int differs = 1;
};

/// The calls. `Trees` has a plain tree and a remote one, and tells whether that is mounted: then the kernel follows paths.
template <typename Trees> auto conformance_calls() -> std::vector<named_call<Trees>> {
    using rpmsg::open_mode;
    using rpmsg::seek_from;
    constexpr auto reads = open_mode{.read = true};
    constexpr auto writes = open_mode{.write = true};
    constexpr auto makes = open_mode{.read = true, .write = true, .create = true};
    constexpr auto makes_new = open_mode{.write = true, .create = true, .exclusive = true};
    auto const both = [](std::string_view name, auto call, int differs = 1) {
        auto const run = [call](Trees& trees, bool is_remote) { return is_remote ? call(trees.remote) : call(trees.plain); };
        return named_call<Trees>{name, run, differs};
    };
    auto const by_calls = [](int differs) { return Trees::is_mounted ? 1 : differs; };
    auto const long_name = "/" + std::string(256, 'n');
    auto const read_from = [](auto& it, int which) {
        auto into = std::string(8, ' ');
        return it.read(which, into);
    };
    return {
        both("open: reads", [=](auto& it) { return it.open(0, "/f", reads); }),
        both("open: no file", [=](auto& it) { return it.open(0, "/n", reads); }),
        both("open: no directory on the way", [=](auto& it) { return it.open(0, "/n/f", makes); }),
        both("open: a file on the way", [=](auto& it) { return it.open(0, "/f/f", makes); }),
        both("open: makes", [=](auto& it) { return it.open(0, "/new", makes); }),
        both("open: makes what is there", [=](auto& it) { return it.open(0, "/f", makes_new); }),
        both("open: a directory, to write", [=](auto& it) { return it.open(0, "/d", writes); }),
        both(
            "open: a name too long", [=](auto& it) { return it.open(0, long_name, reads); }, -ENAMETOOLONG),
        both(
            "open: a symbolic link", [=](auto& it) { return it.open(0, "/link", reads); }, -EACCES),
        both(
            "open: through a symbolic link", [=](auto& it) { return it.open(0, "/out/passwd", reads); }, -EACCES),
        both(
            "open: above the root", [=](auto& it) { return it.open(0, "/../../etc/passwd", reads); }, by_calls(-EACCES)),
        both("read: not open", [=](auto& it) { return read_from(it, 1); }),
        both("read: opened to write", [=](auto& it) { return it.open(0, "/f", writes) == 0 ? read_from(it, 0) : 1; }),
        both("read: behind the end",
             [=](auto& it) {
                 return it.open(0, "/f", reads) == 0 and it.seek(0, 9, seek_from::end) == 16 ? read_from(it, 0) : 1;
             }),
        both("write: not open", [=](auto& it) { return it.write(1, "x"); }),
        both("write: opened to read", [=](auto& it) { return it.open(0, "/f", reads) == 0 ? it.write(0, "x") : 1; }),
        both("seek: before the start",
             [=](auto& it) { return it.open(0, "/f", reads) == 0 ? it.seek(0, -1, seek_from::start) : 1; }),
        both("seek: not open", [=](auto& it) { return it.seek(1, 0, seek_from::start); }),
        both(
            "seek: 2 GiB",
            [=](auto& it) {
                return it.open(0, "/f", reads) == 0 and it.seek(0, 0x7fff'ffff, seek_from::start) > 0
                           ? std::min(it.seek(0, 1, seek_from::position), 0)
                           : 1;
            },
            by_calls(-EOVERFLOW)),
        both("truncate: opened to read", [=](auto& it) { return it.open(0, "/f", reads) == 0 ? it.truncate(0, 1) : 1; }),
        both("truncate: below 0", [=](auto& it) { return it.open(0, "/f", writes) == 0 ? it.truncate(0, -1) : 1; }),
        both("truncate: longer",
             [=](auto& it) { return it.open(0, "/f", writes) == 0 and it.truncate(0, 99) == 0 ? it.size(0) : 1; }),
        both("fstat: not open", [=](auto& it) { return it.size(1); }),
        both("sync: not open", [=](auto& it) { return it.sync(1); }),
        both("close: not open", [=](auto& it) { return it.close(1); }),
        both("stat: a file", [=](auto& it) { return it.mode("/f"); }),
        both("stat: a directory", [=](auto& it) { return it.mode("/d"); }),
        both("stat: the root", [=](auto& it) { return it.mode("/"); }),
        both("stat: a symbolic link itself", [=](auto& it) { return it.mode("/link"); }),
        both("stat: no file", [=](auto& it) { return it.mode("/n"); }),
        both("stat: a file on the way", [=](auto& it) { return it.mode("/f/n"); }),
        both("chmod: a file", [=](auto& it) { return it.change_mode("/f", 0600) == 0 ? it.mode("/f") : 1; }),
        both("chmod: no file", [=](auto& it) { return it.change_mode("/n", 0600); }),
        both(
            "chmod: sets no id", [=](auto& it) { return it.change_mode("/f", 06644) == 0 ? it.mode("/f") : 1; }, 0100644),
        both("mkdir: what is there", [=](auto& it) { return it.make_directory("/d"); }),
        both("mkdir: a file is there", [=](auto& it) { return it.make_directory("/f"); }),
        both("mkdir: no directory on the way", [=](auto& it) { return it.make_directory("/n/d"); }),
        both("mkdir: the root", [=](auto& it) { return it.make_directory("/"); }),
        both(
            "mkdir: a name too long", [=](auto& it) { return it.make_directory(long_name); }, -ENAMETOOLONG),
        both("rmdir: not empty", [=](auto& it) { return it.remove_directory("/d"); }),
        both("rmdir: a file", [=](auto& it) { return it.remove_directory("/f"); }),
        both("rmdir: no directory", [=](auto& it) { return it.remove_directory("/n"); }),
        both("rmdir: empty", [=](auto& it) { return it.remove_directory("/e"); }),
        both("unlink: a directory", [=](auto& it) { return it.remove("/d"); }),
        both("unlink: no file", [=](auto& it) { return it.remove("/n"); }),
        both("unlink: a symbolic link", [=](auto& it) { return it.remove("/link") == 0 ? it.mode("/f") : 1; }),
        both("unlink: an open file",
             [=](auto& it) { return it.open(0, "/f", reads) == 0 and it.remove("/f") == 0 ? read_from(it, 0) : 1; }),
        both("rename: no file", [=](auto& it) { return it.rename("/n", "/m"); }),
        both("rename: over a file", [=](auto& it) { return it.rename("/f", "/d/g") == 0 ? it.mode("/d/g") : 1; }),
        both("rename: a file over a directory", [=](auto& it) { return it.rename("/f", "/d"); }),
        both("rename: a directory over a file", [=](auto& it) { return it.rename("/d", "/f"); }),
        both("rename: over an empty directory", [=](auto& it) { return it.rename("/d", "/e") == 0 ? it.mode("/e/g") : 1; }),
        both("rename: over a full directory", [=](auto& it) { return it.rename("/e", "/d"); }),
        both("rename: into itself", [=](auto& it) { return it.rename("/d", "/d/d"); }),
        both("rename: to no directory", [=](auto& it) { return it.rename("/f", "/n/f"); }),
        both("opendir: a file",
             [=](auto& it) {
                 auto names = std::vector<std::string>{};
                 return it.list("/f", names);
             }),
        both("opendir: no directory",
             [=](auto& it) {
                 auto names = std::vector<std::string>{};
                 return it.list("/n", names);
             }),
        both(
            "opendir: a symbolic link",
            [=](auto& it) {
                auto names = std::vector<std::string>{};
                return it.list("/out", names);
            },
            -EACCES),
        both("readdir: every name",
             [=](auto& it) {
                 auto names = std::vector<std::string>{};
                 return it.list("/", names) == 0 and names == std::vector<std::string>{"d", "e", "f", "link", "out", "pipe"}
                            ? 0
                            : 1;
             }),
    };
}

/// Makes each call on both trees, new ones for each, and writes the table of what came to a file. Returns the table where an
/// answer was not as meant, or else nothing.
template <typename Trees> auto differences_in(std::string const& file, auto const& make_trees) -> std::string {
    auto const calls = conformance_calls<Trees>();
    auto table = std::string{};
    auto as_meant = std::size_t{};
    for (auto const& each : calls) {
        auto&& trees = make_trees();
        auto const expected = each.run(trees, false);
        auto const got = each.run(trees, true);
        auto const is_meant = got == (each.differs == 1 ? expected : each.differs);
        as_meant += is_meant ? 1 : 0;
        auto const words = [](int result) { return result < 0 ? rpmsg::host::words_of(-result) : std::to_string(result); };
        table += std::string{each.name} + std::string(40 - each.name.size(), ' ') + words(got) +
                 (got == expected ? "" : "  (plain: " + words(expected) + ")") + (is_meant ? "\n" : "  NOT AS MEANT\n");
    }
    table += std::to_string(as_meant) + " of " + std::to_string(calls.size()) + " as meant\n";
    std::ofstream{file} << table; // tests/run prints it
    return as_meant == calls.size() ? std::string{} : table;
}

/// Does the same at random to both trees, and compares all that can be seen.
auto play_at_random(auto& trees, std::uint32_t seed, int calls) -> void {
    using rpmsg::seek_from;
    constexpr auto reads = rpmsg::open_mode{.read = true};
    auto random = std::mt19937{seed};
    auto const below = [&](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
    constexpr auto paths = std::array<std::string_view, 12>{"/a",   "/b",   "/c",   "/d",     "/e",     "/f",
                                                            "/d/a", "/d/g", "/e/b", "/d/a/c", "/a/b/c", "/n/n"};
    auto const path = [&] { return paths[static_cast<unsigned>(below(12))]; };
    for (auto i = 0; i < calls; ++i) {
        for (auto each = 0; trees.is_mounted and i % 40 == 0 and each < 4; ++each) {
            trees.plain.close(each);
            trees.remote.close(each);
        }
        auto const which = below(4);
        auto const kind = below(16);
        auto const from = path();
        auto const to = path();
        auto const number = below(700);
        auto const bits = below(64);
        auto const data = std::string(static_cast<std::size_t>(number), static_cast<char>('a' + bits % 26));
        auto const call = [&](auto& it, std::string& seen) -> int {
            auto names = std::vector<std::string>{};
            auto into = std::string(static_cast<std::size_t>(number), '\0');
            auto done = 0;
            switch (kind) {
            case 0:
            case 1:
            case 2:
                return it.open(which, from,
                               {.read = bits % 3 != 1,
                                .write = bits % 3 != 0,
                                .create = (bits & 4) != 0,
                                .exclusive = (bits & 4) != 0 and (bits & 24) == 0,
                                .truncate = bits % 3 != 0 and (bits & 32) != 0,
                                .append = bits % 3 != 0 and (bits & 16) != 0});
            case 3: return it.close(which);
            case 4:
            case 5:
                done = it.read(which, into);
                seen = into;
                return done;
            case 6:
            case 7: return it.write(which, data);
            case 8: return it.seek(which, number - 100, static_cast<seek_from>(bits % 3));
            case 9: return it.truncate(which, number - 20);
            case 10: return it.size(which);
            case 11: return it.remove(from);
            case 12: return it.make_directory(from);
            case 13: return it.remove_directory(from);
            case 14: return it.rename(from, to);
            default:
                done = it.list(from, names);
                for (auto const& each : names) {
                    seen += each + "/";
                }
                return done != 0 ? done : it.mode(to);
            }
        };
        auto of_plain = std::string{};
        auto of_remote = std::string{};
        auto const expected = call(trees.plain, of_plain);
        auto const got = call(trees.remote, of_remote);
        INFO("seed " << seed << ", call " << i << " of kind " << kind << ": " << from << " " << to);
        REQUIRE(got == expected);
        REQUIRE(of_remote == of_plain);
    }
    for (auto const each : paths) {
        auto one = std::string(2000, '\0');
        auto other = one;
        REQUIRE(trees.remote.mode(each) == trees.plain.mode(each));
        if (trees.plain.open(0, each, reads) == 0) {
            REQUIRE(trees.remote.open(0, each, reads) == 0);
            REQUIRE(trees.remote.read(0, other) == trees.plain.read(0, one));
            REQUIRE(other == one);
        }
    }
}
