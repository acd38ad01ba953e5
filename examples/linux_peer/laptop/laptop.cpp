#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/host/vhost_user.hpp>

#include "board.hpp"
#include "guest.hpp"
#include "terminal.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

// The interrupts of the firmware. It may do without the second.
extern "C" void mailbox_isr();
extern "C" [[gnu::weak]] void driver_isr(bool is_there);

namespace {
constinit auto linux_rings = rpmsg::host::vhost_rings{};

using rpmsg::host::steady_clock;
using rpmsg::host::vhost_user;

/// The firmware's link as the back end uses it: it collects the interrupts until the firmware takes them.
class interrupts {
    std::optional<bool> driver_{};
    bool doorbell_{};

  public:
    auto start() -> rpmsg::status {
        driver_ = true;
        return {};
    }
    auto close() -> void { driver_ = false; }
    auto notify(std::uint32_t) -> void { doorbell_ = true; }

    [[nodiscard]] auto are_pending() const -> bool { return driver_.has_value() or doorbell_; }
    auto raise() -> void {
        if (auto const driver = std::exchange(driver_, {}); driver and driver_isr != nullptr) {
            driver_isr(*driver);
        }
        if (std::exchange(doorbell_, false)) {
            mailbox_isr();
        }
    }
};

/// Linux in a process, with the terminal of this process as its console.
class machine {
    static constexpr auto hidden = std::string::npos;

    guest linux_{};
    std::optional<vhost_user> peer_{};
    interrupts interrupts_{};
    bool has_shell_{};
    std::size_t shown_ = hidden;
    bool is_closed_{};
    rpmsg::ticks patient_until_ = steady_clock::now() + 120'000; ///< deadline for the boot; after its input, for the stop

    [[noreturn]] auto end(int status) -> void {
        peer_.reset();
        linux_.end();
        terminal::restore();
        std::fflush(stdout);
        _exit(status);
    }
    [[noreturn]] auto fail(std::string const& why) -> void {
        terminal::restore();
        std::fprintf(stderr, "linux_peer: %s\n", why.c_str());
        end(1);
    }

    /// Returns where the part of the console that is shown begins: at the first prompt, or at the first line of the guest.
    auto find_start() -> std::size_t {
        constexpr auto greeting = std::string_view{"guest: Linux "};
        auto const& output = linux_.output();
        auto const line = output.find(greeting);
        if (line == hidden or not has_shell_) {
            return line;
        }
        auto const prompt = output.find("linux# ", line);
        if (prompt != hidden) {
            auto const release = line + greeting.size();
            std::printf("Linux %s, with the firmware as its remote core. 'exit' or Ctrl-] ends both.\n",
                        output.substr(release, output.find_first_of("\r\n", release) - release).c_str());
            std::fflush(stdout);
            terminal::pass_each_key();
        }
        return prompt;
    }
    auto show() -> void {
        linux_.listen();
        if (shown_ == hidden) {
            shown_ = find_start();
        }
        if (shown_ != hidden) {
            auto const& output = linux_.output();
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
            linux_.type("poweroff -f\n");
            return;
        }
        auto const typed = std::string{text.data(), static_cast<std::size_t>(got)};
        if (terminal::is_there() and typed.find(terminal::leave) != std::string::npos) {
            std::puts("");
            end(0);
        }
        linux_.type(typed);
    }

    /// Waits until Linux does something, and handles it.
    auto step(bool may_wait) -> void {
        auto waited = std::array<pollfd, 5>{};
        std::ranges::transform(peer_->descriptors(), waited.begin(), [](int file) { return pollfd{file, POLLIN, 0}; });
        waited[3] = {linux_.descriptor(), POLLIN, 0};
        waited[4] = {is_closed_ or shown_ == hidden ? -1 : STDIN_FILENO, POLLIN, 0};
        (void)poll(waited.data(), waited.size(), may_wait ? 100 : 0);
        peer_->serve(interrupts_);
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
            if (shown_ == hidden) {
                fail("Linux ended before it was up:\n" + linux_.output());
            }
            end(0);
        }
        if ((is_closed_ or shown_ == hidden) and rpmsg::has_passed(patient_until_, steady_clock::now())) {
            fail(is_closed_ ? "Linux has not done in 120 seconds what it was told; an answer of the firmware may be missing"
                            : "Linux is not up after 120 seconds:\n" + linux_.output());
        }
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
        auto options = std::string{more == nullptr ? "" : more};
        has_shell_ = options.find("shell=") != std::string::npos;
        if (has_shell_) {
            options += " " + terminal::size();
        }
        auto const* const tools = std::getenv("RPMSG_GUEST_TOOLS");
        linux_.boot(root, tools == nullptr ? "" : tools, "64M", options);
        hold();
    }

    /// Without a driver there is no shared memory: the core does not run, as while remoteproc holds it in reset.
    auto hold() -> void {
        while (not peer_->is_live()) {
            step(true);
        }
    }
    auto look(bool has_work) -> void {
        step(not has_work and not interrupts_.are_pending());
        hold();
        interrupts_.raise();
    }
};

auto whole_machine() -> machine& {
    static auto it = machine{};
    return it;
}

/// Linux boots before `main` of the firmware begins.
[[gnu::constructor]] auto boot() -> void { whole_machine(); }
} // namespace

auto board::memory::start() -> std::uintptr_t { return rpmsg::host::vhost_rings::memory{linux_rings}.start(); }
auto board::memory::size() -> std::uint32_t { return linux_rings.shared().size(); }
auto board::layout::parts(std::uint32_t ring) -> rpmsg::wire::vring_parts { return linux_rings.placed().parts(ring); }
auto board::layout::offset_of(std::uint64_t address, std::uint32_t length) -> std::uint32_t {
    return linux_rings.placed().offset_of(address, length);
}
auto board::layout::address_of(std::uint32_t offset) -> std::uint64_t { return linux_rings.placed().address_of(offset); }
auto board::layout::fits(std::uint32_t size, rpmsg::ring_counts const& counts) -> bool {
    return linux_rings.placed().fits(size, counts);
}
auto board::layout::takes_names() -> bool { return linux_rings.placed().takes_names(); }
auto board::mailbox::ring(std::uint32_t queue) -> bool { return linux_rings.bell().ring(queue); }

auto board::look_at_linux(bool has_work) -> void { whole_machine().look(has_work); }
auto board::now() -> rpmsg::ticks { return steady_clock::now(); }

auto board::halt() -> void {
    std::fputs("linux_peer: the firmware halts\n", stderr);
    std::exit(1);
}
