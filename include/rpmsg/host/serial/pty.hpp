#pragma once

#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/serial/serial_port.hpp>
#include <rpmsg/host/serial/tty.hpp>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// The near end of a new pseudo terminal. Another program opens the far end by its path, like a serial port. The terminal
/// stores some kilobytes in each direction until the other end reads them.
class pty : public serial_port {
    std::string path_{};
    int far_{-1}; ///< kept open, so that a line without a program at its far end is no error

    pty(int near, int far, std::string path) : serial_port{near}, path_{std::move(path)}, far_{far} {}

  public:
    pty(pty&& other) noexcept
        : serial_port{std::move(other)}, path_{std::move(other.path_)}, far_{std::exchange(other.far_, -1)} {}
    ~pty() {
        if (far_ >= 0) {
            close(far_);
        }
    }

    /// Returns the path of the far end, for `tty::open` or any program that uses a serial port.
    [[nodiscard]] auto path() const -> std::string const& { return path_; }

    [[nodiscard]] static auto open() -> outcome<pty> {
        constexpr std::uint32_t any_baud = 115200;
        auto name = std::array<char, 64>{};
        auto const near = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        auto const is_named =
            near >= 0 and grantpt(near) == 0 and unlockpt(near) == 0 and ptsname_r(near, name.data(), name.size()) == 0;
        auto const far = is_named ? ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
        auto made = pty{near, far, name.data()};
        if (far < 0 or not make_raw(far, any_baud)) {
            return failure{"no pseudo terminal can be made: " + words_of(errno) + "; is /dev/pts mounted?"};
        }
        return outcome<pty>{std::move(made)};
    }
};

} // namespace rpmsg::host
