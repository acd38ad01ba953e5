#pragma once

#include <rpmsg/framework/channel.hpp>

#include <cstdint>
#include <type_traits>

namespace rpmsg {

/// A channel of other types gives one error; every use of it compiles, so that no other error follows.
template <typename Transport, typename Endpoints, typename Lock, typename Wait>
class channel : public channel<archetypes::transport> {
    static constexpr bool are_swapped = rpmsg::transport<Endpoints>;
    static constexpr bool has_table = are_swapped or rpmsg::endpoint_table<Endpoints>;
    static constexpr bool is_endpoint = endpoint_description<Endpoints>;
    static constexpr bool is_lock = lock_policy<Lock>;
    static constexpr bool is_wait = wakes_waiters<Wait>;
    static constexpr bool moves_messages = requires(Transport & it) {
        it.reserve();
        it.receive();
    };
    using transport_or_told = std::conditional_t<are_swapped or not moves_messages, archetypes::transport, Transport>;

    static_assert(not are_swapped, "the endpoints come second: write channel{transport, endpoints{...}, lock, wait}");
    static_assert(are_swapped or moves_messages,
                  "the first argument of a channel is a transport: vring_device, vring_driver, uart, spi, transport_ref");
    static_assert(rpmsg::transport<transport_or_told>,
                  "this transport lacks what a channel needs of it: transport/transport.hpp");
    static_assert(not is_endpoint, "endpoints stand in a table: write channel{transport, endpoints{endpoint}}");
    static_assert(has_table or is_endpoint,
                  "the second argument of a channel is a table of endpoints: endpoints{...} or endpoint_pool<size>{}");
    static_assert(is_lock, "the third argument of a channel is a lock: lock() and unlock()");
    static_assert(is_wait, "the fourth argument of a channel is a wait policy: no_wait, spin_wait, event_flags_wait");

  public:
    constexpr explicit channel(detail::anything, detail::anything = {}, detail::anything = {}, detail::anything = {})
        : channel<archetypes::transport>{archetypes::transport{}} {}

    template <fixed_name> [[nodiscard]] constexpr auto get() { return this->at(0); }
    template <typename... T> [[nodiscard]] constexpr auto create(T&&...) -> result<std::uint32_t> { return 0u; }
};

} // namespace rpmsg
