// Every short sequence of calls of both ends, in the dialects that do not detect a restart: a device must not use stale rings.
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "transport/two_sides.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace {
using namespace rpmsg;
namespace dialects = wire::dialects;

/// One call of an end. Those with peer_ are the driver's.
enum class step : std::uint8_t {
    close,
    start,
    reset,
    poll,
    send,
    lend,
    commit,
    discard,
    take,
    hold,
    release,
    peer_send,
    peer_take,
    peer_close,
    peer_start,
    count_
};
constexpr auto step_count = static_cast<std::uint32_t>(step::count_);

/// The step as source code for a test.
auto text_of(step what) -> std::string {
    constexpr std::array<char const*, step_count> texts{"close",   "start",     "reset",     "poll",       "send",
                                                        "lend",    "commit",    "discard",   "take",       "hold",
                                                        "release", "peer_send", "peer_take", "peer_close", "peer_start"};
    return std::string{"step::"} + texts[static_cast<std::size_t>(what)];
}
auto text_of(std::span<step const> steps) -> std::string {
    auto text = std::string{};
    for (auto const each : steps) {
        text += (text.empty() ? "" : ", ") + text_of(each);
    }
    return text;
}

/// Both ends of one block, with checks: each message is delivered once and in order, and no buffer is lost.
template <vring_config Config> class two_lives {
    two_sides<Config> shared_{};
    decltype(shared_.device()) device_ = shared_.device();
    decltype(shared_.driver()) driver_ = shared_.driver();

    struct lent {
        tx_buffer room;
        int life;
    };
    struct kept {
        rx_token token;
        int life;
    };
    std::optional<lent> loan_{};
    std::vector<kept> held_{};
    bool device_is_open_{};
    bool driver_is_open_{};
    bool is_up_{};
    bool must_look_{}; ///< the rings were initialised again, and the device has not been reset yet
    int life_{};       ///< number of the device's link
    int layout_{};     ///< number of the initialisation of the rings
    ticks now_{};
    std::uint32_t sent_{};        ///< to the device, in this layout
    std::uint32_t got_{};         ///< by the device, in this layout
    std::uint32_t answered_{};    ///< to the driver, in this layout
    std::uint32_t got_answers_{}; ///< by the driver
    std::string complaint_{};

    auto complain(char const* what) -> void {
        if (complaint_.empty()) {
            complaint_ = what;
        }
    }
    auto forward() -> void {
        shared_.to_driver.forward(driver_);
        shared_.to_device.forward(device_);
    }
    static auto number_of(int layout, std::uint32_t count) -> std::array<std::byte, 8> {
        auto made = std::array<std::byte, 8>{};
        store(std::span{made}.first(4), static_cast<std::uint32_t>(layout));
        store(std::span{made}.subspan(4), count);
        return made;
    }
    auto put(auto& end, tx_buffer const& room, std::uint32_t count) -> bool {
        auto const what = number_of(layout_, count);
        std::ranges::copy(what, room.space.begin());
        return end.commit(room, {.source = address{1}, .destination = address{2}, .length = 8});
    }
    auto is_next(rx_buffer const& received, std::uint32_t& count, std::uint32_t sent) -> bool {
        auto const expected = number_of(layout_, count);
        if (received.outcome != rx_outcome::message or not std::ranges::equal(received.payload, expected) or count >= sent) {
            return false;
        }
        ++count;
        return true;
    }

    auto poll() -> void {
        must_look_ = false;
        auto const change = device_.poll(++now_);
        if (change.event == link_event::up or change.event == link_event::down) {
            ++life_;
            is_up_ = change.event == link_event::up;
            if (is_up_ and layout_ == 0) {
                complain("up without rings");
            }
        }
    }
    auto close() -> void {
        device_.close();
        life_ += is_up_ ? 1 : 0;
        is_up_ = device_is_open_ = must_look_ = false;
    }
    auto start() -> void {
        device_is_open_ = true;
        if (not device_.start()) {
            complain("start is refused");
        }
    }
    auto take(bool holds) -> void {
        poll();
        auto const received = device_.receive();
        if (received.outcome == rx_outcome::none) {
            return;
        }
        if (not is_next(received, got_, sent_)) {
            return complain("the device got what was not sent, or twice, or out of order");
        }
        if (holds) {
            held_.push_back({received.token, life_});
        } else {
            device_.release(received.token);
            device_.flush();
        }
    }
    auto release() -> void {
        if (not held_.empty()) {
            if (held_.front().life == life_) {
                device_.release(held_.front().token, true);
                device_.flush();
            }
            held_.erase(held_.begin());
        }
    }
    auto peer_take() -> void {
        (void)driver_.poll(++now_);
        while (driver_is_open_) {
            auto const received = driver_.receive();
            if (received.outcome == rx_outcome::none or received.outcome == rx_outcome::ended) {
                return;
            }
            if (not is_next(received, got_answers_, answered_)) {
                return complain("the driver got what was not sent, or twice, or out of order");
            }
            driver_.release(received.token);
            driver_.flush();
        }
    }
    auto peer_start() -> void {
        driver_is_open_ = true;
        if (not driver_.start()) {
            complain("the driver's start is refused");
        }
        if (driver_.poll(++now_).event == link_event::up) {
            ++layout_;
            sent_ = got_ = answered_ = got_answers_ = 0;
            must_look_ = is_up_;
        }
    }
    /// Number of transmit buffers of an end when all are returned.
    static auto buffers_of(auto& end) -> std::uint32_t {
        auto taken = std::vector<tx_buffer>{};
        for (auto room = end.reserve(); room; room = end.reserve()) {
            taken.push_back(room);
        }
        for (auto const& room : taken) {
            end.discard(room);
        }
        return static_cast<std::uint32_t>(taken.size());
    }

  public:
    auto run(step what) -> void {
        auto const may_use_rings = is_up_ and not must_look_;
        switch (what) {
        case step::close: close(); break;
        case step::start: start(); break;
        case step::reset:
            close();
            start();
            break;
        case step::poll: poll(); break;
        case step::send:
            if (may_use_rings) {
                if (auto const room = device_.reserve()) {
                    answered_ += put(device_, room, answered_) ? 1u : 0u;
                }
            }
            break;
        case step::lend:
            if (may_use_rings and not loan_) {
                if (auto const room = device_.reserve()) {
                    loan_ = lent{room, life_};
                }
            }
            break;
        case step::commit:
            if (loan_ and is_up_ and loan_->life == life_) { // also before a poll could detect a restart of the driver
                answered_ += put(device_, loan_->room, answered_) ? 1u : 0u;
                loan_.reset();
            }
            break;
        case step::discard:
            if (loan_ and not must_look_) {
                device_.discard(loan_->room); // also one from before a restart
                loan_.reset();
            }
            break;
        case step::take: take(false); break;
        case step::hold: take(true); break;
        case step::release:
            release(); // also before a poll could detect a restart of the driver
            break;
        case step::peer_send:
            if (driver_is_open_ and layout_ != 0) {
                (void)driver_.poll(++now_);
                if (auto const room = driver_.reserve()) {
                    sent_ += put(driver_, room, sent_) ? 1u : 0u;
                }
            }
            break;
        case step::peer_take: peer_take(); break;
        case step::peer_close:
            driver_.close();
            driver_is_open_ = false;
            break;
        case step::peer_start: peer_start(); break;
        case step::count_: break;
        }
        forward();
    }
    /// The complaint after both ends have run on.
    auto end() -> std::string {
        run(step::peer_start);
        run(step::start);
        run(step::poll);
        run(step::discard);
        for (auto i = 0; i < 4 * static_cast<int>(Config.most_buffers()) + 4; ++i) {
            run(step::release);
            run(step::take);
            run(step::peer_take);
            now_ += Config.retry_ticks;
        }
        if (not is_up_ or not driver_.is_up()) {
            complain("the link does not come up again");
        }
        if (got_ != sent_ or got_answers_ != answered_) {
            complain("a message is lost");
        }
        if (buffers_of(driver_) != Config.count_of(1)) {
            complain("the driver lost a buffer");
        }
        if (buffers_of(device_) != Config.count_of(0)) {
            complain("the device lost a buffer");
        }
        for (auto const reason : {counter::bad_id, counter::bad_index, counter::bad_descriptor}) {
            if (device_.counts()[reason] != 0 or driver_.counts()[reason] != 0) {
                complain("a ring broke");
            }
        }
        return complaint_;
    }
};

