#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/service/device/device_files.hpp>
#include <rpmsg/wire/service/device.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

/// Devices for tests: "/dev/memory" has positions and control requests, "/dev/pipe" is empty until it is filled.
struct memory_files {
    static constexpr auto controls = std::array{rpmsg::device_control_rule{.request = 0x101, .size = 4},
                                                rpmsg::device_control_rule{.request = 0x102, .size = 0}};

    struct place {
        bool is_open{};
        bool is_pipe{};
        std::int64_t position{};
    };
    struct state {
        std::array<std::byte, 200> memory{};
        std::array<place, 8> places{};
        std::uint32_t opened{};
        std::uint32_t closed{};
        std::uint32_t in_pipe{};
        std::uint64_t value{};
    };
    state* all;

    constexpr auto open(std::string_view path, std::int32_t) const -> std::int32_t {
        if (path != "/dev/memory" and path != "/dev/pipe") {
            return rpmsg::wire::device_error::no_entry;
        }
        for (auto i = 0; i < 8; ++i) {
            auto& it = all->places[static_cast<std::uint32_t>(i)];
            if (not it.is_open) {
                it = {.is_open = true, .is_pipe = path == "/dev/pipe"};
                ++all->opened;
                return i;
            }
        }
        return rpmsg::wire::device_error::too_many_files;
    }
    constexpr auto close(std::uint32_t file) const -> void {
        rpmsg::expects(all->places[file].is_open);
        all->places[file] = {};
        ++all->closed;
    }
    constexpr auto read(std::uint32_t file, rpmsg::bytes into) const -> std::int32_t {
        auto& it = all->places[file];
        rpmsg::expects(it.is_open);
        if (it.is_pipe) {
            auto const size = std::min<std::size_t>(all->in_pipe, into.size());
            std::fill_n(into.begin(), size, std::byte{'p'});
            all->in_pipe -= static_cast<std::uint32_t>(size);
            return size != 0 ? static_cast<std::int32_t>(size) : rpmsg::wire::device_error::try_again;
        }
        auto const rest = rpmsg::const_bytes{all->memory}.subspan(static_cast<std::size_t>(it.position));
        auto const size = std::min(rest.size(), into.size());
        rpmsg::copy(rest.first(size), into);
        it.position += static_cast<std::int64_t>(size);
        return static_cast<std::int32_t>(size);
    }
    constexpr auto write(std::uint32_t file, rpmsg::const_bytes data) const -> std::int32_t {
        auto& it = all->places[file];
        rpmsg::expects(it.is_open);
        auto const rest = rpmsg::bytes{all->memory}.subspan(static_cast<std::size_t>(it.position));
        auto const size = std::min(rest.size(), data.size());
        rpmsg::copy(data.first(size), rest);
        it.position += static_cast<std::int64_t>(size);
        return static_cast<std::int32_t>(size);
    }
    constexpr auto seek(std::uint32_t file, std::int64_t offset, std::int32_t whence) const -> std::int64_t {
        auto& it = all->places[file];
        auto const from = whence == 0 ? 0 : whence == 1 ? it.position : 200;
        if (it.is_pipe or whence < 0 or whence > 2) {
            return it.is_pipe ? rpmsg::wire::device_error::not_seekable : rpmsg::wire::device_error::invalid;
        }
        if (offset < -from or offset > 200 - from) {
            return rpmsg::wire::device_error::invalid;
        }
        return it.position = from + offset;
    }
    constexpr auto control(std::uint32_t, std::int32_t request, std::uint64_t value, rpmsg::bytes data) const -> std::int32_t {
        if (request == 0x102) {
            all->value = value;
            return 5;
        }
        for (auto& each : data) {
            each = ~each;
        }
        return 0;
    }
    [[nodiscard]] constexpr auto ready(std::uint32_t file) const -> std::uint32_t {
        namespace event = rpmsg::wire::device_event;
        return event::writable | (not all->places[file].is_pipe or all->in_pipe != 0 ? event::readable : 0);
    }
};
static_assert(rpmsg::device_files<memory_files>);
