#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/spi/gpio_line.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/platform/spi_port.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <linux/spi/spidev.h>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// How an SPI bus is wired to this machine.
struct spidev_settings {
    std::string device = "/dev/spidev0.0";
    std::uint32_t mode{};              ///< 0 to 3: 1 is CPHA, 2 is CPOL
    std::uint32_t speed = 1'000'000;   ///< bits per second; a controller that does not support it runs slower
    gpio_place request_line{};         ///< driven by this machine
    gpio_place request_line_of_peer{}; ///< driven by the peripheral
};

/// Linux as the controller of an SPI bus: a device of the driver spidev and two GPIO lines. spidev has no asynchronous
/// transfer: `start_transfer` returns after the transfer, which takes 8 * size / speed seconds and the time of the driver. It
/// holds the lock of the link so long, which with threads must be one that sleeps. Set `retry_ticks` to more than that.
///
/// The loop of the owner calls `forward(link)`, `poll`, and `wait_until` the next deadline of the link. Words of 2 bytes are
/// stored in the byte order of this machine. Frames above 4096 bytes need the parameter bufsiz of the module spidev.
template <std::uint32_t WordSize = 1, typename Control = device_control> class spidev {
    static_assert(WordSize == 1 or WordSize == 2, "a word of an SPI port has 1 or 2 bytes");
    using line = basic_gpio_line<Control>;

    descriptor device_;
    line own_;
    line peer_;
    descriptor ends_; ///< an eventfd that counts transfers that have ended: the interrupt
    std::string path_;
    std::uint32_t speed_;
    spi_progress progress_ = spi_progress::failed;
    int trouble_{};

    spidev(descriptor device, line own, line peer, descriptor ends, spidev_settings const& chosen)
        : device_{std::move(device)}, own_{std::move(own)}, peer_{std::move(peer)}, ends_{std::move(ends)},
          path_{chosen.device}, speed_{chosen.speed} {}

    static auto refuse(std::string const& path, std::string const& what) -> failure {
        return {"SPI device " + path + " " + what};
    }
    static auto refuse_setting(std::string const& path, std::string const& what, std::uint32_t value) -> failure {
        auto const why = errno;
        return refuse(path, "does not take " + what + " " + std::to_string(value) + ": " + words_of(why) +
                                "; try what its SPI controller can do");
    }

    /// Configures the device. Returns the failure, or an empty one. The chip select stays as the device tree defines it.
    static auto set_up(int device, spidev_settings const& chosen) -> failure {
        auto const& path = chosen.device;
        auto const phases = std::uint32_t{SPI_CPHA | SPI_CPOL};
        auto mode = std::uint32_t{};
        if (chosen.mode > phases) {
            return refuse(path, "has no mode " + std::to_string(chosen.mode) + "; modes are 0 to 3");
        }
        if (Control::call(device, SPI_IOC_RD_MODE32, &mode) < 0) {
            return refuse(path, "is no device of the driver spidev; name a /dev/spidevB.C");
        }
        mode = (mode & ~phases) | chosen.mode;
        if (Control::call(device, SPI_IOC_WR_MODE32, &mode) < 0) {
            return refuse_setting(path, "mode", chosen.mode);
        }
        auto bits = bits_per_word;
        if (Control::call(device, SPI_IOC_WR_BITS_PER_WORD, &bits) < 0) {
            return refuse_setting(path, "bits per word", bits);
        }
        auto speed = chosen.speed;
        if (speed == 0 or Control::call(device, SPI_IOC_WR_MAX_SPEED_HZ, &speed) < 0) {
            errno = speed == 0 ? EINVAL : errno;
            return refuse_setting(path, "a speed in bits per second of", speed);
        }
        return {};
    }

  public:
    static constexpr auto role = spi_role::controller;
    static constexpr std::uint32_t word_size = WordSize;
    static constexpr std::uint8_t bits_per_word = 8 * WordSize;

    /// Opens the device. A failure names the device or line and the remedy. A speed too low for the controller may be reported
    /// only by `trouble`.
    [[nodiscard]] static auto open(spidev_settings const& chosen) -> outcome<spidev> {
        auto device = descriptor{::open(chosen.device.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
        if (not device) {
            auto const why = errno;
            auto const advice = why == EACCES   ? "; join the group that owns it, often spi"
                                : why == ENOENT ? "; enable the bus, and spidev on it, in the device tree"
                                                : "";
            return refuse(chosen.device, "cannot be opened: " + words_of(why) + advice);
        }
        if (auto wrong = set_up(device.number(), chosen); not wrong.text.empty()) {
            return wrong;
        }
        auto own = line::open_output(chosen.request_line);
        if (not own) {
            return failure{own.error()};
        }
        auto peer = line::open_input(chosen.request_line_of_peer);
        if (not peer) {
            return failure{peer.error()};
        }
        auto ends = descriptor{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
        if (not ends) {
            return refuse(chosen.device, "has no descriptor to tell ends of transfers: " + words_of(errno));
        }
        return spidev{std::move(device), std::move(*own), std::move(*peer), std::move(ends), chosen};
    }

    auto start_transfer(const_bytes out, bytes in) -> void {
        auto transfer = spi_ioc_transfer{};
        transfer.tx_buf = reinterpret_cast<std::uintptr_t>(out.data());
        transfer.rx_buf = reinterpret_cast<std::uintptr_t>(in.data());
        transfer.len = static_cast<std::uint32_t>(out.size());
        transfer.speed_hz = speed_;
        transfer.bits_per_word = bits_per_word;
        auto const moved = Control::call(device_.number(), SPI_IOC_MESSAGE(1), &transfer);
        auto const is_whole = moved >= 0 and static_cast<std::uint32_t>(moved) == transfer.len;
        trouble_ = is_whole ? 0 : moved < 0 ? errno : EIO;
        progress_ = is_whole ? spi_progress::done : spi_progress::failed;
        auto const one = std::uint64_t{1};
        (void)!::write(ends_.number(), &one, sizeof(one));
    }
    [[nodiscard]] auto progress() const -> spi_progress { return progress_; }
    auto abandon() -> void { progress_ = spi_progress::failed; }
    auto request(bool on) -> void { (void)own_.set(on); }
    [[nodiscard]] auto is_requested() const -> bool { return peer_.is_set(); }

    /// Passes on pending interrupts, `spi_signal::request` and `transfer`. Call it before `poll`, not under the lock of the
    /// link.
    auto forward(auto& link) -> void {
        auto count = std::uint64_t{};
        if (peer_.take_edges()) {
            link.notify(spi_signal::request);
        }
        if (::read(ends_.number(), &count, sizeof(count)) > 0) {
            link.notify(spi_signal::transfer);
        }
    }
    /// For the event loop of the owner: one of them is readable when `forward` has something to pass on.
    [[nodiscard]] auto descriptors() const -> std::array<int, 2> { return {peer_.number(), ends_.number()}; }
    /// Sleeps until there is something to pass on or the deadline has passed; may return early.
    auto wait_until(ticks deadline) const -> void {
        auto waited = std::array<pollfd, 2>{pollfd{.fd = peer_.number(), .events = POLLIN, .revents = 0},
                                            pollfd{.fd = ends_.number(), .events = POLLIN, .revents = 0}};
        ::poll(waited.data(), waited.size(), static_cast<int>(std::min(steady_clock::until(deadline), ticks{0x7fff'ffff})));
    }

    /// Returns why the last transfer failed, or an empty failure.
    [[nodiscard]] auto trouble() const -> failure {
        if (trouble_ == 0) {
            return {};
        }
        auto const advice = trouble_ == EMSGSIZE ? "; shorten the frames, or raise the parameter bufsiz of the module spidev"
                            : trouble_ == EINVAL ? "; try another speed"
                                                 : "";
        return refuse(path_, "made no transfer: " + words_of(trouble_) + advice);
    }
};
static_assert(spi_port<spidev<1>>);
static_assert(spi_port<spidev<2>>);

} // namespace rpmsg::host
