#pragma once

#include <rpmsg/core/byte_ring.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/platform/lock.hpp>
#include <rpmsg/service/tty/tty_config.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// The bytes of a terminal in both directions, and the calls of the user. The first argument of a call is the channel, or the
/// link of any handler of it; other contexts than the polling one may call when there is a `Lock`.
template <tty_config Config, typename OnReadable, lock_policy Lock> class tty_storage {
    static_assert(Config.receive > 0 and Config.send > 0, "a terminal has room for at least one byte in each direction");

    interrupt_flag has_work_{}; ///< the next poll has something to do
    [[no_unique_address]] OnReadable on_readable_{};

    /// Requests a poll from any context.
    constexpr auto wake_poller(auto& link) -> void {
        call_poller();
        if constexpr (requires { link.waiting(); }) {
            link.waiting().wake();
        } else {
            link.wake();
        }
    }

    static auto wait_for(auto& link, ticks deadline, auto attempt) -> result<std::uint32_t> {
        auto total = std::uint32_t{};
        auto const waited = link.wait_until(deadline, [&] {
            total = attempt();
            return total != 0;
        });
        return waited ? result<std::uint32_t>{total} : waited.error();
    }

  protected:
    byte_ring<Config.receive> received_{};
    byte_ring<Config.send> written_{};
    tty_counts counts_{};
    [[no_unique_address]] Lock lock_{};

    constexpr tty_storage() = default;
    constexpr explicit tty_storage(OnReadable on_readable) : on_readable_{std::move(on_readable)} {}

    /// Requests a poll from the context that polls.
    constexpr auto call_poller() -> void { has_work_.set(); }
    constexpr auto answer_call() -> void { (void)has_work_.take(); }
    /// Tells the user that there is something to read, and those who wait that there may be something to read or room.
    constexpr auto tell(auto& link, auto& self, bool is_readable) -> void {
        if (is_readable) {
            on_readable_(link, self);
        }
        link.wake();
    }

  public:
    static constexpr auto addresses() -> endpoint_addresses { return {}; }

    /// The number of bytes that `read` returns now.
    [[nodiscard]] constexpr auto readable() -> std::uint32_t {
        auto const guard = lock_guard{lock_};
        return received_.size();
    }
    /// The number of bytes that `write` accepts now.
    [[nodiscard]] constexpr auto writable() -> std::uint32_t {
        auto const guard = lock_guard{lock_};
        return written_.free();
    }
    [[nodiscard]] constexpr auto counts() -> tty_counts {
        auto const guard = lock_guard{lock_};
        return counts_;
    }
    /// Reads the oldest bytes, as many as fit, and returns their number. They can be read after the end of the link, too.
    constexpr auto read(auto& link, bytes into) -> std::uint32_t {
        auto size = std::uint32_t{};
        {
            auto const guard = lock_guard{lock_};
            size = static_cast<std::uint32_t>(std::min<std::size_t>(into.size(), received_.size()));
            received_.peek(0, size).copy_to(into);
            received_.pop(size);
        }
        if (size != 0) { // the peer may send again
            wake_poller(link);
        }
        return size;
    }
    /// Stores bytes for the peer, as many as there is room for, and returns their number. The next polls send them; those that
    /// are written while there is no peer wait for it.
    constexpr auto write(auto& link, const_bytes data) -> std::uint32_t {
        auto size = std::uint32_t{};
        {
            auto const guard = lock_guard{lock_};
            size = static_cast<std::uint32_t>(std::min<std::size_t>(data.size(), written_.free()));
            written_.push(data.first(size));
        }
        if (size != 0) {
            wake_poller(link);
        }
        return size;
    }
    /// The same, where the channel has a wait policy: they wait until at least one byte was read or stored. Errors are those of
    /// `channel::wait_until`.
    auto read_until(auto& link, bytes into, ticks deadline) -> result<std::uint32_t> {
        return wait_for(link, deadline, [&] { return read(link, into); });
    }
    auto write_until(auto& link, const_bytes data, ticks deadline) -> result<std::uint32_t> {
        return wait_for(link, deadline, [&] { return write(link, data); });
    }

    /// Called by the channel.
    constexpr auto is_pending() -> bool { return has_work_.is_set(); }
};

} // namespace rpmsg::detail
