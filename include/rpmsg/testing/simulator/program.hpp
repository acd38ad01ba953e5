#pragma once

#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/service_hook.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/transport/transport.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>

namespace rpmsg::testing::simulator {

/// The program of a core: what its `main` and its interrupts do. It is constructed at each start of the core. One with
///
///   links()             its channels: `return std::tie(hub, display)`
///
/// is driven like the main loop of the README: each channel is started, notified, polled while it is pending or when its deadline
/// has come. It may also have
///
///   run(now)            what the main loop does after it has polled the channels
///   next_deadline(now)  the latest time of the next `run`
///   is_pending()        whether `run` is needed again at once
///
/// A program without `links()` is its own main loop: it has start(), poll(now), is_pending(), next_deadline(now),
/// notify(link, signal), reset(link), close() and link_count().
template <typename T>
concept linked_program = requires(T& it) {
    it.links();
};
template <typename T>
concept whole_program = requires(T& it, ticks now, std::uint32_t number) {
    { it.start() } -> std::same_as<status>;
    { it.poll(now) } -> std::same_as<void>;
    { it.is_pending() } -> std::same_as<bool>;
    { it.next_deadline(now) } -> std::same_as<poll_deadline>;
    { it.notify(number, number) } -> std::same_as<void>;
    { it.reset(number) } -> std::same_as<void>;
    { it.close() } -> std::same_as<void>;
    { it.link_count() } -> std::same_as<std::uint32_t>;
};

/// The program of a core, whatever its type.
class any_program {
  public:
    virtual ~any_program() = default;
    virtual auto start() -> status = 0;
    virtual auto poll(ticks now) -> void = 0;
    virtual auto is_pending() -> bool = 0;
    virtual auto next_deadline(ticks now) -> poll_deadline = 0;
    virtual auto notify(std::uint32_t link, std::uint32_t signal) -> void = 0;
    virtual auto reset(std::uint32_t link) -> void = 0;
    virtual auto close() -> void = 0;
    virtual auto link_count() -> std::uint32_t = 0;
};

namespace detail {
template <whole_program Program> class hosted_program final : public any_program {
    Program program_;

  public:
    explicit hosted_program(auto const& make) : program_(make()) {}

    auto start() -> status override { return program_.start(); }
    auto poll(ticks now) -> void override { program_.poll(now); }
    auto is_pending() -> bool override { return program_.is_pending(); }
    auto next_deadline(ticks now) -> poll_deadline override { return program_.next_deadline(now); }
    auto notify(std::uint32_t link, std::uint32_t signal) -> void override { program_.notify(link, signal); }
    auto reset(std::uint32_t link) -> void override { program_.reset(link); }
    auto close() -> void override { program_.close(); }
    auto link_count() -> std::uint32_t override { return program_.link_count(); }
};

/// The main loop around a program that has only channels.
template <linked_program Program> class looped_program {
    Program program_;

    /// Calls f(channel, index) for each channel.
    auto each(auto&& f) -> void {
        std::uint32_t index = 0;
        auto all = program_.links();
        std::apply([&](auto&... link) { (f(link, index++), ...); }, all);
    }

  public:
    explicit looped_program(auto const& make) : program_(make()) {}

    auto start() -> status {
        auto outcome = status{};
        each([&](auto& link, std::uint32_t) {
            if (auto const one = link.start(); not one) {
                outcome = one;
            }
        });
        return outcome;
    }
    auto poll(ticks now) -> void {
        each([&](auto& link, std::uint32_t) { link.poll(now); });
        if constexpr (requires { program_.run(now); }) {
            program_.run(now);
        }
    }
    auto is_pending() -> bool {
        auto is_set = false;
        each([&](auto& link, std::uint32_t) { is_set = is_set or link.is_pending(); });
        if constexpr (requires { program_.is_pending(); }) {
            is_set = is_set or program_.is_pending();
        }
        return is_set;
    }
    auto next_deadline(ticks now) -> poll_deadline {
        auto first = poll_deadline{};
        each([&](auto& link, std::uint32_t) { first = rpmsg::detail::earlier(first, link.next_deadline(now), now); });
        if constexpr (requires { program_.next_deadline(now); }) {
            first = rpmsg::detail::earlier(first, program_.next_deadline(now), now);
        }
        return first;
    }
    auto notify(std::uint32_t which, std::uint32_t signal) -> void {
        each([&](auto& link, std::uint32_t index) {
            if (index == which) {
                link.notify(signal);
            }
        });
    }
    auto reset(std::uint32_t which) -> void {
        each([&](auto& link, std::uint32_t index) {
            if (index == which) {
                (void)link.reset();
            }
        });
    }
    auto close() -> void {
        each([&](auto& link, std::uint32_t) { link.close(); });
    }
    auto link_count() -> std::uint32_t {
        using links = decltype(program_.links());
        return static_cast<std::uint32_t>(std::tuple_size_v<links>);
    }
};
} // namespace detail

/// Hosts the program that `make()` returns, which is constructed in place.
template <typename Make> [[nodiscard]] auto host_program(Make&& make) -> std::unique_ptr<any_program> {
    using program = decltype(make());
    if constexpr (whole_program<program>) {
        return std::make_unique<detail::hosted_program<program>>(make);
    } else {
        static_assert(linked_program<program>,
                      "the program of a core has links(), which returns its channels: auto links() { return std::tie(link); }");
        using looped = detail::looped_program<program>;
        return std::make_unique<detail::hosted_program<looped>>([&] { return looped{make}; });
    }
}

} // namespace rpmsg::testing::simulator
