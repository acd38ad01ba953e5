#pragma once

#include <rpmsg/core/expects.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace rpmsg {

/// The errors that calls return at run time. Misuse that the compiler can detect does not compile and has no error here.
enum class error : std::uint8_t {
    no_buffer = 1,  ///< the peer holds every transmit buffer; the `writable` event reports when to try again
    too_large,      ///< the payload does not fit into one buffer
    not_bound,      ///< the endpoint has no peer yet
    closed,         ///< the link is down, or was reset after the loan was made
    timed_out,      ///< the deadline has passed
    would_deadlock, ///< the context that polls this link tried to wait, or a handler called start, reset or poll
    misconfigured,  ///< the shared memory does not fit the configuration
    malformed,      ///< a table, a name or a message failed its check
    no_endpoint,    ///< no endpoint is free, or none has this handle
    address_in_use, ///< another endpoint has this address
    name_in_use,    ///< another endpoint of this side has this name
    not_placed,     ///< the host has not written the places of the rings yet: read the table again later
    not_identified, ///< a reliable serial line was started without `identify`
    pending,        ///< a worker runs the endpoint that was destroyed: its last event is `gone`
    would_block,    ///< nothing to read, or no room at the peer: its readiness reports when to try again
};

/// Returns one readable line for an error.
[[nodiscard]] constexpr auto describe(error e) -> std::string_view {
    constexpr std::string_view text[] = {
        "no error",
        "no buffer: every transmit buffer is with the peer",
        "too large: the payload does not fit into one buffer",
        "not bound: the endpoint has no peer yet",
        "closed: the link is down or was reset",
        "timed out: the deadline passed",
        "would deadlock: a wait from the context that polls this link, or a call that no handler may make",
        "misconfigured: the shared memory does not fit the configuration",
        "malformed: a table, a name or a message failed its check",
        "no endpoint: none is free, or none has this handle",
        "address in use: another endpoint has this address",
        "name in use: another endpoint of this side has this name",
        "not placed: the host has not written the places of the rings yet",
        "not identified: call identify of the serial transport before start",
        "pending: a worker runs the endpoint, its last event is gone",
        "would block: nothing to read, or no room at the peer"};
    return text[static_cast<std::uint8_t>(e)];
}

/// A value or an error, with the member names of std::expected. It never throws and is trivially copyable.
template <typename T> class [[nodiscard]] result {
    static_assert(std::is_trivially_copyable_v<T>, "a result travels in registers: keep its value trivial");

    T value_{};
    rpmsg::error error_{};

  public:
    constexpr result(T value) : value_{value} {}
    constexpr result(rpmsg::error e) : error_{e} {}

    [[nodiscard]] constexpr auto has_value() const -> bool { return error_ == rpmsg::error{}; }
    constexpr explicit operator bool() const { return has_value(); }
    [[nodiscard]] constexpr auto error() const -> rpmsg::error { return error_; }
    [[nodiscard]] constexpr auto operator*() const -> T const& {
        expects(has_value());
        return value_;
    }
    [[nodiscard]] constexpr auto operator->() const -> T const* { return &**this; }
};

/// Success or an error, in one byte.
template <> class [[nodiscard]] result<void> {
    rpmsg::error error_{};

  public:
    constexpr result() = default;
    constexpr result(rpmsg::error e) : error_{e} {}

    [[nodiscard]] constexpr auto has_value() const -> bool { return error_ == rpmsg::error{}; }
    constexpr explicit operator bool() const { return has_value(); }
    [[nodiscard]] constexpr auto error() const -> rpmsg::error { return error_; }
};
using status = result<void>;

} // namespace rpmsg