template <vring_config Config> auto complaint_about(std::span<step const> steps) -> std::string {
    auto both = two_lives<Config>{};
    for (auto const each : steps) {
        both.run(each);
    }
    return both.end();
}
/// The shortest subsequence that still fails.
template <vring_config Config> auto shrunk(std::vector<step> steps) -> std::vector<step> {
    for (std::size_t i = 0; i < steps.size();) {
        auto fewer = steps;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
        if (complaint_about<Config>(fewer).empty()) {
            ++i;
        } else {
            steps = fewer;
            i = 0;
        }
    }
    return steps;
}
template <vring_config Config> auto check_sequence(std::span<step const> steps) -> bool {
    if (complaint_about<Config>(steps).empty()) {
        return true;
    }
    auto const least = shrunk<Config>({steps.begin(), steps.end()});
    FAIL_CHECK(complaint_about<Config>(least) << ": {" << text_of(least) << "}");
    return false;
}

/// A link that is up, then every sequence of `Length` steps.
template <vring_config Config, std::uint32_t Length> auto check_all() -> void {
    auto steps = std::array<step, 3 + Length>{step::peer_start, step::start, step::poll};
    auto total = std::uint32_t{1};
    for (std::uint32_t i = 0; i < Length; ++i) {
        total *= step_count;
    }
    for (std::uint32_t which = 0; which < total; ++which) {
        auto rest = which;
        for (std::uint32_t i = 0; i < Length; ++i, rest /= step_count) {
            steps[3 + i] = static_cast<step>(rest % step_count);
        }
        if (not check_sequence<Config>(steps)) {
            return;
        }
    }
}
/// Longer random sequences, from a link that is not started.
template <vring_config Config> auto check_some(std::uint32_t seed, std::uint32_t rounds) -> void {
    auto state = seed;
    auto const next = [&] {
        state = state * 1664525u + 1013904223u;
        return state >> 16;
    };
    auto steps = std::array<step, 24>{};
    for (std::uint32_t round = 0; round < rounds; ++round) {
        std::ranges::generate(steps, [&] { return static_cast<step>(next() % step_count); });
        if (not check_sequence<Config>(steps)) {
            return;
        }
    }
}

