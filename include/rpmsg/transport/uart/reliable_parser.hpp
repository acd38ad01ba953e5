#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/interrupt_cell.hpp>
#include <rpmsg/transport/uart/config.hpp>
#include <rpmsg/transport/uart/counters.hpp>
#include <rpmsg/transport/uart/frame_queue.hpp>
#include <rpmsg/transport/uart/storage.hpp>
#include <rpmsg/wire/cobs.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::detail {

/// The receiving half of a reliable line, run in an interrupt: it assembles frames. Short frames, which control the link, have
/// buffers of their own, so that they are received even when no receive buffer is free. CRC and sequence numbers are checked
/// later by the polling context.
template <uart_config Config> class reliable_parser {
  public:
    static constexpr std::uint32_t longest_short = sizeof(wire::reliable_hello) + wire::reliable_check_size;

  private:
    static constexpr std::uint8_t places = 8; ///< buffers for short frames
    static constexpr std::uint8_t most_codes = 4;
    using pool = frame_queue<Config.rx_buffers>;
    struct short_frame {
        std::array<std::byte, longest_short> content{};
        std::uint8_t size{};
    };

    pool frames_{};
    std::uint8_t buffer_ = pool::none;
    std::uint8_t codes_{}; ///< NuttX codes since the last delimiter, at most `most_codes`
    bool is_plain_ = true; ///< only NuttX codes have come since the last delimiter
    std::uint32_t size_{};
    wire::cobs_reader reader_{};
    std::array<std::byte, longest_short> head_{};
    std::array<short_frame, places> shorts_{};
    interrupt_byte pushed_{};
    interrupt_byte popped_{};
    interrupt_byte foreign_{};
    interrupt_byte starved_{};
    interrupt_cell<std::uint16_t> bad_length_{};
    interrupt_cell<std::uint16_t> bad_stuffing_{};
    interrupt_cell<std::uint16_t> no_buffer_{};

    constexpr auto look_for_codes(std::byte next) -> void {
        auto const byte = std::to_integer<std::uint8_t>(next);
        is_plain_ = byte == 0 or (is_plain_ and wire::uart_dialects::apache.is_code(byte));
        codes_ = static_cast<std::uint8_t>(byte == 0 ? 0 : codes_ < most_codes ? codes_ + 1 : codes_);
        if (is_plain_ and codes_ == most_codes) {
            foreign_.store(1);
        }
    }
    constexpr auto put(std::byte next, uart_storage<Config>& storage) -> void {
        if (size_ < longest_short) {
            head_[size_] = next;
        } else {
            if (size_ == longest_short) {
                if (buffer_ == pool::none) {
                    buffer_ = frames_.take();
                }
                if (buffer_ != pool::none) {
                    copy(head_, storage.received(buffer_));
                }
            }
            if (buffer_ != pool::none and size_ < Config.frame_size()) {
                storage.received(buffer_)[size_] = next;
            }
        }
        size_ += size_ <= Config.frame_size() ? 1u : 0u;
    }
    constexpr auto finish_short() -> void {
        auto const at = pushed_.load();
        if (size_ < wire::reliable_header_size + wire::reliable_check_size) {
            bad_length_.count();
        } else if (static_cast<std::uint8_t>(at - popped_.load()) == places) {
            no_buffer_.count();
        } else {
            shorts_[at % places] = {head_, static_cast<std::uint8_t>(size_)};
            pushed_.store(static_cast<std::uint8_t>(at + 1));
        }
    }
    constexpr auto finish(uart_storage<Config>& storage) -> void {
        if (size_ == 0) {
            return;
        }
        if (size_ <= longest_short) {
            finish_short();
        } else if (buffer_ == pool::none) {
            no_buffer_.count();
            starved_.store(1);
        } else if (size_ > Config.frame_size() or not has_its_length(storage.received(buffer_))) {
            bad_length_.count();
        } else {
            frames_.push(buffer_);
            buffer_ = pool::none;
        }
    }
    /// Makes the parser ready for the next frame; drops a frame that was not queued.
    constexpr auto forget() -> void {
        if (buffer_ != pool::none) {
            frames_.drop(buffer_);
            buffer_ = pool::none;
        }
        size_ = 0;
    }
    [[nodiscard]] constexpr auto has_its_length(const_bytes frame) const -> bool {
        auto const length = load<std::uint16_t>(frame.subspan(offsetof(wire::reliable_header, length)));
        return size_ == wire::reliable_header_size + length + wire::reliable_check_size;
    }

  public:
    constexpr auto feed(const_bytes received, uart_storage<Config>& storage) -> void {
        for (auto const each : received) {
            look_for_codes(each);
            auto const step = reader_.read(each);
            switch (step.what) {
            case wire::cobs_reader::outcome::byte: put(step.value, storage); break;
            case wire::cobs_reader::outcome::end:
                finish(storage);
                forget();
                break;
            case wire::cobs_reader::outcome::torn:
                bad_stuffing_.count();
                forget();
                break;
            default: break;
            }
        }
    }

    // The following functions are for the polling context.
    /// Whether two buffers are free.
    [[nodiscard]] constexpr auto has_room() const -> bool { return frames_.free() > 1; }
    [[nodiscard]] constexpr auto frames() -> pool& { return frames_; }
    [[nodiscard]] constexpr auto frames() const -> pool const& { return frames_; }
    /// The oldest short frame, or an empty span. It stays valid until `drop_short`.
    [[nodiscard]] constexpr auto oldest_short() const -> const_bytes {
        auto const at = popped_.load();
        auto const& oldest = shorts_[at % places];
        return const_bytes{oldest.content}.first(at == pushed_.load() ? 0 : oldest.size);
    }
    constexpr auto drop_short() -> void { popped_.store(static_cast<std::uint8_t>(popped_.load() + 1)); }
    [[nodiscard]] constexpr auto is_starved() const -> bool { return starved_.load() != 0; }
    /// Whether a frame found no free buffer since the last call.
    constexpr auto take_starved() -> bool {
        auto const was_starved = is_starved();
        if (was_starved) {
            starved_.store(0);
        }
        return was_starved;
    }
    [[nodiscard]] constexpr auto has_seen_nuttx() const -> bool { return foreign_.load() != 0; }
    constexpr auto forget_nuttx() -> void { foreign_.store(0); }
    constexpr auto add_to(uart_counters& total) const -> void {
        total.bad_length = bad_length_.load();
        total.bad_stuffing = bad_stuffing_.load();
        total.no_buffer = no_buffer_.load();
    }
};

} // namespace rpmsg::detail
