#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/platform/spi_port.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg::testing {

/// The faults between the ends of a bus. `from` is the sending end; 0 is the controller.
///
///   reach(size)         how many bytes of a transfer of `size` are transferred; with fewer it fails at both ends
///   carry(from, frame)  damages a frame in flight
///   passes_edge(from)   whether the other end detects this edge of the request line
template <typename T>
concept spi_wires = requires(T& wires, std::uint32_t from, bytes frame, std::size_t size) {
    { wires.reach(size) } -> std::same_as<std::size_t>;
    { wires.carry(from, frame) } -> std::same_as<void>;
    { wires.passes_edge(from) } -> std::same_as<bool>;
};

/// Wires without faults.
struct sound_wires {
    constexpr auto reach(std::size_t size) -> std::size_t { return size; }
    constexpr auto carry(std::uint32_t, bytes) -> void {}
    constexpr auto passes_edge(std::uint32_t) -> bool { return true; }
};
static_assert(spi_wires<sound_wires>);

/// An SPI bus with two request lines inside one program or one constant expression. `run` performs a transfer that the
/// controller has started; a peripheral that was not ready at the start receives nothing and sends zeroes. `forward` passes on
/// the interrupts of an end. For one thread.
template <std::uint32_t FrameSize, spi_wires Wires = sound_wires> class spi_bus {
    struct end {
        const_bytes out{};
        bytes in{};
        spi_progress progress = spi_progress::done;
        bool is_requesting{};
        bool sees_edge{};
        bool sees_end{};
    };
    std::array<end, 2> ends_{};
    std::uint64_t transfers_{};
    bool is_served_{}; ///< the peripheral was ready when the controller started
    Wires wires_{};

    constexpr auto move(std::uint32_t from, std::size_t size) -> void {
        auto const& sender = ends_[from];
        auto const& receiver = ends_[1 - from];
        if (receiver.progress != spi_progress::busy or (from == 0 and not is_served_)) {
            return;
        }
        auto frame = std::array<std::byte, FrameSize>{};
        if (sender.progress == spi_progress::busy and is_served_) {
            copy(sender.out, frame);
        }
        wires_.carry(from, frame);
        copy(const_bytes{frame}.first(size), receiver.in);
    }
    constexpr auto finish(end& which, spi_progress how) -> void {
        if (which.progress == spi_progress::busy) {
            which.progress = how;
            which.sees_end = true;
        }
    }

  public:
    constexpr spi_bus() = default;
    constexpr explicit spi_bus(Wires wires) : wires_{std::move(wires)} {}

    [[nodiscard]] constexpr auto wires() -> Wires& { return wires_; }
    [[nodiscard]] constexpr auto transfers() const -> std::uint64_t { return transfers_; }
    /// Return whether an end drives its request line, and whether a peripheral is ready or a controller has started.
    [[nodiscard]] constexpr auto is_requesting(std::uint32_t which) const -> bool { return ends_[which].is_requesting; }
    [[nodiscard]] constexpr auto is_busy(std::uint32_t which) const -> bool {
        return ends_[which].progress == spi_progress::busy;
    }

    /// Transfers the bytes after the controller has started; false when no transfer is pending.
    constexpr auto run() -> bool {
        if (not is_busy(0)) {
            return false;
        }
        ++transfers_;
        auto const size = std::min<std::size_t>(wires_.reach(FrameSize), FrameSize);
        move(0, size);
        move(1, size);
        auto const how = size == FrameSize ? spi_progress::done : spi_progress::failed;
        finish(ends_[0], how);
        if (is_served_) {
            finish(ends_[1], how);
        }
        return true;
    }
    /// Passes the interrupts of an end to `notify(signal)` of its channel or transport.
    constexpr auto forward(std::uint32_t which, auto& to) -> bool {
        auto& own = ends_[which];
        auto const edge = std::exchange(own.sees_edge, false);
        auto const over = std::exchange(own.sees_end, false);
        if (edge) {
            to.notify(spi_signal::request);
        }
        if (over) {
            to.notify(spi_signal::transfer);
        }
        return edge or over;
    }

    constexpr auto start_transfer(std::uint32_t which, const_bytes out, bytes in) -> void {
        expects(out.size() == FrameSize and in.size() == FrameSize);
        ends_[which].out = out;
        ends_[which].in = in;
        ends_[which].progress = spi_progress::busy;
        is_served_ = which == 0 ? is_busy(1) : is_served_;
    }
    [[nodiscard]] constexpr auto progress(std::uint32_t which) const -> spi_progress { return ends_[which].progress; }
    constexpr auto abandon(std::uint32_t which) -> void {
        ends_[which].progress = spi_progress::failed;
        is_served_ = false;
    }
    constexpr auto request(std::uint32_t which, bool on) -> void {
        if (on and not ends_[which].is_requesting and wires_.passes_edge(which)) {
            ends_[1 - which].sees_edge = true;
        }
        ends_[which].is_requesting = on;
    }
};

/// One end of such a bus.
template <spi_role Role, std::uint32_t FrameSize, spi_wires Wires = sound_wires> class spi_bus_end {
    static constexpr std::uint32_t which = Role == spi_role::controller ? 0 : 1;
    spi_bus<FrameSize, Wires>* bus_;

  public:
    static constexpr auto role = Role;
    static constexpr std::uint32_t word_size = 1;

    constexpr explicit spi_bus_end(spi_bus<FrameSize, Wires>& bus) : bus_{&bus} {}

    constexpr auto start_transfer(const_bytes out, bytes in) -> void { bus_->start_transfer(which, out, in); }
    [[nodiscard]] constexpr auto progress() const -> spi_progress { return bus_->progress(which); }
    constexpr auto abandon() -> void { bus_->abandon(which); }
    constexpr auto request(bool on) -> void { bus_->request(which, on); }
    [[nodiscard]] constexpr auto is_requested() const -> bool { return bus_->is_requesting(1 - which); }
};
static_assert(spi_port<spi_bus_end<spi_role::controller, 64>>);
static_assert(spi_port<spi_bus_end<spi_role::peripheral, 64>>);

} // namespace rpmsg::testing
