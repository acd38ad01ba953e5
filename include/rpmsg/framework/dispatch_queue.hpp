#pragma once

#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>

#include <array>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// The messages and events that wait for their handlers: one FIFO for each of `Lanes` endpoints, `Messages` messages in all. An
/// event always has a place: each endpoint has one for each kind of event. Not protected by itself: the table holds the lock.
template <std::uint32_t Lanes, std::uint32_t Messages> class dispatch_queue {
    static constexpr std::uint32_t kinds = static_cast<std::uint32_t>(event_kind::gone) + 1;
    static constexpr std::uint32_t places = Messages + Lanes * kinds;
    static_assert(places < 0xffff, "the look-ahead and the table are too large to dispatch");

    /// Places are counted from 1; 0 is none.
    struct link {
        std::uint32_t order{}; ///< the time of the entry, to find the oldest of all
        std::uint16_t next{};
    };
    struct lane {
        std::uint16_t first{};
        std::uint16_t last{};
        std::uint16_t events{};   ///< a bit for each kind that waits
        std::uint16_t messages{}; ///< waiting, or with the handler that runs
        bool is_running{};
    };
    static_assert(kinds <= 16);

    std::array<lane, Lanes> lanes_{};
    std::array<link, places> links_{};
    std::array<held_message, Messages> messages_{};
    std::array<event, Lanes * kinds> events_{};
    std::uint32_t next_order_{};
    std::uint32_t held_{}; ///< messages of all lanes

    static constexpr auto bit(event_kind kind) -> std::uint16_t {
        return static_cast<std::uint16_t>(1u << static_cast<std::uint32_t>(kind));
    }
    static constexpr auto place_of(std::uint32_t i, event_kind kind) -> std::uint16_t {
        return static_cast<std::uint16_t>(Messages + i * kinds + static_cast<std::uint32_t>(kind) + 1);
    }
    static constexpr auto is_message(std::uint16_t place) -> bool { return place <= Messages; }
    constexpr auto event_at(std::uint16_t place) -> event& { return events_[place - Messages - 1]; }
    constexpr auto link_at(std::uint16_t place) -> link& { return links_[place - 1u]; }

    constexpr auto append(std::uint32_t i, std::uint16_t place) -> void {
        auto& it = lanes_[i];
        link_at(place) = {.order = next_order_++, .next = 0};
        (it.first == 0 ? it.first : link_at(it.last).next) = place;
        it.last = place;
    }
    /// Removes the entry behind `before`, or the first one for 0; returns its place.
    constexpr auto unlink(std::uint32_t i, std::uint16_t before) -> std::uint16_t {
        auto& it = lanes_[i];
        auto& from = before == 0 ? it.first : link_at(before).next;
        auto const place = from;
        from = link_at(place).next;
        it.last = it.last == place ? before : it.last;
        if (not is_message(place)) {
            it.events = static_cast<std::uint16_t>(it.events & ~bit(event_at(place).kind));
        }
        return place;
    }
    /// The entry before that of an event; the event waits.
    constexpr auto before(std::uint32_t i, event_kind kind) -> std::uint16_t {
        auto last = std::uint16_t{0};
        for (auto place = lanes_[i].first; place != place_of(i, kind); place = link_at(place).next) {
            last = place;
        }
        return last;
    }

  public:
    /// What a handler is called with: a message, or else an event.
    struct entry {
        held_message content{};
        event what{};
        bool has_message{};
    };

    [[nodiscard]] constexpr auto held() const -> std::uint32_t { return held_; }
    [[nodiscard]] constexpr auto held(std::uint32_t i) const -> std::uint32_t { return lanes_[i].messages; }
    [[nodiscard]] constexpr auto is_running(std::uint32_t i) const -> bool { return lanes_[i].is_running; }
    [[nodiscard]] constexpr auto has_entries(std::uint32_t i) const -> bool { return lanes_[i].first != 0; }
    [[nodiscard]] constexpr auto is_idle(std::uint32_t i) const -> bool { return not has_entries(i) and not is_running(i); }

    /// Queues a message; fewer than `Messages` are held.
    constexpr auto push(std::uint32_t i, held_message&& content) -> void {
        std::uint16_t free = 0;
        while (messages_[free]) {
            ++free;
        }
        messages_[free] = std::move(content);
        append(i, static_cast<std::uint16_t>(free + 1));
        ++lanes_[i].messages;
        ++held_;
    }
    /// Queues an event. What ended before its handler heard of it is taken back: a `bound` by its `unbound`, a `link_up` by its
    /// `link_down`. Of other kinds that already wait the newest one stays, in the place of the first.
    constexpr auto push(std::uint32_t i, event const& what) -> void {
        auto& it = lanes_[i];
        auto const waits = [&](event_kind kind) { return (it.events & bit(kind)) != 0; };
        if (what.kind == event_kind::unbound and waits(event_kind::bound)) {
            (void)unlink(i, before(i, event_kind::bound));
            return;
        }
        if (what.kind == event_kind::link_down and waits(event_kind::link_up)) {
            auto const last = before(i, event_kind::link_up);
            while ((last == 0 ? it.first : link_at(last).next) != 0) { // its messages were dropped before
                (void)unlink(i, last);
            }
            return;
        }
        auto const place = place_of(i, what.kind);
        event_at(place) = what;
        if (not waits(what.kind)) {
            append(i, place);
            it.events = static_cast<std::uint16_t>(it.events | bit(what.kind));
        }
    }

    /// Begins the oldest entry of a lane that has one. The lane runs until `finish`.
    constexpr auto begin(std::uint32_t i) -> entry {
        auto const place = unlink(i, 0);
        lanes_[i].is_running = true;
        if (is_message(place)) {
            return {.content = std::move(messages_[place - 1u]), .has_message = true};
        }
        return {.what = event_at(place)};
    }
    constexpr auto finish(std::uint32_t i, bool had_message) -> void {
        lanes_[i].is_running = false;
        if (had_message) {
            --lanes_[i].messages;
            --held_;
        }
    }
    /// Removes the oldest message that waits in a lane; empty when there is none.
    constexpr auto drop(std::uint32_t i) -> held_message {
        auto last = std::uint16_t{0};
        auto place = lanes_[i].first;
        while (place != 0 and not is_message(place)) {
            last = std::exchange(place, link_at(place).next);
        }
        if (place == 0) {
            return {};
        }
        (void)unlink(i, last);
        --lanes_[i].messages;
        --held_;
        return std::move(messages_[place - 1u]);
    }
    /// Removes the events that wait in a lane; its messages were dropped before.
    constexpr auto drop_events(std::uint32_t i) -> void { lanes_[i].first = lanes_[i].last = lanes_[i].events = 0; }
    /// Whether the oldest entry of lane a came before that of lane b. Both have one.
    [[nodiscard]] constexpr auto is_older(std::uint32_t a, std::uint32_t b) const -> bool {
        auto const order = [&](std::uint32_t i) { return links_[lanes_[i].first - 1u].order; };
        return order(b) - order(a) < 0x8000'0000;
    }
};

} // namespace rpmsg::detail
