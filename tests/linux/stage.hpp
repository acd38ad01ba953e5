#pragma once

#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/host/vhost_user.hpp>
#include <rpmsg/rpmsg.hpp>

#include <catch2/catch_test_macros.hpp>

#include "../../examples/linux_peer/laptop/guest.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>
#include <utility>

/// Linux and this library at the two ends of a link: the transport, channel and endpoints that firmware uses.
namespace linux_peer {

using rpmsg::host::steady_clock;
using rpmsg::host::vhost_rings;
using rpmsg::host::vhost_user;

/// What Linux's driver asks of its device (drivers/virtio/virtio_ring.c).
constexpr auto flags =
    rpmsg::vring_config{.buffers = 256, .buffer_size = 512, .alignment = 4096, .dialect = rpmsg::wire::dialects::linux_virtio};
constexpr auto events = [] {
    auto config = flags;
    config.event_index = true;
    return config;
}();

template <rpmsg::vring_config Config>
using transport = rpmsg::vring_device<Config, vhost_rings::region, vhost_rings::doorbell, vhost_rings::layout>;

struct setting {
    rpmsg::host::vhost_offer offer{};
    std::string memory = "64M";
    std::string more{}; ///< for the guest's command line
};

/// One link, the guest at its other end, and the time that passes for both.
template <rpmsg::vring_config Config, typename Endpoints> class stage {
    std::size_t moved_{}; ///< messages to this end
    std::size_t seen_{};  ///< them and the text of the guest, when a wait last looked

  public:
    guest linux{};
    vhost_rings shared{};
    std::optional<vhost_user> peer{};
    rpmsg::channel<transport<Config>, Endpoints> link;
    bool stands_still{}; ///< the remote core does nothing, though its back end answers

    explicit stage(Endpoints endpoints, setting const& wanted = {})
        : link{transport<Config>{shared.shared(), shared.bell(), shared.placed()}, std::move(endpoints)} {
        listen(wanted.offer);
        linux.boot(RPMSG_GUEST, RPMSG_TOOLS, wanted.memory, wanted.more);
    }

    auto listen(rpmsg::host::vhost_offer offer = {}) -> void {
        auto listening = vhost_user::listen(linux.socket(), Config, shared, offer);
        INFO(listening.error());
        REQUIRE(listening);
        peer.emplace(std::move(*listening));
    }

    /// Both go on until `is_done`. When that many seconds have brought neither a message nor a text of the guest the test has
    /// failed, and shows the guest's console.
    auto until(std::string_view what, auto is_done, rpmsg::ticks seconds = 120) -> void {
        auto deadline = steady_clock::now() + 1000 * seconds;
        while (not is_done()) {
            if (auto const now = moved_ + linux.output().size(); now != seen_) {
                seen_ = now;
                deadline = steady_clock::now() + 1000 * seconds;
            }
            if (rpmsg::has_passed(deadline, steady_clock::now()) or linux.has_ended()) {
                explain(what);
            }
            step();
        }
    }
    auto says(std::string_view text, rpmsg::ticks seconds = 120) -> void {
        until(
            text, [&] { return linux.says(text); }, seconds);
    }
    /// The guest's shell does a line, without an error.
    auto does(std::string const& line, rpmsg::ticks seconds = 120) -> void {
        linux.tell(line);
        until(
            line, [&] { return linux.says("guest: status "); }, seconds);
        until(
            line + ": ended with status 0", [&] { return linux.says("0\n"); }, 30);
    }
    /// The guest switches itself off.
    auto ends() -> void {
        linux.tell("poweroff -f");
        auto const deadline = steady_clock::now() + 120'000;
        while (not linux.has_ended() and not rpmsg::has_passed(deadline, steady_clock::now())) {
            step();
        }
        CHECK(linux.has_ended());
    }

    auto step() -> void {
        auto waited = std::array<pollfd, 4>{};
        auto const files = peer->descriptors();
        std::ranges::transform(files, waited.begin(), [](int file) { return pollfd{file, POLLIN, 0}; });
        waited[3] = {linux.descriptor(), POLLIN, 0};
        (void)poll(waited.data(), waited.size(), link.is_pending() and not stands_still ? 0 : 20);
        peer->serve(link);
        if (not stands_still) {
            moved_ += link.poll(steady_clock::now());
        }
        if (waited[3].revents != 0) {
            linux.listen();
        }
    }

  private:
    auto explain(std::string_view what) -> void {
        linux.listen();
        FAIL("not in time: " << what << "\nthe back end says: '" << peer->why() << "', live: " << peer->is_live()
                             << "\nthe guest's console:\n"
                             << linux.output());
    }
};

template <rpmsg::vring_config Config, typename Endpoints>
auto staged(Endpoints endpoints, setting const& wanted = {}) -> stage<Config, Endpoints> {
    return stage<Config, Endpoints>{std::move(endpoints), wanted};
}

} // namespace linux_peer
