#pragma once

#include <rpmsg/core/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

/// Messages that show by themselves whether one is lost, damaged, doubled or out of order: a number, and bytes that
/// follow from it.
namespace numbered {

constexpr std::size_t largest = 496;

struct message {
    std::array<std::byte, largest> content{};
    std::size_t size{};

    message(std::uint32_t number, std::size_t length) : size{length} {
        for (std::size_t i = 0; i < size; ++i) {
            content[i] = static_cast<std::byte>(number + i);
        }
        if (size >= sizeof(number)) {
            rpmsg::store(content, number);
        }
    }
    [[nodiscard]] auto bytes() const -> rpmsg::const_bytes { return rpmsg::const_bytes{content}.first(size); }
};

inline auto is(rpmsg::const_bytes got, std::uint32_t number, std::size_t size) -> bool {
    auto const wanted = message{number, size};
    return std::ranges::equal(got, wanted.bytes());
}

} // namespace numbered
