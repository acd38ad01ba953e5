#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/wire/header.hpp>

#include "check.hpp"
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

/// A strict reader of pcapng files, written from the format's specification and not from the writer. `check` refuses what a
/// reader of the field may repair: lengths, padding, options that do not end.
namespace capture {

using content = std::vector<std::byte>;

struct option {
    std::uint16_t code{};
    content value{};

    [[nodiscard]] auto text() const -> std::string { return {reinterpret_cast<char const*>(value.data()), value.size()}; }
    template <typename T> [[nodiscard]] auto number() const -> T {
        check(value.size() == sizeof(T));
        return rpmsg::load<T>(value);
    }
};
struct options : std::vector<option> {
    [[nodiscard]] auto find(std::uint16_t code) const -> option const* {
        auto const at = std::find_if(begin(), end(), [&](auto const& each) { return each.code == code; });
        return at == end() ? nullptr : &*at;
    }
    /// The comments, one in each line.
    [[nodiscard]] auto comments() const -> std::string {
        auto all = std::string{};
        for (auto const& each : *this) {
            if (each.code == 1) {
                all += (all.empty() ? "" : "\n") + each.text();
            }
        }
        return all;
    }
};

struct packet {
    std::uint32_t interface {};
    std::uint64_t time{};
    std::uint32_t original{};
    content data{};
    options extra{};

    [[nodiscard]] auto is_inbound() const -> bool { return flags() == 1; }
    [[nodiscard]] auto is_outbound() const -> bool { return flags() == 2; }
    [[nodiscard]] auto flags() const -> std::uint32_t {
        check(extra.find(2) != nullptr);
        return extra.find(2)->number<std::uint32_t>();
    }
    [[nodiscard]] auto missing() const -> std::uint64_t {
        return extra.find(4) == nullptr ? 0 : extra.find(4)->number<std::uint64_t>();
    }
    [[nodiscard]] auto header() const -> rpmsg::wire::header {
        check(data.size() >= sizeof(rpmsg::wire::header));
        return rpmsg::load<rpmsg::wire::header>(data);
    }
    [[nodiscard]] auto payload() const -> rpmsg::const_bytes {
        check(data.size() == sizeof(rpmsg::wire::header) + header().length);
        return rpmsg::const_bytes{data}.subspan(sizeof(rpmsg::wire::header));
    }
};
struct interface {
    std::uint16_t link_type{};
    std::uint32_t snap{};
    options extra{};
};
struct statistics {
    std::uint32_t interface {};
    std::uint64_t time{};
    options extra{};
};
struct file {
    options about{};
    std::vector<interface> interfaces{};
    std::vector<packet> packets{};
    std::vector<statistics> summaries{};
};

namespace detail {
/// What is left of a block.
class cursor {
    rpmsg::const_bytes left_;

  public:
    explicit cursor(rpmsg::const_bytes all) : left_{all} {}
    auto take(std::size_t size) -> rpmsg::const_bytes {
        check(size <= left_.size());
        auto const taken = left_.first(size);
        left_ = left_.subspan(size);
        return taken;
    }
    template <typename T> auto number() -> T { return rpmsg::load<T>(take(sizeof(T))); }
    auto time() -> std::uint64_t {
        auto const high = std::uint64_t{number<std::uint32_t>()};
        return high << 32 | number<std::uint32_t>();
    }
    /// Bytes that are padded to a multiple of 4 with 0.
    auto padded(std::size_t size) -> content {
        auto const taken = take(size);
        auto const padding = take((4 - size % 4) % 4);
        check(std::all_of(padding.begin(), padding.end(), [](auto each) { return each == std::byte{}; }));
        return {taken.begin(), taken.end()};
    }
    /// Options up to the end of the block, which ends them.
    auto rest() -> options {
        auto found = options{};
        while (not left_.empty()) {
            auto const code = number<std::uint16_t>();
            auto const size = number<std::uint16_t>();
            if (code == 0) {
                check(size == 0 and left_.empty());
                return found;
            }
            found.push_back({code, padded(size)});
        }
        check(found.empty()); // the end is missing
        return found;
    }
};
} // namespace detail

inline auto parse(rpmsg::const_bytes all) -> file {
    auto read = file{};
    auto outer = detail::cursor{all};
    auto count = 0;
    for (std::size_t at = 0; at < all.size(); ++count) {
        auto const type = outer.number<std::uint32_t>();
        auto const length = outer.number<std::uint32_t>();
        check(length >= 12 and length % 4 == 0);
        auto block = detail::cursor{outer.take(length - 12)};
        check(outer.number<std::uint32_t>() == length);
        at += length;
        check((type == 0x0a0d0d0a) == (count == 0)); // one section, and it comes first
        if (type == 0x0a0d0d0a) {
            check(block.number<std::uint32_t>() == 0x1a2b3c4d);
            check(block.number<std::uint16_t>() == 1 and block.number<std::uint16_t>() == 0);
            check(block.number<std::uint64_t>() == ~std::uint64_t{});
            read.about = block.rest();
        } else if (type == 1) {
            auto made = interface { .link_type = block.number<std::uint16_t>() };
            check(block.number<std::uint16_t>() == 0);
            made.snap = block.number<std::uint32_t>();
            made.extra = block.rest();
            read.interfaces.push_back(made);
        } else if (type == 6) {
            auto made = packet{.interface = block.number<std::uint32_t>()};
            made.time = block.time();
            auto const size = block.number<std::uint32_t>();
            made.original = block.number<std::uint32_t>();
            check(size <= made.original and made.interface < read.interfaces.size());
            made.data = block.padded(size);
            made.extra = block.rest();
            read.packets.push_back(made);
        } else {
            check(type == 5);
            auto made = statistics{.interface = block.number<std::uint32_t>()};
            made.time = block.time();
            made.extra = block.rest();
            check(made.interface < read.interfaces.size());
            read.summaries.push_back(made);
        }
    }
    check(count > 0);
    return read;
}

inline auto bytes_of(std::string const& path) -> content {
    auto from = std::ifstream{path, std::ios::binary};
    auto const text = std::string{std::istreambuf_iterator<char>{from}, {}};
    auto const raw = std::as_bytes(std::span{text});
    return {raw.begin(), raw.end()};
}
inline auto read(std::string const& path) -> file { return parse(bytes_of(path)); }

} // namespace capture
