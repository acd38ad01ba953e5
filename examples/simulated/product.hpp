#pragma once

#include <rpmsg/rpmsg.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>

/// The firmware of a product of three chips: a sensor measures, a hub passes the newest reading on, a display shows it. An alarm
/// goes straight from the sensor to the display. The transports are parameters: those of the boards, or those of the simulator.
namespace product {

constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 128, .retry_ticks = 10};
constexpr auto bus = rpmsg::spi_config{.frame_size = 96, .retry_ticks = 10};
constexpr auto line = rpmsg::uart_config{.tx_buffers = 2,
                                         .rx_buffers = 4,
                                         .payload = 40,
                                         .profile = rpmsg::uart_profile::reliable,
                                         .connect_ticks = 50,
                                         .resend_ticks = 50};

struct reading {
    std::uint32_t number{};
    std::uint32_t millidegrees{};
};
constexpr rpmsg::ticks period = 2'000; // milliseconds
constexpr std::uint32_t too_hot = 80'000;

/// What keeps its state without power: the number of the next reading, and the glass of the display.
struct hardware {
    std::uint32_t next_number{};
    std::uint32_t shown{};
    std::uint32_t alarms{};
    bool has_gone_back{};

    auto measure() -> reading { return {++next_number, next_number % 50 == 0 ? 90'000 : 20'000 + next_number % 1'000}; }
    auto show(std::uint32_t number) -> void {
        has_gone_back = has_gone_back or number < shown;
        shown = number;
    }
};

/// Sends one value at a time, the newest, as soon as there is a peer and a buffer.
template <rpmsg::fixed_name Name> struct newest {
    reading value{};
    bool is_due{};

    static constexpr auto name() -> std::string_view { return Name.view(); }
    auto put(reading const& it) -> void {
        value = it;
        is_due = true;
    }
    auto on_message(auto&, rpmsg::message const&) -> void {}
    auto on_poll(auto& link, rpmsg::ticks) -> void {
        auto content = std::array<std::byte, sizeof(reading)>{};
        rpmsg::store(content, value.number);
        rpmsg::store(rpmsg::bytes{content}.subspan(4), value.millidegrees);
        is_due = is_due and not link.send(content);
    }
};
/// Calls f(reading) for each message.
template <rpmsg::fixed_name Name> constexpr auto on_reading(auto f) {
    return rpmsg::endpoint<Name>([f](auto&, rpmsg::message const& m) {
        if (m.payload.size() == sizeof(reading)) {
            f(reading{rpmsg::load<std::uint32_t>(m.payload), rpmsg::load<std::uint32_t>(m.payload.subspan(4))});
        }
    });
}

template <typename ToHub, typename ToDisplay> class sensor {
    hardware* chip_;
    newest<"readings"> readings_{};
    newest<"alarm"> alarm_{};
    rpmsg::channel<ToHub, rpmsg::endpoints<rpmsg::ref<newest<"readings">>>> hub_;
    rpmsg::channel<ToDisplay, rpmsg::endpoints<rpmsg::ref<newest<"alarm">>>> display_;
    rpmsg::ticks measured_at_{};

  public:
    sensor(hardware& chip, ToHub to_hub, ToDisplay to_display)
        : chip_{&chip}, hub_{std::move(to_hub), rpmsg::endpoints{rpmsg::ref{readings_}}}, display_{std::move(to_display),
                                                                                                   rpmsg::endpoints{
                                                                                                       rpmsg::ref{alarm_}}} {}

    auto links() { return std::tie(hub_, display_); }
    auto run(rpmsg::ticks now) -> void {
        measured_at_ = rpmsg::not_ahead(measured_at_, now);
        if (not rpmsg::has_passed(measured_at_ + period, now)) {
            return;
        }
        measured_at_ = now;
        auto const it = chip_->measure();
        readings_.put(it);
        if (it.millidegrees >= too_hot) {
            alarm_.put(it);
        }
        hub_.poll(now); // sends at once
        display_.poll(now);
    }
    auto next_deadline(rpmsg::ticks now) -> rpmsg::poll_deadline {
        return {.is_set = true, .at = rpmsg::not_ahead(measured_at_, now) + period};
    }
};
template <typename... T> sensor(hardware&, T...) -> sensor<T...>;

template <typename ToSensor, typename ToDisplay> class hub {
    static auto take(newest<"screen">& to) {
        return on_reading<"readings">([&to](reading const& it) { to.put(it); });
    }
    newest<"screen"> screen_{};
    rpmsg::channel<ToSensor, rpmsg::endpoints<decltype(take(screen_))>> sensor_;
    rpmsg::channel<ToDisplay, rpmsg::endpoints<rpmsg::ref<newest<"screen">>>> display_;

  public:
    hub(ToSensor to_sensor, ToDisplay to_display)
        : sensor_{std::move(to_sensor), rpmsg::endpoints{take(screen_)}}, display_{std::move(to_display),
                                                                                   rpmsg::endpoints{rpmsg::ref{screen_}}} {}
    auto links() { return std::tie(sensor_, display_); }
};

template <typename ToHub, typename ToSensor> class display {
    static auto draw(hardware& glass) {
        return on_reading<"screen">([&glass](reading const& it) { glass.show(it.number); });
    }
    static auto blink(hardware& glass) {
        return on_reading<"alarm">([&glass](reading const&) { ++glass.alarms; });
    }
    rpmsg::channel<ToHub, rpmsg::endpoints<decltype(draw(std::declval<hardware&>()))>> hub_;
    rpmsg::channel<ToSensor, rpmsg::endpoints<decltype(blink(std::declval<hardware&>()))>> sensor_;

  public:
    display(hardware& glass, ToHub to_hub, ToSensor to_sensor)
        : hub_{std::move(to_hub), rpmsg::endpoints{draw(glass)}}, sensor_{std::move(to_sensor),
                                                                          rpmsg::endpoints{blink(glass)}} {}
    auto links() { return std::tie(hub_, sensor_); }
};
template <typename... T> display(hardware&, T...) -> display<T...>;

} // namespace product
