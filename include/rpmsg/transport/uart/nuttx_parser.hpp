#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/interrupt_cell.hpp>
#include <rpmsg/transport/uart/config.hpp>
#include <rpmsg/transport/uart/counters.hpp>
#include <rpmsg/transport/uart/frame_queue.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// The receiving half of a NuttX line, run in an interrupt: it assembles frames and records codes. When no buffer is free,
/// frames are lost and counted. The CRC is checked later by the polling context.
template <uart_config Config> class uart_parser {
    static constexpr auto dialect = Config.dialect;
    static constexpr std::uint32_t payload_at = wire::port_header_size + wire::header_size;
    using pool = frame_queue<Config.rx_buffers>;

    // Small members first: short instructions of small cores reach them.
    std::uint8_t buffer_{}; ///< buffer of the frame that has started, or `pool::none`
    bool is_inside_{};      ///< a frame has started
    bool is_escaped_{};
    bool is_damaged_{};
    bool is_proven_{};         ///< a frame has come: the peer has this profile
    std::uint8_t marker_at_{}; ///< matched bytes of a hello of the reliable profile
    std::uint16_t filled_{};
    interrupt_byte fence_{};
    interrupt_byte foreign_{};
    interrupt_byte pause_{}; ///< the last code of a pair; also `sleep_`
    interrupt_byte sleep_{};
    interrupt_byte news_{}; ///< a code has come since the last poll
    interrupt_cell<std::uint16_t> bad_length_{};
    interrupt_cell<std::uint16_t> bad_stuffing_{};
    interrupt_cell<std::uint16_t> no_buffer_{};
    pool frames_{};
    std::array<interrupt_byte, 16> seen_{}; ///< indexed by the low half of the code

    /// Matches a hello of the reliable profile: a delimiter, the length of the first block, then the marker, lowest byte first.
    /// The first zero of a hello is one of its bytes 4 to 7; no such length occurs in the name of a first announcement.
    constexpr auto look_for_marker(std::uint8_t byte) -> void {
        if (byte == 0) {
            marker_at_ = 1;
        } else if (marker_at_ == 1 and byte >= 5 and byte <= 8) {
            marker_at_ = 2;
        } else if (marker_at_ > 1 and byte == static_cast<std::uint8_t>(wire::reliable_marker >> (marker_at_ - 2) * 8)) {
            ++marker_at_;
            if (marker_at_ == 6) {
                foreign_.store(1);
                marker_at_ = 0;
            }
        } else {
            marker_at_ = 0;
        }
    }

    constexpr auto begin() -> void {
        if (is_inside_) {
            bad_length_.count();
        }
        buffer_ = frames_.first_free();
        is_inside_ = true;
        is_escaped_ = is_damaged_ = false;
        filled_ = 0;
    }
    [[nodiscard]] constexpr auto has_its_length(const_bytes frame) const -> bool {
        if (filled_ < payload_at or filled_ > frame.size()) {
            return false;
        }
        constexpr auto inner = wire::port_header_size + offsetof(wire::header, length);
        return load_aligned<std::uint16_t>(frame.subspan(offsetof(wire::port_header, length))) == filled_ and
               load_aligned<std::uint16_t>(frame.subspan(inner)) == filled_ - payload_at;
    }
    constexpr auto finish(auto& storage) -> void {
        if (not is_inside_) {
            return;
        }
        is_inside_ = false;
        if (buffer_ == pool::none) {
            no_buffer_.count();
        } else if (is_escaped_ or is_damaged_) {
            bad_stuffing_.count();
        } else if (not has_its_length(storage.received(buffer_))) {
            bad_length_.count();
        } else {
            is_proven_ = true;
            frames_.push(buffer_);
        }
    }
    constexpr auto note(std::uint8_t code) -> void {
        if (code == dialect.connect or code == dialect.connected) {
            is_inside_ = is_proven_ = false;
            fence_.store(frames_.end());
            if constexpr (dialect.power_off != 0) { // belongs to the connection before, as does a pause
                seen_[dialect.power_off & 0xf].store(0);
                pause_.store(0);
            }
        }
        if constexpr (dialect.power_off != 0) {
            if (code == dialect.power_off) { // a peer that ends requests no connection any more, and needs no wake-up
                seen_[dialect.connect & 0xf].store(0);
                sleep_.store(dialect.relax);
            }
        }
        if constexpr (dialect.relax != 0) {
            auto const is_of_pause = code == dialect.suspend or code == dialect.resume;
            auto const is_of_sleep = code == dialect.relax or code == dialect.stay_awake[0] or code == dialect.stay_awake[1];
            if (is_of_pause) {
                pause_.store(code);
            } else if (is_of_sleep) {
                sleep_.store(code);
            }
        }
        seen_[code & 0xf].store(1);
        news_.store(1);
    }
    constexpr auto take(std::uint8_t byte, auto& storage) -> void {
        if (not is_proven_) {
            look_for_marker(byte);
        }
        if (dialect.is_code(byte)) {
            if (byte == dialect.start) {
                begin();
            } else if (byte == dialect.end) {
                finish(storage);
            } else if (byte == dialect.escape) {
                is_damaged_ = is_damaged_ or is_escaped_;
                is_escaped_ = true;
            } else {
                note(byte);
            }
            return;
        }
        if (not is_inside_) {
            return;
        }
        if (is_escaped_) {
            byte ^= wire::escape_bit;
            is_damaged_ = is_damaged_ or not dialect.is_code(byte);
            is_escaped_ = false;
        }
        if (buffer_ != pool::none and filled_ < Config.frame_size()) {
            storage.received(buffer_)[filled_] = std::byte{byte};
        }
        filled_ = static_cast<std::uint16_t>(filled_ + (filled_ <= Config.frame_size() ? 1 : 0));
    }

  public:
    /// Not inlined: inlined, each access to a member would need the absolute address of the parser.
    [[gnu::noinline]] constexpr auto feed(const_bytes received, auto& storage) -> void {
        for (auto const each : received) {
            take(std::to_integer<std::uint8_t>(each), storage);
        }
    }

    // The following functions are for the polling context.
    /// Whether there are buffers for a frame that has started and for two that 32 bytes may end.
    [[nodiscard]] constexpr auto has_room() const -> bool { return frames_.free() > 2; }
    [[nodiscard]] constexpr auto frames() -> pool& { return frames_; }
    [[nodiscard]] constexpr auto frames() const -> pool const& { return frames_; }
    /// The end of the frame queue when the last connection code came.
    [[nodiscard]] constexpr auto fence() const -> std::uint8_t { return fence_.load(); }
    /// The end of the frames of this connection: frames after a connection request belong to the next one.
    [[nodiscard]] constexpr auto last() const -> std::uint8_t { return has_seen(dialect.connect) ? fence() : frames_.end(); }
    [[nodiscard]] constexpr auto has_news() const -> bool { return news_.load() != 0; }
    constexpr auto forget_news() -> void { news_.store(0); }
    [[nodiscard]] constexpr auto has_seen(std::uint8_t code) const -> bool { return seen_[code & 0xf].load() != 0; }
    /// Whether a code has come since the last call.
    constexpr auto take_seen(std::uint8_t code) -> bool {
        auto& seen = seen_[code & 0xf];
        auto const was_seen = seen.load() != 0;
        if (was_seen) {
            seen.store(0);
        }
        return was_seen;
    }
    [[nodiscard]] constexpr auto is_suspended() const -> bool {
        return dialect.suspend != 0 and pause_.load() == dialect.suspend;
    }
    [[nodiscard]] constexpr auto is_needed() const -> bool { return sleep_.load() != 0 and sleep_.load() != dialect.relax; }
    [[nodiscard]] constexpr auto has_seen_reliable() const -> bool { return foreign_.load() != 0; }
    constexpr auto forget_reliable() -> void { foreign_.store(0); }
    constexpr auto add_to(uart_counters& total) const -> void {
        total.bad_length = bad_length_.load();
        total.bad_stuffing = bad_stuffing_.load();
        total.no_buffer = no_buffer_.load();
    }
};

} // namespace rpmsg::detail
