#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/host/serial/pty.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace rpmsg::host {

/// Joins a terminal of a link, a `tty` or a `raw_tty`, to a pseudo terminal, which any program opens by its path: `screen`,
/// `picocom`, `cat`. All bytes pass unchanged in both directions; editing of lines is left to that program and to the firmware.
/// A side that reads slowly stops the other one. What a program has not read when it ends is read by the next one. Call it from
/// the thread that polls the link.
template <typename Terminal, typename Link> class pty_bridge {
    Terminal* terminal_;
    Link* link_;
    pty line_;
    std::array<std::byte, 1024> memory_{};
    std::uint32_t first_{}; ///< of the bytes in the memory that the pseudo terminal has not taken
    std::uint32_t last_{};

  public:
    /// The terminal and its link must outlive the bridge.
    pty_bridge(Terminal& terminal, Link& link, pty line) : terminal_{&terminal}, link_{&link}, line_{std::move(line)} {}

    /// The path for other programs.
    [[nodiscard]] auto path() const -> std::string const& { return line_.path(); }
    /// Becomes readable when a program writes; for the event loop of the owner.
    [[nodiscard]] auto descriptor() const -> int { return line_.descriptor(); }
    /// Whether bytes wait until the program reads.
    [[nodiscard]] auto is_blocked() const -> bool { return first_ != last_; }

    /// Passes on what there is. Call it after each poll of the link, and when the descriptor is readable or, while `is_blocked`,
    /// writable. Returns whether it passed something on.
    auto poll() -> bool {
        if (first_ == last_) {
            first_ = 0;
            last_ = terminal_->read(*link_, memory_);
        }
        auto const taken = first_ != last_ ? line_.write(const_bytes{memory_}.subspan(first_, last_ - first_)) : 0;
        first_ += static_cast<std::uint32_t>(taken);

        auto typed = std::array<std::byte, 256>{};
        auto const room = std::min<std::size_t>(typed.size(), terminal_->writable());
        auto const size = room != 0 ? line_.read(bytes{typed}.first(room)) : 0;
        (void)terminal_->write(*link_, const_bytes{typed}.first(size));
        return taken != 0 or size != 0;
    }
};

} // namespace rpmsg::host
