#pragma once

#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/serial/serial_port.hpp>

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <sys/ioctl.h>

namespace rpmsg::host {

/// Makes a terminal a raw line: 8 bits, no parity, one stop bit, no flow control, no interpretation, at any `baud` in bits per
/// second. False, with the reason in `errno`, when it is no terminal or does not support this.
inline auto make_raw(int fd, std::uint32_t baud) -> bool {
    auto settings = termios2{};
    if (ioctl(fd, TCGETS2, &settings) != 0) {
        return false;
    }
    settings.c_iflag = 0;
    settings.c_oflag = 0;
    settings.c_lflag = 0;
    settings.c_cflag = CS8 | CREAD | CLOCAL | BOTHER | (BOTHER << IBSHIFT);
    settings.c_ispeed = settings.c_ospeed = baud;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    return ioctl(fd, TCSETS2, &settings) == 0;
}

/// A serial port of this machine, or the far end of a pseudo terminal.
class tty : public serial_port {
    using serial_port::serial_port;

    static auto refuse(std::string const& path, std::string const& what) -> failure {
        return {"serial port " + path + " " + what};
    }

  public:
    [[nodiscard]] static auto open(std::string const& path, std::uint32_t baud) -> outcome<tty> {
        auto const fd = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0) {
            auto const why = errno;
            auto const advice = why == EACCES   ? "; join the group that owns it, often dialout"
                                : why == ENOENT ? "; plug it in, or look under /dev for its name"
                                                : "";
            return refuse(path, "cannot be opened: " + words_of(why) + advice);
        }
        auto port = tty{fd};
        if (not make_raw(fd, baud)) {
            auto const why = errno == ENOTTY
                                 ? std::string{"is no terminal; name a serial port or a pseudo terminal"}
                                 : "cannot run at " + std::to_string(baud) + " baud: " + words_of(errno) + "; try another rate";
            return refuse(path, why);
        }
        return outcome<tty>{std::move(port)};
    }
};

} // namespace rpmsg::host
