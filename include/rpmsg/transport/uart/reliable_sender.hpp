#pragma once

#include <rpmsg/transport/uart/counters.hpp>
#include <rpmsg/transport/uart/reliable_parser.hpp>
#include <rpmsg/transport/uart/reliable_session.hpp>
#include <rpmsg/transport/uart/resend_window.hpp>
#include <rpmsg/transport/uart/tx_stage.hpp>
#include <rpmsg/wire/cobs.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// The sending half of a reliable line: selects the next frame (hello, answer or data) and writes it to the stream.
template <uart_config Config, typename Stream> class reliable_sender {
  protected:
    using check = wire::crc<wire::crc32c, Config.check_step>;
    using parser = reliable_parser<Config>;
    using kind = wire::reliable_kind;

    enum class phase : std::uint8_t { stopped, waiting, up };
    enum class answer : std::uint8_t { none, acknowledge, resend, goodbye };

    phase phase_{};
    answer pending_{};
    bool hello_is_pending_{};
    bool is_sending_{};    ///< a frame is being sent
    bool is_data_{};       ///< it is a data frame of the window
    bool rewinds_{};       ///< after it, all frames after the acknowledged ones are sent again
    std::uint8_t shown_{}; ///< the room that was announced to the peer
    std::uint16_t expected_{};
    ticks now_{};
    ticks called_at_{};
    reliable_session session_{};
    resend_window<Config.tx_buffers> window_{};
    parser parser_{};
    wire::cobs_writer writer_{};
    const_bytes current_{};
    std::array<std::byte, parser::longest_short> short_{};
    tx_stage output_{};
    [[no_unique_address]] Stream line_;
    uart_storage<Config>* storage_;
    rpmsg::uart_counters errors_{};

    constexpr reliable_sender(uart_storage<Config>& storage, Stream line) : line_{std::move(line)}, storage_{&storage} {}

    static constexpr auto add_one(std::uint16_t& count) -> void {
        count = static_cast<std::uint16_t>(count + (count != 0xffff ? 1 : 0));
    }
    constexpr auto add(answer what) -> void { pending_ = std::max(pending_, what); }
    /// Resends all frames after the acknowledged ones.
    constexpr auto go_back() -> void {
        window_.release();
        window_.rewind();
    }
    /// Restarts this end: everything that was to be sent is discarded.
    constexpr auto begin_anew() -> void {
        session_.renew();
        window_.clear();
        output_.forget();
        is_sending_ = is_data_ = rewinds_ = false;
        pending_ = answer::none;
        hello_is_pending_ = true;
        expected_ = 0;
        phase_ = phase::waiting;
    }

  private:
    /// Appends the CRC to a frame and starts its transmission.
    constexpr auto begin(bytes frame) -> void {
        auto const size = frame.size() - wire::reliable_check_size;
        store(frame.subspan(size), check::of(frame.first(size)));
        current_ = frame;
        writer_ = {};
        is_sending_ = true;
    }
    constexpr auto begin_hello() -> void {
        hello_is_pending_ = false;
        called_at_ = now_;
        store(short_, wire::reliable_hello{.payload = Config.payload,
                                           .window = parser_.frames().room(),
                                           .id = session_.own(),
                                           .heard = session_.peer()});
        begin(short_);
    }
    [[nodiscard]] constexpr auto header_of(kind what, std::uint16_t length = 0) -> wire::reliable_header {
        pending_ = answer::none;
        shown_ = parser_.frames().room();
        return {.kind = what,
                .window = shown_,
                .sequence = window_.next(),
                .acknowledged = expected_,
                .length = length,
                .session = session_.sent()};
    }
    constexpr auto begin_answer() -> void {
        auto const what = pending_ == answer::resend    ? kind::resend
                          : pending_ == answer::goodbye ? kind::goodbye
                                                        : kind::acknowledge;
        store(short_, header_of(what));
        begin(bytes{short_}.first(wire::reliable_header_size + wire::reliable_check_size));
    }
    constexpr auto begin_data() -> void {
        auto const frame = storage_->sent(window_.next_frame());
        auto const inner = load<wire::header>(frame.subspan(wire::reliable_header_size));
        auto const length = static_cast<std::uint16_t>(wire::header_size + inner.length);
        store(frame, header_of(kind::data, length));
        is_data_ = true;
        begin(frame.first(wire::reliable_header_size + length + wire::reliable_check_size));
    }
    /// Selects the next frame to send. False when there is none.
    constexpr auto begin_next() -> bool {
        window_.release();
        if (hello_is_pending_) {
            begin_hello();
            return true;
        }
        if (phase_ != phase::up and pending_ != answer::goodbye) {
            return false;
        }
        if (pending_ > answer::acknowledge or (pending_ != answer::none and not window_.has_next())) {
            begin_answer();
        } else if (window_.has_next()) {
            begin_data();
        } else {
            return false;
        }
        return true;
    }
    constexpr auto end_frame() -> void {
        is_sending_ = false;
        if (std::exchange(is_data_, false) and window_.advance(now_)) {
            add_one(errors_.resent);
        }
        if (std::exchange(rewinds_, false)) {
            go_back();
        }
    }

  protected:
    /// Writes as many bytes to the stream as it accepts now.
    constexpr auto pump() -> void {
        while (output_.drain(line_)) {
            if (not is_sending_ and not begin_next()) {
                return;
            }
            output_.stage(writer_.write(current_, output_.room()));
            if (writer_.is_done(current_)) {
                end_frame();
            }
        }
    }
};

} // namespace rpmsg::detail
