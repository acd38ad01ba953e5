#include "carrier.hpp"

#include <rpmsg/host/serial/tty.hpp>
#include <rpmsg/host/shared_memory.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/host/vhost_user.hpp>
#include <rpmsg/transport/uart.hpp>
#include <rpmsg/transport/vring/layout.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include "bell_socket.hpp"
#include <unistd.h>
#include <utility>

namespace tool {
namespace {
using rpmsg::host::failure;
using rpmsg::host::outcome;
using rpmsg::host::shared_memory;
using made_carrier = outcome<std::unique_ptr<carrier>>;

constexpr auto memory_rings = rpmsg::vring_config{.buffers = 64, .buffer_size = largest_frame, .batch = 4, .event_index = true};
constexpr auto memory_size = rpmsg::vring_layout<memory_rings>::size();

/// One side of shared memory; the peer is another process of this command.
template <template <rpmsg::vring_config, typename...> typename Role> class memory_carrier final : public carrier {
    shared_memory memory_;
    bell_socket bell_;
    Role<memory_rings, rpmsg::mapped_region<>, bell_socket_doorbell> transport_;

  public:
    memory_carrier(shared_memory memory, bell_socket bell)
        : memory_{std::move(memory)}, bell_{std::move(bell)}, transport_{memory_.region(memory_size),
                                                                         bell_socket_doorbell{bell_}} {}

    auto transport() -> any_frames override { return frames<true>{transport_}; }
    [[nodiscard]] auto dialect() const -> std::string override { return "rpmsg"; }
    auto watch(std::vector<pollfd>& into) -> void override {
        into.push_back({.fd = bell_.number(), .events = POLLIN, .revents = 0});
    }
    auto serve(carried& link) -> void override {
        if (bell_.take()) {
            link.notify(0);
            link.notify(1);
        }
    }
    auto leave() -> void override { memory_.leave(); }
};

auto open_memory(memory_address const& where) -> made_carrier {
    auto memory = shared_memory::open(where.name, memory_size, memory_rings.fingerprint());
    if (not memory) {
        return failure{memory.error()};
    }
    auto const claim = [&](side role) {
        return (where.role == side::any or where.role == role) and memory->claim(role == side::driver ? 0 : 1);
    };
    auto const is_driver = claim(side::driver);
    if (not is_driver and not claim(side::device)) {
        auto const who = where.role == side::driver   ? "the driver of shared memory "
                         : where.role == side::device ? "the device of shared memory "
                                                      : "both sides of shared memory ";
        return failure{who + where.name + ": another process has it; end it, or choose another name"};
    }
    auto bell = bell_socket::open(where.name, is_driver ? 0 : 1);
    if (not bell) {
        return failure{bell.error()};
    }
    if (is_driver) {
        return std::unique_ptr<carrier>{
            std::make_unique<memory_carrier<rpmsg::vring_driver>>(std::move(*memory), std::move(*bell))};
    }
    return std::unique_ptr<carrier>{
        std::make_unique<memory_carrier<rpmsg::vring_device>>(std::move(*memory), std::move(*bell))};
}

/// A serial line.
template <bool NuttX> class line_carrier final : public carrier {
    static constexpr auto config =
        rpmsg::uart_config{.profile = NuttX ? rpmsg::uart_profile::nuttx : rpmsg::uart_profile::reliable, .resend_ticks = 500};
    using port = rpmsg::host::serial_port;

    rpmsg::host::tty port_;
    rpmsg::uart_storage<config> storage_{};
    rpmsg::uart<config, rpmsg::byte_stream_ref<port>> transport_;

  public:
    explicit line_carrier(rpmsg::host::tty opened) : port_{std::move(opened)}, transport_{storage_, port_} {
        if constexpr (not NuttX) {
            transport_.identify(static_cast<std::uint32_t>(rpmsg::host::steady_clock::nanoseconds()) ^
                                static_cast<std::uint32_t>(getpid()));
        }
    }

    auto transport() -> any_frames override { return frames<true>{transport_}; }
    [[nodiscard]] auto dialect() const -> std::string override { return NuttX ? "nuttx" : "rpmsg"; }
    auto watch(std::vector<pollfd>& into) -> void override {
        into.push_back({.fd = port_.descriptor(), .events = POLLIN, .revents = 0});
    }
    auto serve(carried&) -> void override {} // the poll of the link reads
};

auto open_line(line_address const& where) -> made_carrier {
    auto port = rpmsg::host::tty::open(where.path, where.baud);
    if (not port) {
        return failure{port.error()};
    }
    if (where.is_nuttx) {
        return std::unique_ptr<carrier>{std::make_unique<line_carrier<true>>(std::move(*port))};
    }
    return std::unique_ptr<carrier>{std::make_unique<line_carrier<false>>(std::move(*port))};
}

/// Linux as a guest. Its driver has 256 buffers of 512 bytes in each direction.
class guest_carrier final : public carrier {
    static constexpr auto rings =
        rpmsg::vring_config{.buffers = 256, .alignment = 4096, .dialect = rpmsg::wire::dialects::linux_virtio};
    using host = rpmsg::host::vhost_rings;

    host shared_{};
    std::optional<rpmsg::host::vhost_user> peer_{};
    rpmsg::vring_device<rings, host::region, host::doorbell, host::layout> transport_{shared_.shared(), shared_.bell(),
                                                                                      shared_.placed()};

  public:
    auto listen(std::string const& path) -> failure {
        auto made = rpmsg::host::vhost_user::listen(path, rings, shared_);
        if (not made) {
            return {made.error()};
        }
        peer_.emplace(std::move(*made));
        return {};
    }

    auto transport() -> any_frames override { return frames<false>{transport_}; }
    [[nodiscard]] auto dialect() const -> std::string override { return "linux"; }
    [[nodiscard]] auto starts() const -> bool override { return true; }
    auto watch(std::vector<pollfd>& into) -> void override {
        for (auto const file : peer_->descriptors()) {
            into.push_back({.fd = file, .events = POLLIN, .revents = 0});
        }
    }
    auto serve(carried& link) -> void override { peer_->serve(link); }
};

auto open_guest(vhost_address const& where) -> made_carrier {
    auto made = std::make_unique<guest_carrier>();
    if (auto bad = made->listen(where.path); not bad.text.empty()) {
        return bad;
    }
    return std::unique_ptr<carrier>{std::move(made)};
}
} // namespace

auto open_carrier(address const& where) -> made_carrier {
    if (auto const* const memory = std::get_if<memory_address>(&where)) {
        return open_memory(*memory);
    }
    if (auto const* const line = std::get_if<line_address>(&where)) {
        return open_line(*line);
    }
    if (auto const* const guest = std::get_if<vhost_address>(&where)) {
        return open_guest(*guest);
    }
    return failure{std::get<device_address>(where).path +
                   " has single endpoints and no link; this command needs shm:, tty: or vhost:"};
}

} // namespace tool