constexpr auto of(wire::dialect dialect, std::uint16_t buffers, std::uint16_t batch = 1, bool event_index = false) {
    return vring_config{.buffers = buffers, .buffer_size = 32, .batch = batch, .event_index = event_index, .dialect = dialect};
}
/// As above, with rings of two counts.
constexpr auto uneven(wire::dialect dialect, std::uint16_t to_host, std::uint16_t to_remote, bool event_index = false) {
    return vring_config{.host_to_remote_buffers = to_remote,
                        .remote_to_host_buffers = to_host,
                        .buffer_size = 32,
                        .event_index = event_index,
                        .dialect = dialect};
}
template <vring_config Config> auto check_lives(std::uint32_t rounds) -> void {
    constexpr auto is_slow = detail::line_of < typename two_sides<Config>::region >> 1; // each access goes through a cache
    check_all<Config, is_slow ? 2 : is_sanitized ? 3 : 4>();
    check_some<Config>(1, is_slow ? rounds / 50 : is_sanitized ? rounds / 10 : rounds);
}

} // namespace

TEST_CASE("beside Linux no sequence of lives loses, repeats or misplaces anything") {
    check_lives<of(dialects::linux_virtio, 2)>(20'000);
    check_lives<of(dialects::linux_virtio, 1)>(20'000);
    check_lives<of(dialects::linux_virtio, 4, 2)>(20'000);
    check_lives<of(dialects::linux_virtio, 4, 1, true)>(20'000);
}

TEST_CASE("beside OpenAMP no sequence of lives loses, repeats or misplaces anything") {
    check_lives<of(dialects::openamp, 2)>(20'000);
    check_lives<of(dialects::openamp, 4, 4)>(20'000);
    check_lives<uneven(dialects::openamp, 4, 1)>(20'000);
    check_lives<uneven(dialects::openamp, 1, 4)>(20'000);
}

TEST_CASE("beside Linux with sizes no sequence of lives loses anything in rings of two counts") {
    check_lives<uneven(dialects::linux_bufsz, 2, 8)>(20'000);
    check_lives<uneven(dialects::linux_bufsz, 4, 2, true)>(20'000);
}

TEST_CASE("beside rpmsg-lite no sequence of lives loses, repeats or misplaces anything") {
    check_lives<of(dialects::rpmsg_lite, 2)>(20'000);
    check_lives<of(dialects::rpmsg_lite, 4, 2)>(20'000);
}
