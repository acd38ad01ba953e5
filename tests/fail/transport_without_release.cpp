// EXPECT: this transport lacks what a channel needs of it: transport/transport.hpp
#include <rpmsg/rpmsg.hpp>

// Everything a transport needs but release.
struct forgetful {
    static constexpr std::uint32_t max_frame = 64;
    static constexpr bool acknowledged = false;
    auto tx_limit() -> std::uint32_t;
    auto rx_limit() -> std::uint32_t;
    auto start() -> rpmsg::status;
    auto close() -> void;
    auto poll(rpmsg::ticks) -> rpmsg::link_change;
    auto notify(std::uint32_t) -> void;
    auto reserve() -> rpmsg::tx_buffer;
    auto discard(rpmsg::tx_buffer const&) -> void;
    auto commit(rpmsg::tx_buffer const&, rpmsg::wire::header const&) -> bool;
    auto receive() -> rpmsg::rx_buffer;
    auto flush() -> void;
    auto writable() -> bool;
    auto next_deadline(rpmsg::ticks) -> rpmsg::poll_deadline;
    auto counts() -> rpmsg::counters const&;
    auto count(rpmsg::counter) -> void;
};
auto side = rpmsg::channel{forgetful{}, rpmsg::endpoints{}};
