#pragma once

#include <rpmsg/transport/spi/transfers.hpp>
#include <rpmsg/transport/transport.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg {

/// One end of a link over SPI with two request lines; `Port` gives the role. Each transfer carries one frame in each direction.
/// No operation blocks: an interrupt reports the end of a transfer, and the next `poll` continues. `poll` needs the current
/// time: after `retry_ticks` it repeats what was lost with an edge or a frame.
///
/// In the nuttx and openvela profiles a message in a damaged frame is lost. In the reliable profile it is sent again while the
/// link is up, and each message arrives once and in order.
template <spi_config Config, typename Port> class spi;

template <spi_config Config, spi_port Port> class spi<Config, Port> : detail::spi_transfers<Config, Port> {
    using transfers = detail::spi_transfers<Config, Port>;
    using transfers::begin;
    using transfers::in;
    using transfers::out;
    using transfers::own;
    using transfers::port_;
    using typename transfers::format;
    using state = detail::spi_session::state;

  public:
    static constexpr std::uint32_t max_frame = wire::header_size + format::rx_limit(Config.frame_size);
    static constexpr bool acknowledged = true;

    constexpr explicit spi(spi_storage<Config>& storage, Port port = {}) : transfers{storage, std::move(port)} {}
    template <typename... T>
    requires(not(... or (std::same_as<std::remove_cvref_t<T>, spi_storage<Config>> or
                         std::same_as<std::remove_cvref_t<T>, spi>))) constexpr explicit spi(T&&...)
        : transfers(detail::lent<transfers>()) {
        static_assert(detail::never<transfers, T...>,
                      "SPI has its frames from you: static spi_storage<config> frames; spi<config, port>{frames, port}");
    }

    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t { return format::tx_limit(Config.frame_size); }
    [[nodiscard]] constexpr auto rx_limit() const -> std::uint32_t { return format::rx_limit(Config.frame_size); }
    [[nodiscard]] constexpr auto counts() const -> counters const& { return own().counts; }
    constexpr auto count(counter reason) -> void { own().counts.add(reason); }
    /// The port of this link.
    [[nodiscard]] constexpr auto port() -> Port& { return port_; }

    [[nodiscard]] constexpr auto start() -> status {
        if (own().session.current() == state::closed or own().session.current() == state::closing) {
            this->abandon();
            own().forget();
            own().session.start();
            own().edge.set(); // the peer may have requested a transfer before
            begin();
        }
        return {};
    }
    /// Stops the link. The next transfer sends `shutdown` to a connected peer (not to openvela): a controller must poll until
    /// `is_closed`.
    constexpr auto close() -> void {
        this->abandon();
        own().forget();
        own().session.close(Config.profile != spi_profile::openvela);
        begin();
    }
    /// The reason why the link is `incompatible`; `describe` gives a text. The link still tries to connect at intervals.
    [[nodiscard]] constexpr auto mismatch() const -> rpmsg::config_mismatch {
        return own().lacks_check ? rpmsg::config_mismatch::no_check : rpmsg::config_mismatch::none;
    }
    /// Whether the close is complete: a controller may stop polling.
    [[nodiscard]] constexpr auto is_closed() const -> bool { return own().session.current() == state::closed; }

    [[nodiscard]] constexpr auto poll(ticks now) -> link_change { return this->look(now); }
    constexpr auto notify(std::uint32_t signal) -> void {
        if (signal == spi_signal::request) {
            own().edge.set();
        }
    }

    [[nodiscard]] constexpr auto reserve() -> tx_buffer {
        if (not own().is_up or not own().session.is_connected()) {
            return {};
        }
        auto const id = own().outbox.reserve();
        if (id == Config.transmit_buffers) {
            return {};
        }
        return {.space = out(id).subspan(format::payload_offset, tx_limit()), .token = id, .offset = 0};
    }
    constexpr auto discard(tx_buffer const& room) -> void { own().outbox.discard(room.token); }
    constexpr auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        if (not own().session.is_connected()) {
            own().outbox.discard(room.token);
            return false;
        }
        store_aligned(out(room.token).subspan(format::header_offset), header);
        own().outbox.push(room.token);
        begin();
        return true;
    }

    [[nodiscard]] constexpr auto receive() -> rx_buffer {
        if (not own().is_up) {
            return {};
        }
        if (own().inbox.is_empty()) {
            this->step();
        }
        if (own().inbox.is_empty()) {
            return {.outcome = own().session.is_ending() ? rx_outcome::ended : rx_outcome::none};
        }
        auto const id = own().inbox.pop();
        auto const frame = const_bytes{in(id)};
        auto const header = load_aligned<wire::header>(frame.subspan(format::header_offset));
        return {.outcome = rx_outcome::message,
                .source = header.source,
                .destination = header.destination,
                .payload = frame.subspan(format::payload_offset, header.length),
                .token = {.id = id, .capacity = Config.frame_size}};
    }
    constexpr auto release(rx_token const& received) -> void {
        if (own().is_up) {
            own().inbox.release(received.id);
        }
    }
    constexpr auto flush() -> void { begin(); }

    [[nodiscard]] constexpr auto writable() const -> bool {
        return own().is_up and own().session.is_connected() and own().outbox.has_free();
    }
    [[nodiscard]] constexpr auto next_deadline(ticks now) -> poll_deadline { return this->due(now); }
};

/// SPI over something else says so, in words, and nothing else.
template <spi_config Config, typename Port> class spi : public detail::refused_transport {
    static_assert(spi_port<Port>, "the port of SPI lacks what platform/spi_port.hpp lists");

  public:
    using refused_transport::refused_transport;
};

} // namespace rpmsg
