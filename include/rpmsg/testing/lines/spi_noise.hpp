#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/testing/lines/spi_bus.hpp>

#include <cstddef>
#include <cstdint>

namespace rpmsg::testing {

/// How rare each fault is: one in so many, on average; 0 means never.
struct spi_fault_rates {
    std::uint32_t bytes_per_flip = 0;       ///< one bit of a byte is inverted
    std::uint32_t frames_per_slip = 0;      ///< a word is lost or arrives twice, which shifts the following ones
    std::uint32_t frames_per_garbage = 0;   ///< the whole frame is random
    std::uint32_t frames_per_silence = 0;   ///< the line is stuck, low or high, for one frame
    std::uint32_t transfers_per_abort = 0;  ///< DMA ends early, which both ends detect
    std::uint32_t edges_per_missed_one = 0; ///< the peer does not detect a rising request line
};

/// Wires with random faults, which are the same for the same seed.
class spi_noise {
    spi_fault_rates rates_;
    std::uint64_t state_;
    std::uint64_t faults_{};
    std::uint32_t until_flip_{};

    constexpr auto random(std::uint32_t below) -> std::uint32_t {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<std::uint32_t>(((state_ >> 32) * below) >> 32);
    }
    constexpr auto happens(std::uint32_t once_in) -> bool {
        auto const now = once_in != 0 and random(once_in) == 0;
        faults_ += now ? 1 : 0;
        return now;
    }
    constexpr auto flip(bytes frame) -> void {
        auto at = until_flip_;
        for (; at < frame.size(); at += 1 + random(2 * rates_.bytes_per_flip)) {
            frame[at] ^= std::byte{1} << random(8);
            ++faults_;
        }
        until_flip_ = at - static_cast<std::uint32_t>(frame.size());
    }
    /// Drops or repeats a word of one or two bytes.
    constexpr auto slip(bytes frame) -> void {
        auto const word = 1 + random(2);
        auto const at = random(static_cast<std::uint32_t>(frame.size()) - word);
        if (random(2) == 0) {
            for (std::size_t i = at; i + word < frame.size(); ++i) {
                frame[i] = frame[i + word];
            }
        } else {
            for (auto i = frame.size() - 1; i >= at + word; --i) {
                frame[i] = frame[i - word];
            }
        }
    }

  public:
    constexpr explicit spi_noise(spi_fault_rates rates = {}, std::uint64_t seed = 1) : rates_{rates}, state_{seed} {}

    /// Changes the rates; without any the link can recover.
    constexpr auto set(spi_fault_rates rates) -> void { rates_ = rates; }
    /// Returns the number of faults so far.
    [[nodiscard]] constexpr auto faults() const -> std::uint64_t { return faults_; }

    constexpr auto reach(std::size_t size) -> std::size_t {
        return happens(rates_.transfers_per_abort) ? random(static_cast<std::uint32_t>(size)) : size;
    }
    constexpr auto carry(std::uint32_t, bytes frame) -> void {
        if (rates_.bytes_per_flip != 0) {
            flip(frame);
        }
        if (happens(rates_.frames_per_slip)) {
            slip(frame);
        }
        auto const is_garbage = happens(rates_.frames_per_garbage);
        if (is_garbage or happens(rates_.frames_per_silence)) {
            auto const level = static_cast<std::byte>(random(2) == 0 ? 0 : 0xff);
            for (auto& each : frame) {
                each = is_garbage ? static_cast<std::byte>(random(256)) : level;
            }
        }
    }
    constexpr auto passes_edge(std::uint32_t) -> bool { return not happens(rates_.edges_per_missed_one); }
};
static_assert(spi_wires<spi_noise>);

} // namespace rpmsg::testing
