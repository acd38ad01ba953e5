#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/recorder.hpp>
#include <rpmsg/testing/regions/array_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include "check.hpp"
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace golden {

/// Bytes of a memory image, from an offset on: pairs of hexadecimal digits, and text in single quotes.
struct line {
    std::uint32_t offset;
    std::string_view bytes;
};

constexpr auto digit(char c) -> unsigned { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

constexpr auto write(rpmsg::bytes memory, line const& what) -> void {
    auto at = what.offset;
    auto is_text = false;
    for (std::size_t i = 0; i < what.bytes.size(); ++i) {
        auto const c = what.bytes[i];
        if (c == '\'') {
            is_text = not is_text;
        } else if (is_text) {
            memory[at++] = static_cast<std::byte>(c);
        } else if (c != ' ') {
            memory[at++] = static_cast<std::byte>(digit(c) << 4 | digit(what.bytes[++i]));
        }
    }
}

/// A shared block beside its golden image. What the peer writes goes into both; what we write must make the block equal
/// to the image, byte for byte. The image starts with zeroes.
template <rpmsg::vring_config Config, typename Layout = rpmsg::vring_layout<Config>,
          std::uint32_t Size = rpmsg::vring_layout<Config>::size()>
struct block {
    using region = rpmsg::testing::array_region<Size>;
    using bell = rpmsg::doorbell_ref<rpmsg::testing::counting_bell>;

    rpmsg::testing::array_memory<Size> memory{};
    rpmsg::testing::array_memory<Size> image{};
    rpmsg::testing::counting_bell rung{};

    constexpr auto device(Layout layout = {}) -> rpmsg::vring_device<Config, region, bell, Layout> {
        return rpmsg::vring_device<Config, region, bell, Layout>{region{memory}, bell{rung}, layout};
    }
    constexpr auto driver(Layout layout = {}) -> rpmsg::vring_driver<Config, region, bell, Layout> {
        return rpmsg::vring_driver<Config, region, bell, Layout>{region{memory}, bell{rung}, layout};
    }

    template <std::size_t Count> constexpr auto peer_writes(line const (&lines)[Count]) -> void {
        for (auto const& each : lines) {
            write(memory.content, each);
            write(image.content, each);
        }
    }
    template <std::size_t Count> constexpr auto we_wrote(line const (&lines)[Count], int where = __builtin_LINE()) -> void {
        expect(lines);
        we_wrote_nothing(where);
    }
    /// These lines belong to the next image.
    template <std::size_t Count> constexpr auto expect(line const (&lines)[Count]) -> void {
        for (auto const& each : lines) {
            write(image.content, each);
        }
    }
    constexpr auto we_wrote_nothing(int where = __builtin_LINE()) -> void {
        for (std::uint32_t i = 0; i < Size; ++i) {
            if (memory.content[i] != image.content[i]) {
                throw std::logic_error{"line " + std::to_string(where) + ": byte " + std::to_string(i) + " is " +
                                       std::to_string(std::to_integer<int>(memory.content[i])) + ", not " +
                                       std::to_string(std::to_integer<int>(image.content[i]))};
            }
        }
    }
};

/// Answers "hello" with "world".
inline constexpr auto greeter = [](auto& link, rpmsg::message const& m) {
    check(same(m.payload, "hello"_payload));
    check(link.reply(m, "world"_payload));
};

} // namespace golden
