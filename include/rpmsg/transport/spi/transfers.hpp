#pragma once

#include <rpmsg/platform/spi_port.hpp>
#include <rpmsg/transport/config_mismatch.hpp>
#include <rpmsg/transport/spi/config.hpp>
#include <rpmsg/transport/spi/state.hpp>
#include <rpmsg/transport/spi/storage.hpp>
#include <rpmsg/transport/transport.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace rpmsg::detail {

/// The transfers of one end of a link over SPI: request, start, end and abort of a transfer, and the contents of its frames.
template <spi_config Config, typename Port> class spi_transfers {
    static_assert(spi_port<Port>);
    static_assert(Config.frame_size % Port::word_size == 0, "a frame on SPI is made of whole words");

  protected:
    using format = typename checked_spi_config<Config>::format;
    using command = wire::spi_command;
    static constexpr bool drives_clock = Port::role == spi_role::controller;
    static constexpr std::uint32_t command_frame = Config.transmit_buffers;
    static constexpr auto peer_name = Config.peer_name; ///< Clang 14 cannot take a reference into a template argument
    /// NuttX's peripheral needs a controller that now and then does not send `connect` (session.hpp).
    static constexpr bool yields = drives_clock and Config.profile == spi_profile::nuttx;

    [[no_unique_address]] Port port_;
    spi_storage<Config>* storage_;

    [[nodiscard, gnu::always_inline]] constexpr auto own() const -> spi_state<Config>& { return storage_->state; }

    /// The bytes of a frame with known alignment, so that the compiler may use aligned loads on small cores.
    [[nodiscard, gnu::always_inline]] static constexpr auto aligned(typename spi_storage<Config>::frame& which) -> bytes {
        if (std::is_constant_evaluated()) {
            return which.content;
        }
        return {static_cast<std::byte*>(__builtin_assume_aligned(which.content.data(), 4)), Config.frame_size};
    }
    [[nodiscard, gnu::always_inline]] constexpr auto out(std::uint32_t id) -> bytes { return aligned(storage_->transmit[id]); }
    [[nodiscard, gnu::always_inline]] constexpr auto in(std::uint32_t id) -> bytes { return aligned(storage_->receive[id]); }
    constexpr auto request(bool on) -> void {
        port_.request(on);
        own().is_requesting = on;
    }
    constexpr auto stamp(bytes frame, bool is_received) -> void {
        if constexpr (requires { format::stamp(frame, port_.time_stamp(), is_received); }) {
            format::stamp(frame, port_.time_stamp(), is_received);
        }
    }

    /// Starts a transfer, or prepares it at a peripheral. It carries no message when the peer may not be ready.
    constexpr auto start_transfer(bool is_sure) -> void {
        own().advertised = own().inbox.available();
        auto content =
            wire::spi_content{.command = own().session.next(), .available = own().advertised, .expected = own().expected};
        auto id = command_frame;
        if (content.command == command::available and own().session.is_connected() and own().outbox.unsent() > 0 and
            own().credit > 0 and is_sure) {
            --own().credit;
            content.command = command::data;
            content.sequence = own().outbox.next_number();
            id = own().outbox.send();
            content.length = wire::payload_length(out(id).subspan(format::header_offset));
        }
        own().said = content.command;
        auto const frame = out(id);
        if constexpr (not format::is_numbered) {
            if (content.command == command::connect) {
                format::name(frame, peer_name);
            }
        }
        format::finish(frame, content);
        stamp(frame, false);
        own().is_transferring = true;
        own().has_seen_low = false;
        own().date();
        auto const into = in(own().inbox.armed());
        store(into, std::uint64_t{}); // a transfer that writes nothing must not leave an old frame
        port_.start_transfer(frame, into);
    }

    /// Called at the end of a transfer.
    constexpr auto finish_transfer(bool is_whole) -> void {
        own().is_transferring = false;
        own().date();
        if constexpr (not drives_clock) {
            request(false);
        }
        auto const content = is_whole ? format::read(in(own().inbox.armed())) : wire::spi_content{};
        if (content.command == command::data) {
            stamp(in(own().inbox.armed()), true);
        }
        if (not own().template hear<yields>(content)) {
            count_fruitless();
        }
    }
    constexpr auto count_fruitless() -> void {
        if (own().count_fruitless()) {
            request(false);
        }
    }

    /// Completes a transfer that has ended, and starts the next one if needed.
    constexpr auto step() -> void {
        if (own().is_transferring) {
            auto const progress = port_.progress();
            if (progress != spi_progress::busy) {
                finish_transfer(progress == spi_progress::done);
            } else if (own().is_overdue()) {
                if constexpr (drives_clock) {
                    port_.abandon();
                    finish_transfer(false);
                } else {
                    repeat_request();
                }
            }
        }
        begin();
    }
    /// Repeats the edge of a request, which the peer may have missed.
    constexpr auto repeat_request() -> void {
        request(false);
        request(true);
        own().date();
        count_fruitless();
    }
    constexpr auto begin() -> void {
        if (own().is_transferring or not own().session.is_talking() or (own().is_garbled() and not own().is_overdue())) {
            return;
        }
        if constexpr (drives_clock) {
            auto const is_asked = port_.is_requested();
            own().has_seen_low = own().has_seen_low or not is_asked;
            auto const has_edge = own().edge.is_set();
            if (is_asked and (has_edge or own().is_overdue(Config.retry_ticks / 2))) {
                own().edge.clear();
                request(false);
                start_transfer(has_edge or own().has_seen_low);
            } else if (own().wants_transfer() and not own().is_requesting) {
                request(true);
                own().date();
            } else if (own().is_requesting and own().is_overdue()) {
                repeat_request();
            }
        } else if (own().wants_transfer() or port_.is_requested()) {
            start_transfer(true);
            request(true);
        }
    }

    constexpr auto abandon() -> void {
        if (std::exchange(own().is_transferring, false)) {
            port_.abandon();
        }
        request(false);
        own().garbled = 0;
        own().lacks_check = false;
    }

    /// Implements `poll` of the transport.
    [[nodiscard]] constexpr auto look(ticks now) -> link_change {
        own().now = now;
        own().since = std::exchange(own().is_undated, false) ? now : not_ahead(own().since, now);
        step();
        own().is_undated = false;
        if (own().session.is_connected() and not own().is_up) {
            own().is_up = true;
            return {.event = link_event::up};
        }
        if (not own().session.is_ending() or not own().inbox.is_empty()) {
            return {};
        }
        auto const was_up = own().is_up;
        auto const unreturned = static_cast<std::uint16_t>(own().outbox.count());
        own().forget();
        own().session.settle();
        begin();
        if (not was_up and own().session.reason() != down_reason::incompatible) {
            return {};
        }
        own().counts.add(counter::link_down);
        own().counts.add(counter::lost_in_flight, unreturned);
        return {.event = was_up ? link_event::down : link_event::refused,
                .reason = own().session.reason(),
                .unreturned = unreturned};
    }
    /// Implements `next_deadline` of the transport.
    [[nodiscard]] constexpr auto due(ticks now) -> poll_deadline {
        if (own().session.is_ending() or (own().is_transferring and port_.progress() != spi_progress::busy)) {
            return {.is_set = true, .at = now};
        }
        auto const is_asked = own().session.is_talking() and port_.is_requested();
        auto const is_waiting = own().is_transferring or own().is_requesting or own().outbox.count() > 0 or
                                own().session.wants_transfer() or is_asked or
                                (own().session.is_connected() and own().credit_is_pending());
        auto const may_believe = drives_clock and is_asked and not own().is_transferring and not own().is_garbled();
        return {.is_set = is_waiting,
                .at = (own().is_undated ? now : not_ahead(own().since, now)) +
                      (may_believe ? Config.retry_ticks / 2 : Config.retry_ticks)};
    }

    /// At run time, storage that another link has used is made anew.
    constexpr spi_transfers(spi_storage<Config>& storage, Port port) : port_{std::move(port)}, storage_{&storage} {
        if (not std::is_constant_evaluated()) {
            own() = {};
        }
    }
};

} // namespace rpmsg::detail
