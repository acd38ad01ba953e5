#pragma once

#include <rpmsg/framework/dispatch_queue.hpp>
#include <rpmsg/framework/endpoint_group.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/worker_link.hpp>
#include <rpmsg/framework/workers.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg {

/// A table whose messages are handled by priority: `dispatched{endpoints{...}, inline_worker<>{}}`. It takes messages from the
/// peer ahead of the handlers, and the message to the endpoint with the highest priority is handled first; of equal ones the
/// oldest. Messages and events of one endpoint keep their order, and one handler of an endpoint runs at a time. An announcement
/// of a name takes effect after all messages before it to the endpoint of that name. When the link goes down what was not
/// handled is dropped and counted. The cost of a message grows with the number of endpoints.
template <endpoint_table Table, typename Workers> class dispatched : public Table {
  public:
    static constexpr auto dispatch = Workers::config;
    static constexpr bool has_workers = Workers::is_threaded;

  private:
    static constexpr std::uint32_t lanes = Table::size();
    static constexpr std::uint32_t quota = dispatch.quota == 0 ? dispatch.look_ahead : dispatch.quota;
    static_assert(dispatch.look_ahead > 0 and quota <= dispatch.look_ahead,
                  "the quota of an endpoint is a part of the look-ahead");
    static_assert(has_workers or dispatch.late == 0, "the poller calls the handlers: see `watched` for their time");

    /// The time that a worker has spent in an endpoint, as seen by the polls.
    struct run_time {
        std::uint32_t runs{}; ///< handlers that were begun
        std::uint32_t seen{};
        ticks since{};
        bool is_seen{};
        bool is_late{};
    };
    /// How an endpoint ends; written by the poller under the lock.
    struct ending {
        bool is_stopped{};  ///< destroyed: no handler is called any more
        bool must_tell{};   ///< but for the event `gone`
        bool must_remove{}; ///< its place becomes free when nothing of it waits or runs
    };
    struct nothing {};
    static constexpr bool may_end = not Table::is_static;

    detail::dispatch_queue<lanes, dispatch.look_ahead> queue_{};
    std::array<std::uint8_t, lanes> priorities_{};
    [[no_unique_address]] std::conditional_t<has_workers, std::array<run_time, lanes>, nothing> times_{};
    [[no_unique_address]] std::conditional_t<may_end, std::array<ending, lanes>, nothing> endings_{};
    held_message::parts announcement_{}; ///< waits for the messages before it
    wire::padded_name announced_{};
    std::uint32_t dropped_{};
    std::uint32_t late_{};
    ticks end_{};
    bool is_ending_{};  ///< the transport has no more messages, and goes down with the next poll
    bool has_end_{};    ///< `end_` is the time at which that was seen
    bool is_blocked_{}; ///< the poller stopped taking messages until there is room

    template <typename T> static constexpr auto indices_of() -> std::uint32_t {
        if constexpr (endpoint_group<T>) {
            return T::capacity;
        } else {
            return 1;
        }
    }
    [[nodiscard]] constexpr auto is_late([[maybe_unused]] std::uint32_t i) const -> bool {
        if constexpr (has_workers) {
            return times_[i].is_late;
        } else {
            return false;
        }
    }
    [[nodiscard]] constexpr auto end_of([[maybe_unused]] std::uint32_t i) const -> ending {
        if constexpr (may_end) {
            return endings_[i];
        } else {
            return {};
        }
    }
    static constexpr auto wake_workers([[maybe_unused]] auto& core) -> void {
        if constexpr (has_workers) {
            core.waiting().wake();
        }
    }
    [[nodiscard]] constexpr auto has_announcement() const -> bool { return announcement_.owner != nullptr; }
    constexpr auto add_dropped(std::uint32_t amount = 1) -> void {
        dropped_ = dropped_ < 0xffff'ffff - amount ? dropped_ + amount : 0xffff'ffff;
    }
    /// The endpoint whose handler is called next, or `no_index`.
    [[nodiscard]] constexpr auto next() const -> std::uint32_t {
        auto best = no_index;
        for (std::uint32_t i = 0; i < lanes; ++i) {
            auto const is_ready = queue_.has_entries(i) and not queue_.is_running(i) and not end_of(i).is_stopped;
            auto const is_better = [&] {
                return best == no_index or priorities_[i] > priorities_[best] or
                       (priorities_[i] == priorities_[best] and queue_.is_older(i, best));
            };
            best = is_ready and is_better() ? i : best;
        }
        return best;
    }
    /// Whether nothing waits for an endpoint, or a worker that counts as dead has it.
    [[nodiscard]] constexpr auto is_idle(std::uint32_t i) const -> bool {
        return queue_.is_idle(i) or is_late(i) or end_of(i).is_stopped;
    }
    /// The same for all endpoints of the name that is announced.
    [[nodiscard]] constexpr auto is_settled() -> bool {
        std::uint32_t i = 0;
        while (i < lanes and (is_idle(i) or not wire::is_same(this->name(i), announced_))) {
            ++i;
        }
        return i == lanes;
    }
    /// Drops the messages that wait for an endpoint; their buffers are returned outside of the lock.
    constexpr auto drop_messages(auto& core, std::uint32_t i) -> void {
        while (true) {
            auto const dropped = [&] {
                auto const guard = core.locked();
                auto oldest = queue_.drop(i);
                add_dropped(oldest ? 1 : 0);
                return oldest;
            }();
            if (not dropped) {
                return;
            }
        }
    }
    /// Calls the handler of a lane that has begun an entry.
    template <typename Core>
    constexpr auto call(Core& core, std::uint32_t i, typename decltype(queue_)::entry& entry) noexcept -> void {
        using view_type = std::conditional_t<has_workers, worker_link<Core>, queued_link<Core>>;
        auto view = view_type{core, core.id_at(i), entry.content};
        if (entry.has_message) {
            Table::deliver(view, i, {.source = entry.content.source(), .payload = entry.content.payload()});
            entry.content.release();
        } else {
            Table::notify(view, i, entry.what);
        }
    }
    constexpr auto finish(auto& core, std::uint32_t i, bool had_message) -> void {
        auto const guard = core.locked();
        queue_.finish(i, had_message);
        auto const was_blocked = std::exchange(is_blocked_, false);
        auto const is_waited_for = has_workers and (was_blocked or has_announcement() or is_ending_);
        if constexpr (has_workers) {
            times_[i].is_late = false;
        }
        if (is_waited_for or end_of(i).is_stopped or end_of(i).must_remove) {
            core.call_poller();
        }
    }

  public:
    constexpr dispatched(Table table, Workers = {}) : Table{std::move(table)} {
        if constexpr (requires { this->for_each_item([](auto&, std::uint32_t) {}); }) {
            this->for_each_item([&]<typename T>(T&, std::uint32_t first) {
                std::fill_n(priorities_.begin() + first, indices_of<T>(), detail::priority_of<T>());
            });
        }
    }

    /// Call both from the polling context. The messages that were dropped: over the quota, when the link went down, or of a
    /// destroyed endpoint.
    [[nodiscard]] constexpr auto dropped() const -> std::uint32_t { return dropped_; }
    /// How often a worker exceeded its limit.
    [[nodiscard]] constexpr auto late_workers() const -> std::uint32_t { return late_; }

    [[nodiscard]] constexpr auto is_live(std::uint32_t i) const -> bool {
        return Table::is_live(i) and not end_of(i).must_remove;
    }
    [[nodiscard]] constexpr auto find(address where) const -> std::uint32_t {
        auto const i = Table::find(where);
        return i != no_index and end_of(i).must_remove ? no_index : i;
    }
    /// Called under the lock. What waits for the endpoint, such as its `unbound`, is handled before its place becomes free.
    constexpr auto remove(std::uint32_t i) -> void {
        if constexpr (may_end) {
            if (queue_.is_idle(i) and not endings_[i].must_tell) {
                endings_[i] = {};
                Table::remove(i);
            } else {
                Table::state(i).must_announce = Table::state(i).must_withdraw = false;
                if constexpr (requires { Table::state(i).is_accepted; }) {
                    Table::state(i).is_accepted = true; // so that its name can be opened again
                }
                endings_[i].must_remove = true;
            }
        }
    }

    constexpr auto deliver(auto& link, std::uint32_t i, message const& m) -> void {
        auto& core = link.channel();
        {
            auto const guard = core.locked();
            if (is_late(i) or queue_.held(i) >= quota) {
                add_dropped();
                if (dispatch.behind == when_behind::tell) {
                    queue_.push(i, {.kind = event_kind::overrun});
                }
                return;
            }
            queue_.push(i, link.hold(m));
        }
        wake_workers(core);
    }
    constexpr auto notify(auto& link, std::uint32_t i, event const& e) -> void {
        auto const guard = link.channel().locked();
        queue_.push(i, e);
        wake_workers(link.channel());
        if (not has_workers) {
            link.channel().call_poller(); // this poll may have called its handlers already
        }
    }

    // The following functions are called by the channel.

    /// Whether there is room for one more message of any endpoint.
    constexpr auto may_take(auto& core) -> bool {
        auto const guard = core.locked();
        auto has_room = not has_announcement() and queue_.held() < dispatch.look_ahead;
        if constexpr (dispatch.behind == when_behind::leave and quota < dispatch.look_ahead) {
            for (std::uint32_t i = 0; i < lanes; ++i) {
                has_room = has_room and (queue_.held(i) < quota or is_late(i));
            }
        }
        is_blocked_ = not has_room;
        return has_room;
    }
    /// Keeps an announcement while messages before it wait for the endpoint that it names.
    constexpr auto keep_announcement(auto& core, rx_buffer const& received) -> bool {
        auto announced = wire::announcement{};
        if (not wire::read_announcement(received.payload, core.acknowledged, announced)) {
            return false; // it has no effect
        }
        auto const guard = core.locked();
        announced_ = announced.name;
        if (is_settled()) {
            return false;
        }
        announcement_ = core.hold({.source = received.source, .payload = received.payload}, received.token).leave();
        return true;
    }
    /// The announcement that was kept, once nothing waits before it.
    constexpr auto take_announcement(auto& core) -> held_message {
        auto const guard = core.locked();
        return has_announcement() and is_settled() ? held_message{std::exchange(announcement_, {})} : held_message{};
    }
    /// Whether the poller has something to do at once.
    constexpr auto has_work(auto& core) -> bool {
        auto const guard = core.locked();
        return (not has_workers and next() != no_index) or (has_announcement() and is_settled());
    }

    /// The result of `run_one`.
    struct ran {
        bool is_one{};
        bool is_message{};
        std::uint32_t size{}; ///< of its payload
    };
    /// Calls one handler.
    constexpr auto run_one(auto& core) -> ran {
        auto entry = typename decltype(queue_)::entry{};
        auto const i = [&] {
            auto const guard = core.locked();
            auto const chosen = next();
            if (chosen != no_index) {
                entry = queue_.begin(chosen);
                if constexpr (has_workers) {
                    ++times_[chosen].runs;
                }
            }
            return chosen;
        }();
        if (i == no_index) {
            return {};
        }
        auto const done = ran{true, entry.has_message, static_cast<std::uint32_t>(entry.content.payload().size())};
        call(core, i, entry);
        finish(core, i, entry.has_message);
        return done;
    }

    /// Looks at the workers and at the endpoints that end, in each poll.
    constexpr auto look([[maybe_unused]] auto& core, [[maybe_unused]] ticks now) -> void {
        if constexpr (has_workers and dispatch.late != 0) {
            for (std::uint32_t i = 0; i < lanes; ++i) {
                if (is_newly_late(core, i, now)) {
                    drop_messages(core, i);
                }
            }
        }
        if constexpr (may_end) {
            for (std::uint32_t i = 0; i < lanes; ++i) {
                if (endings_[i].is_stopped) {
                    drop_messages(core, i);
                }
                if (endings_[i].must_remove or endings_[i].is_stopped) {
                    end_one(core, i);
                }
            }
        }
    }
    /// Drops what was taken, when the link is down.
    constexpr auto drop_taken(auto& core) -> void {
        for (std::uint32_t i = 0; i < lanes; ++i) {
            drop_messages(core, i);
        }
        auto late = held_message{};
        auto const guard = core.locked();
        late = has_announcement() ? held_message{std::exchange(announcement_, {})} : held_message{};
        is_ending_ = has_end_ = is_blocked_ = false;
    }
    constexpr auto note_end(auto& core) -> void {
        auto const guard = core.locked();
        is_ending_ = true;
    }
    /// Whether the change of a link that is ending waits for the handlers.
    constexpr auto is_draining(auto& core, ticks now) -> bool {
        if (not is_ending_ or dispatch.drain == 0) {
            return false;
        }
        end_ = std::exchange(has_end_, true) ? end_ : now + dispatch.drain;
        auto const guard = core.locked();
        return queue_.held() != 0 and not has_passed(end_, now);
    }
    /// The time of the next poll that `look` or `is_draining` needs.
    constexpr auto next_deadline(auto& core, ticks now) -> poll_deadline {
        auto first = poll_deadline{.is_set = has_end_, .at = end_};
        if constexpr (has_workers) {
            auto const guard = core.locked();
            for (std::uint32_t i = 0; dispatch.late != 0 and i < lanes; ++i) {
                if (queue_.is_running(i) and not times_[i].is_late) {
                    auto const since = times_[i].is_seen and times_[i].seen == times_[i].runs ? times_[i].since : now;
                    first = detail::earlier(first, {.is_set = true, .at = since + dispatch.late}, now);
                }
            }
        }
        return first;
    }
    /// Stops an endpoint before it is destroyed; whether a worker runs it.
    constexpr auto stop(auto& core, std::uint32_t i) -> bool {
        auto const guard = core.locked();
        endings_[i].is_stopped = true;
        endings_[i].must_tell = has_workers and queue_.is_running(i);
        return endings_[i].must_tell;
    }
    constexpr auto go_on(auto& core, std::uint32_t i) -> void {
        auto const guard = core.locked();
        endings_[i].is_stopped = endings_[i].must_tell = false;
    }

  private:
    /// Whether the worker in this endpoint has exceeded its limit since the last poll.
    constexpr auto is_newly_late(auto& core, std::uint32_t i, ticks now) -> bool {
        auto const guard = core.locked();
        auto& time = times_[i];
        if (not queue_.is_running(i)) {
            time.is_seen = false;
            return false;
        }
        if (not time.is_seen or time.seen != time.runs) {
            time = {.runs = time.runs, .seen = time.runs, .since = now, .is_seen = true};
            return false;
        }
        if (time.is_late or not has_passed(time.since + dispatch.late, now)) {
            return false;
        }
        late_ += late_ != 0xffff'ffff ? 1 : 0;
        return time.is_late = true;
    }
    constexpr auto end_one(auto& core, std::uint32_t i) -> void {
        auto const guard = core.locked();
        if (endings_[i].is_stopped and not queue_.is_running(i)) {
            queue_.drop_events(i);
            if (std::exchange(endings_[i].must_tell, false)) {
                queue_.push(i, {.kind = event_kind::gone});
                endings_[i].is_stopped = false; // for this last event
                wake_workers(core);
            }
        }
        if (endings_[i].must_remove and queue_.is_idle(i)) {
            endings_[i] = {};
            Table::remove(i);
            core.polling().has_pending = true; // a name may wait for the place
        }
    }
};

} // namespace rpmsg
