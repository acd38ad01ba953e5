#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/host/vhost_user.hpp>

#include "board.hpp"
#include "guest.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <string>
#include <unistd.h>

// The interrupts of the firmware.
extern "C" void mailbox_isr();
extern "C" void driver_isr(bool is_there);

namespace {
constinit auto linux_rings = rpmsg::host::vhost_rings{};

using rpmsg::host::steady_clock;
using rpmsg::host::vhost_user;

/// The firmware's link as the back end uses it.
struct firmware {
    static auto start() -> rpmsg::status {
        driver_isr(true);
        return {};
    }
    static auto close() -> void { driver_isr(false); }
    static auto notify(std::uint32_t) -> void { mailbox_isr(); }
};

/// Linux in a process, with the terminal of this process as its console.
class machine {
    guest linux_{};
    std::optional<vhost_user> peer_{};
    std::size_t shown_ = std::string::npos;
    bool is_closed_{};
    rpmsg::ticks patient_until_ = steady_clock::now() + 120'000; ///< deadline for the boot; after its input, for the stop

    [[noreturn]] auto end(int status) -> void {
        peer_.reset();
        linux_.end();
        std::fflush(stdout);
        _exit(status);
    }
    [[noreturn]] auto fail(std::string const& why) -> void {
        std::fprintf(stderr, "linux_peer: %s\n", why.c_str());
        end(1);
    }

    /// Prints the console of the guest from its first line on.
    auto show() -> void {
        linux_.listen();
        auto const& output = linux_.output();
        if (shown_ == std::string::npos) {
            shown_ = output.find("guest: Linux");
        }
        if (shown_ != std::string::npos) {
            std::fwrite(output.data() + shown_, 1, output.size() - shown_, stdout);
            std::fflush(stdout);
            shown_ = output.size();
        }
    }
    auto type() -> void {
        auto text = std::array<char, 1024>{};
        auto const got = read(STDIN_FILENO, text.data(), text.size());
        if (got <= 0) {
            is_closed_ = true;
            patient_until_ = steady_clock::now() + 120'000;
        }
        linux_.type(is_closed_ ? "poweroff -f\n" : std::string{text.data(), static_cast<std::size_t>(got)});
    }

  public:
    machine() {
        auto const* const root = std::getenv("RPMSG_GUEST");
        auto const* const more = std::getenv("RPMSG_GUEST_OPTIONS");
        if (root == nullptr) {
            fail("RPMSG_GUEST must name the guest's file system; examples/linux_peer/run does all that is needed");
        }
        auto listening = vhost_user::listen(linux_.socket(), board::rings, linux_rings);
        if (not listening) {
            fail(listening.error());
        }
        peer_.emplace(std::move(*listening));
        linux_.boot(root, "", "64M", more == nullptr ? "" : more);
    }

    auto look(bool has_work) -> void {
        auto waited = std::array<pollfd, 5>{};
        std::ranges::transform(peer_->descriptors(), waited.begin(), [](int file) { return pollfd{file, POLLIN, 0}; });
        waited[3] = {linux_.descriptor(), POLLIN, 0};
        waited[4] = {is_closed_ or shown_ == std::string::npos ? -1 : STDIN_FILENO, POLLIN, 0};
        (void)poll(waited.data(), waited.size(), has_work ? 0 : 100);
        auto link = firmware{};
        peer_->serve(link);
        if (not peer_->why().empty()) {
            fail("Linux's driver " + peer_->why());
        }
        if (waited[3].revents != 0) {
            show();
        }
        if (waited[4].revents != 0) {
            type();
        }
        if (linux_.has_ended()) {
            if (shown_ == std::string::npos) {
                fail("Linux ended before it was up:\n" + linux_.output());
            }
            end(0);
        }
        if ((is_closed_ or shown_ == std::string::npos) and rpmsg::has_passed(patient_until_, steady_clock::now())) {
            fail(is_closed_ ? "Linux has not done in 120 seconds what it was told; an answer of the firmware may be missing"
                            : "Linux is not up after 120 seconds:\n" + linux_.output());
        }
    }
};

auto whole_machine() -> machine& {
    static auto it = machine{};
    return it;
}
} // namespace

auto board::memory::start() -> std::uintptr_t { return rpmsg::host::vhost_rings::memory{linux_rings}.start(); }
auto board::memory::size() -> std::uint32_t { return linux_rings.shared().size(); }
auto board::layout::parts(std::uint32_t ring) -> rpmsg::wire::vring_parts { return linux_rings.placed().parts(ring); }
auto board::layout::offset_of(std::uint64_t address, std::uint32_t length) -> std::uint32_t {
    return linux_rings.placed().offset_of(address, length);
}
auto board::layout::address_of(std::uint32_t offset) -> std::uint64_t { return linux_rings.placed().address_of(offset); }
auto board::layout::fits(std::uint32_t size, std::uint32_t count) -> bool { return linux_rings.placed().fits(size, count); }
auto board::layout::takes_names() -> bool { return linux_rings.placed().takes_names(); }
auto board::mailbox::ring(std::uint32_t queue) -> bool { return linux_rings.bell().ring(queue); }

auto board::look_at_linux(bool has_work) -> void { whole_machine().look(has_work); }

auto board::halt() -> void {
    std::fputs("linux_peer: the firmware halts\n", stderr);
    std::exit(1);
}
