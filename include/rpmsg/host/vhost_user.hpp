#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/host/unix_listener.hpp>
#include <rpmsg/host/vhost/device.hpp>
#include <rpmsg/host/vhost/rings.hpp>
#include <rpmsg/host/vhost/socket.hpp>
#include <rpmsg/transport/vring/config.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <poll.h>
#include <string>
#include <utility>

namespace rpmsg::host {

/// The device side of vhost-user: Linux as a guest (User-Mode Linux or a virtual machine) connects to a socket, and its
/// virtio_rpmsg_bus communicates with the link of this process as with a remote processor. It serves one front end at a time,
/// one after the other. For one thread; only `wait` waits.
///
///   vhost_rings shared{};
///   auto peer = vhost_user::listen("/tmp/link", config, shared);
///   while (true) { peer->wait(deadline); peer->serve(link); link.poll(now); }
class vhost_user {
    static constexpr auto most_requests = 64; ///< in one call of `serve`

    unix_listener listener_;
    vhost_device device_;
    vhost_socket front_end_{};
    bool is_live_{};                    ///< the driver has rung once and the link is started
    std::array<bool, 2> early_kicks_{}; ///< doorbells that may belong to the rings which the front end is setting up
    std::string why_{};

    vhost_user(unix_listener listener, vhost_device device) : listener_{std::move(listener)}, device_{std::move(device)} {}

    /// Closes the link. Only the driver owns the rings from now on: writes and doorbells of the close do not reach it.
    auto rest(auto& link) -> void {
        if (std::exchange(is_live_, false)) {
            device_.take_away();
            link.close();
        }
    }

    auto drop(auto& link, std::string why) -> void {
        rest(link);
        device_.disconnect();
        front_end_ = {};
        early_kicks_ = {};
        why_ = std::move(why);
    }

    /// The first doorbell of ring 0 means that the driver is ready. A closed link resumes if the rings of a restarted driver
    /// happen to have the indices of the old ones. To prevent that, the link is started twice.
    auto notify_link(auto& link, std::uint32_t ring) -> void {
        if (not device_.is_ready()) {
            return;
        }
        if (not is_live_ and ring == 0) {
            is_live_ = link.start().has_value();
            link.close();
            is_live_ = is_live_ and link.start().has_value();
            if (not is_live_) {
                drop(link, "is ready, but the link does not start: it was made for other rings than this back end");
                return;
            }
        }
        if (is_live_) {
            link.notify(ring);
        }
    }

    /// A doorbell before the rings are ready is ignored, unless the front end has sent more messages by then: it may belong to
    /// the rings that these set up.
    auto take_kick(auto& link, std::uint32_t ring) -> void {
        auto const heard = device_.take_kick(ring);
        if (heard == vhost_device::kick::broken) {
            drop(link, "has a doorbell whose other end is gone");
        } else if (not device_.is_ready()) {
            early_kicks_[ring] = early_kicks_[ring] or (heard == vhost_device::kick::rang and front_end_.has_more());
        } else if (std::exchange(early_kicks_[ring], false) or heard == vhost_device::kick::rang) {
            notify_link(link, ring);
        }
    }

    auto answer(auto& link, vhost_message& asked) -> void {
        auto const request = asked.about.request;
        if (request == vhost_request::kick_ring) {
            auto const ring = asked.as<vhost_message::ring_state>().ring;
            if (ring > 1) {
                drop(link, "rings for ring " + std::to_string(ring) + ": there are 0 and 1");
                return;
            }
        } else if (vhost_device::ends_rings(asked)) {
            rest(link);
        }
        auto answered = device_.answer(asked);
        auto sent = true;
        if (answered.has_value) {
            sent = front_end_.send({.request = request, .flags = vhost_message::version | vhost_message::is_reply, .size = 8},
                                   answered.value);
        }
        if (not answered.refusal.empty() or not sent) {
            drop(link, answered.refusal.empty() ? front_end_.why() : answered.refusal);
        } else if (request == vhost_request::kick_ring) {
            notify_link(link, asked.as<vhost_message::ring_state>().ring);
        }
    }

  public:
    /// Listens at `path`, for a driver with the rings of `config`: its number of buffers and its event index. Fails when
    /// another process listens there, and replaces a socket without a listener. The destructor removes the name.
    static auto listen(std::string path, vring_config const& config, vhost_rings& shared, vhost_offer offer = {})
        -> outcome<vhost_user> {
        auto listener = unix_listener::open(std::move(path));
        if (not listener) {
            return failure{listener.error()};
        }
        return vhost_user{std::move(*listener), vhost_device{config, shared, offer}};
    }

    [[nodiscard]] auto is_connected() const -> bool { return static_cast<bool>(front_end_); }
    /// Returns whether the driver uses its rings.
    [[nodiscard]] auto is_live() const -> bool { return is_live_; }
    /// Returns why the last front end is gone, as a sentence about it; empty when it left in order.
    [[nodiscard]] auto why() const -> std::string const& { return why_; }
    /// Returns the feature bits that the driver has accepted.
    [[nodiscard]] auto features() const -> std::uint64_t { return device_.features(); }

    /// For the event loop of the owner: call `serve` when one of them is readable. -1 means none.
    [[nodiscard]] auto descriptors() const -> std::array<int, 3> {
        auto const kicks = device_.is_ready() ? device_.kicks() : std::array{-1, -1};
        return {front_end_ ? front_end_.number() : listener_.number(), kicks[0], kicks[1]};
    }

    /// Sleeps until `serve` is due or until the deadline; may return early.
    auto wait(ticks deadline) const -> void {
        auto waited = std::array<pollfd, 3>{};
        std::ranges::transform(descriptors(), waited.begin(), [](int file) { return pollfd{file, POLLIN, 0}; });
        (void)poll(waited.data(), waited.size(), static_cast<int>(std::min(steady_clock::until(deadline), ticks{0x7fff'ffff})));
    }

    /// Handles the requests of the front end, for the link that uses the same `vhost_rings`: starts it at the driver's first
    /// doorbell, passes doorbells on, and closes it when the driver no longer uses its rings. Call `poll` of the link
    /// afterwards.
    auto serve(auto& link) -> void {
        if (not front_end_) {
            front_end_ = vhost_socket{listener_.accept()};
        }
        auto asked = vhost_message{};
        for (auto requests = 0; requests < most_requests and front_end_ and front_end_.receive(asked); ++requests) {
            answer(link, asked);
        }
        if (front_end_ and front_end_.has_ended()) {
            drop(link, front_end_.why());
        }
        if (not device_.has_memory()) {
            drop(link, "makes its memory smaller while it is used");
        }
        for (std::uint32_t ring = 0; ring < 2 and front_end_; ++ring) {
            take_kick(link, ring);
        }
    }
};

} // namespace rpmsg::host
