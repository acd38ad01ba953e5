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
    using transfers::counts_;
    using transfers::edge_;
    using transfers::in;
    using transfers::inbox_;
    using transfers::is_up_;
    using transfers::out;
    using transfers::outbox_;
    using transfers::port_;
    using transfers::session_;
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
    [[nodiscard]] constexpr auto counts() const -> counters const& { return counts_; }
    constexpr auto count(counter reason) -> void { counts_.add(reason); }
    /// The port of this link.
    [[nodiscard]] constexpr auto port() -> Port& { return port_; }

    [[nodiscard]] constexpr auto start() -> status {
        if (session_.current() == state::closed or session_.current() == state::closing) {
            this->abandon();
            this->forget();
            session_.start();
            edge_.set(); // the peer may have requested a transfer before
            begin();
        }
        return {};
    }
    /// Stops the link. The next transfer sends `shutdown` to a connected peer (not to openvela): a controller must poll until
    /// `is_closed`.
    constexpr auto close() -> void {
        this->abandon();
        this->forget();
        session_.close(Config.profile != spi_profile::openvela);
        begin();
    }
    /// The reason why the link is `incompatible`; `describe` gives a text. The link still tries to connect at intervals.
    [[nodiscard]] constexpr auto mismatch() const -> rpmsg::config_mismatch {
        return this->lacks_check_ ? rpmsg::config_mismatch::no_check : rpmsg::config_mismatch::none;
    }
    /// Whether the close is complete: a controller may stop polling.
    [[nodiscard]] constexpr auto is_closed() const -> bool { return session_.current() == state::closed; }

    [[nodiscard]] constexpr auto poll(ticks now) -> link_change { return this->look(now); }
    constexpr auto notify(std::uint32_t signal) -> void {
        if (signal == spi_signal::request) {
            edge_.set();
        }
    }

    [[nodiscard]] constexpr auto reserve() -> tx_buffer {
        if (not is_up_ or not session_.is_connected()) {
            return {};
        }
        auto const id = outbox_.reserve();
        if (id == Config.transmit_buffers) {
            return {};
        }
        return {.space = out(id).subspan(format::payload_offset, tx_limit()), .token = id, .offset = 0};
    }
    constexpr auto discard(tx_buffer const& room) -> void { outbox_.discard(room.token); }
    constexpr auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        if (not session_.is_connected()) {
            outbox_.discard(room.token);
            return false;
        }
        store(out(room.token).subspan(format::header_offset), header);
        outbox_.push(room.token);
        begin();
        return true;
    }

    [[nodiscard]] constexpr auto receive() -> rx_buffer {
        if (not is_up_) {
            return {};
        }
        if (inbox_.is_empty()) {
            this->step();
        }
        if (inbox_.is_empty()) {
            return {.outcome = session_.is_ending() ? rx_outcome::ended : rx_outcome::none};
        }
        auto const id = inbox_.pop();
        auto const frame = const_bytes{in(id)};
        auto const header = load<wire::header>(frame.subspan(format::header_offset));
        return {.outcome = rx_outcome::message,
                .source = header.source,
                .destination = header.destination,
                .payload = frame.subspan(format::payload_offset, header.length),
                .token = {.id = id, .capacity = Config.frame_size}};
    }
    constexpr auto release(rx_token const& received) -> void {
        if (is_up_) {
            inbox_.release(received.id);
        }
    }
    constexpr auto flush() -> void { begin(); }

    [[nodiscard]] constexpr auto writable() const -> bool { return is_up_ and session_.is_connected() and outbox_.has_free(); }
    [[nodiscard]] constexpr auto next_deadline(ticks now) -> poll_deadline { return this->due(now); }
};

/// SPI over something else says so, in words, and nothing else.
template <spi_config Config, typename Port> class spi : public detail::refused_transport {
    static_assert(spi_port<Port>, "the port of SPI lacks what platform/spi_port.hpp lists");

  public:
    using refused_transport::refused_transport;
};

} // namespace rpmsg
