#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <linux/gpio.h>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// Passes requests to a driver; a test replaces it.
struct device_control {
    static auto call(int file, unsigned long request, void* content) -> int { return ::ioctl(file, request, content); }
};

/// Identifies a line by its chip and its offset there, as gpioinfo lists them.
struct gpio_place {
    std::string chip = "/dev/gpiochip0";
    std::uint32_t line{};
    bool is_active_low{}; ///< the low level means on
};

/// A GPIO line that this process owns during the lifetime of the object (version 2 of linux/gpio.h, since Linux 5.10): an
/// output, which is off at first, or an input that reports rising edges. The text of a failure names the line and the remedy.
template <typename Control = device_control> class basic_gpio_line {
    static constexpr std::uint32_t kept_events = 16;

    descriptor file_;

    explicit basic_gpio_line(descriptor file) : file_{std::move(file)} {}

    static auto refuse(gpio_place const& place, std::string const& what) -> failure {
        return {"GPIO line " + std::to_string(place.line) + " of " + place.chip + " " + what};
    }
    static auto refuse_chip(gpio_place const& place, int why) -> failure {
        auto const advice = why == EACCES   ? "; join the group that owns it, often gpio"
                            : why == ENOENT ? "; gpiodetect lists the chips"
                                            : "";
        return refuse(place, "cannot be had, its chip cannot be opened: " + words_of(why) + advice);
    }
    static auto refuse_line(int chip, gpio_place const& place, bool is_input, int why) -> failure {
        auto info = gpio_v2_line_info{};
        info.offset = place.line;
        if (why == EBUSY) {
            auto const is_told = Control::call(chip, GPIO_V2_GET_LINEINFO_IOCTL, &info) == 0 and info.consumer[0] != 0;
            auto const owner = is_told ? std::string{info.consumer, strnlen(info.consumer, sizeof(info.consumer))} : "another";
            return refuse(place, "is taken by '" + owner + "'; end that, or name another line");
        }
        return refuse(place, std::string{is_input ? "cannot be an input that tells edges: " : "cannot be an output: "} +
                                 words_of(why) + "; name another line, or a kernel since 5.10");
    }

    static auto open(gpio_place const& place, bool is_input) -> outcome<basic_gpio_line> {
        auto const chip = descriptor{::open(place.chip.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
        if (not chip) {
            return refuse_chip(place, errno);
        }
        auto info = gpiochip_info{};
        if (Control::call(chip.number(), GPIO_GET_CHIPINFO_IOCTL, &info) < 0) {
            return refuse(place, "cannot be had: that is no GPIO chip; gpiodetect lists them");
        }
        if (place.line >= info.lines) {
            return refuse(place, "does not exist: the chip has " + std::to_string(info.lines) + " lines, counted from 0");
        }
        auto request = request_for(place.line, is_input, place.is_active_low);
        if (Control::call(chip.number(), GPIO_V2_GET_LINE_IOCTL, &request) < 0) {
            return refuse_line(chip.number(), place, is_input, errno);
        }
        auto line = descriptor{request.fd};
        if (fcntl(line.number(), F_SETFL, O_NONBLOCK) < 0) {
            return refuse(place, "cannot be read without waiting: " + words_of(errno));
        }
        return basic_gpio_line{std::move(line)};
    }

  public:
    /// Returns the request to the kernel.
    static constexpr auto request_for(std::uint32_t line, bool is_input, bool is_active_low) -> gpio_v2_line_request {
        auto request = gpio_v2_line_request{};
        auto const owner = std::string_view{"rpmsg"};
        for (std::size_t i = 0; i < owner.size(); ++i) {
            request.consumer[i] = owner[i];
        }
        request.offsets[0] = line;
        request.num_lines = 1;
        request.event_buffer_size = is_input ? kept_events : 0;
        request.config.flags = is_input ? std::uint64_t{GPIO_V2_LINE_FLAG_INPUT} | GPIO_V2_LINE_FLAG_EDGE_RISING
                                        : std::uint64_t{GPIO_V2_LINE_FLAG_OUTPUT};
        request.config.flags |= is_active_low ? std::uint64_t{GPIO_V2_LINE_FLAG_ACTIVE_LOW} : 0u;
        return request;
    }

    [[nodiscard]] static auto open_output(gpio_place const& place) -> outcome<basic_gpio_line> { return open(place, false); }
    [[nodiscard]] static auto open_input(gpio_place const& place) -> outcome<basic_gpio_line> { return open(place, true); }

    /// For an event loop: readable while there are edges that `take_edges` has not read.
    [[nodiscard]] auto number() const -> int { return file_.number(); }

    /// Sets an output. False when the chip is gone.
    auto set(bool on) const -> bool {
        auto values = gpio_v2_line_values{.bits = on ? 1u : 0u, .mask = 1};
        return Control::call(file_.number(), GPIO_V2_LINE_SET_VALUES_IOCTL, &values) == 0;
    }
    /// Returns the current level; off when the chip is gone.
    [[nodiscard]] auto is_set() const -> bool {
        auto values = gpio_v2_line_values{.bits = 0, .mask = 1};
        return Control::call(file_.number(), GPIO_V2_LINE_GET_VALUES_IOCTL, &values) == 0 and (values.bits & 1) != 0;
    }
    /// Returns whether an input has risen since the last call; never waits.
    [[nodiscard]] auto take_edges() const -> bool {
        auto events = std::array<gpio_v2_line_event, kept_events>{};
        return ::read(file_.number(), events.data(), sizeof(events)) > 0;
    }
};

using gpio_line = basic_gpio_line<>;

} // namespace rpmsg::host
