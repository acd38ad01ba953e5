#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/framework/endpoint_state.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace rpmsg {

namespace detail {
/// A number as decimal text.
class digits {
    std::array<char, 10> text_{};
    std::uint32_t start_ = 10;

  public:
    constexpr explicit digits(std::uint32_t value) {
        do {
            text_[--start_] = static_cast<char>('0' + value % 10);
            value /= 10;
        } while (value != 0);
    }
    [[nodiscard]] constexpr auto view() const -> std::string_view { return {text_.data() + start_, 10 - start_}; }
};
} // namespace detail

/// Writes the state of a channel as readable text, one line per endpoint and per counter that is not 0, by calls of
/// sink(std::string_view). Call it from the polling context.
constexpr auto dump(auto& channel, auto&& sink) -> void {
    auto const number = [&](std::uint32_t value) { sink(detail::digits{value}.view()); };
    sink(channel.is_up() ? "link up\n" : "link down\n");
    auto& link = channel.transport();
    if constexpr (requires { link.tx_queue(); }) {
        auto const queue = [&](std::string_view name, auto const& it) {
            sink(name);
            sink(": taken ");
            number(it.taken());
            sink(", given ");
            number(it.given());
            sink("\n");
        };
        queue("transmit ring", link.tx_queue());
        queue("receive ring", link.rx_queue());
    }
    auto& table = channel.endpoint_table();
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        if (not table.is_live(i)) {
            continue;
        }
        sink("endpoint ");
        number(static_cast<std::uint32_t>(table.local(i)));
        sink(" \"");
        sink(wire::view_of(table.name(i)));
        if (auto const peer = table.state(i).peer(); peer != any_address) {
            sink("\" bound to ");
            number(static_cast<std::uint32_t>(peer));
            sink("\n");
        } else {
            sink("\" unbound\n");
        }
    }
    for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(counter::count_); ++i) {
        auto const which = static_cast<counter>(i);
        if (channel.counts()[which] != 0) {
            sink(describe(which));
            sink(": ");
            number(channel.counts()[which]);
            sink("\n");
        }
    }
}

} // namespace rpmsg
