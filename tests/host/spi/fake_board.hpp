#pragma once

#include <rpmsg/host/descriptor.hpp>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <linux/gpio.h>
#include <linux/spi/spidev.h>
#include <map>
#include <unistd.h>
#include <utility>

/// What a fake board was told, and how it behaves.
struct fake_board_state {
    unsigned long refused{}; ///< a request that ends with `why`
    int why = EINVAL;
    std::uint32_t mode = SPI_CS_HIGH | SPI_CPHA;
    std::uint8_t bits{};
    std::uint32_t speed{};
    std::function<int(spi_ioc_transfer const&)> transfer{};
    std::function<void(bool)> drive{}; ///< an output changes
    std::function<bool()> level{};     ///< of an input
    std::map<int, gpio_v2_line_request> lines{};
    rpmsg::host::descriptor edges{}; ///< into what the last input tells
};

/// An SPI device and a GPIO chip with four lines, both behind /dev/null: stands in for ioctl. Line 2 tells no edges, line 3 is
/// taken. Begin a test with `fake_board::now = {}`.
struct fake_board {
    static inline fake_board_state now{};

    /// The input rises so many times.
    static auto rise(unsigned times = 1) -> void {
        auto event = gpio_v2_line_event{};
        event.id = GPIO_V2_LINE_EVENT_RISING_EDGE;
        for (auto i = 0u; i < times; ++i) {
            (void)!write(now.edges.number(), &event, sizeof(event));
        }
    }

    static auto call(int file, unsigned long request, void* content) -> int {
        auto const fails = [](int why) {
            errno = why;
            return -1;
        };
        if (request == now.refused) {
            return fails(now.why);
        }
        switch (request) {
        case SPI_IOC_RD_MODE32: std::memcpy(content, &now.mode, sizeof(now.mode)); return 0;
        case SPI_IOC_WR_MODE32: std::memcpy(&now.mode, content, sizeof(now.mode)); return 0;
        case SPI_IOC_WR_BITS_PER_WORD: std::memcpy(&now.bits, content, sizeof(now.bits)); return 0;
        case SPI_IOC_WR_MAX_SPEED_HZ: std::memcpy(&now.speed, content, sizeof(now.speed)); return 0;
        case SPI_IOC_MESSAGE(1): return now.transfer(*static_cast<spi_ioc_transfer*>(content));
        case GPIO_GET_CHIPINFO_IOCTL: static_cast<gpiochip_info*>(content)->lines = 4; return 0;
        case GPIO_V2_GET_LINEINFO_IOCTL: std::memcpy(static_cast<gpio_v2_line_info*>(content)->consumer, "leds", 5); return 0;
        case GPIO_V2_GET_LINE_IOCTL: {
            auto& asked = *static_cast<gpio_v2_line_request*>(content);
            auto const is_input = (asked.config.flags & GPIO_V2_LINE_FLAG_INPUT) != 0;
            if (asked.offsets[0] == 3 or (asked.offsets[0] == 2 and is_input)) {
                return fails(asked.offsets[0] == 3 ? EBUSY : ENXIO);
            }
            auto ends = std::array<int, 2>{};
            if (pipe2(ends.data(), O_CLOEXEC) != 0) {
                return -1;
            }
            auto other_end = rpmsg::host::descriptor{ends[1]};
            if (is_input) {
                now.edges = std::move(other_end);
            }
            asked.fd = ends[0];
            now.lines[ends[0]] = asked;
            return 0;
        }
        case GPIO_V2_LINE_SET_VALUES_IOCTL:
        case GPIO_V2_LINE_GET_VALUES_IOCTL: {
            auto& values = *static_cast<gpio_v2_line_values*>(content);
            auto const is_input = (now.lines.at(file).config.flags & GPIO_V2_LINE_FLAG_INPUT) != 0;
            if (values.mask != 1 or is_input != (request == GPIO_V2_LINE_GET_VALUES_IOCTL)) {
                return fails(EPERM);
            }
            if (is_input) {
                values.bits = now.level() ? 1 : 0;
            } else {
                now.drive((values.bits & 1) != 0);
            }
            return 0;
        }
        default: return fails(ENOTTY);
        }
    }
};
