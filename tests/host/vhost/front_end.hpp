#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/vhost/message.hpp>
#include <rpmsg/host/vhost_user.hpp>
#include <rpmsg/rpmsg.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

/// The other side of vhost-user, in this process: a driver of this library behind a front end that can be told to
/// misbehave.
namespace front_end {

using rpmsg::host::descriptor;
using rpmsg::host::vhost_message;
using rpmsg::host::vhost_request;
using rpmsg::host::vhost_rings;
using rpmsg::host::vhost_user;

/// The driver knows the start of its memory as this.
constexpr std::uint64_t guest_address = 0x57'f000;
constexpr auto config = rpmsg::vring_config{
    .buffers = 8, .alignment = 4096, .device_base = guest_address, .dialect = rpmsg::wire::dialects::linux_virtio};
constexpr auto size = std::uint32_t{0x10000};
static_assert(rpmsg::vring_layout<config>::size() <= size);
constexpr std::uint64_t user_address = 0x7000'0000;

/// A folder of this test's own, gone at its end.
struct own_folder {
    std::string path = "/tmp/rpmsg-test-XXXXXX";
    own_folder() { (void)!mkdtemp(path.data()); }
    ~own_folder() {
        unlink(socket().c_str());
        rmdir(path.c_str());
    }
    own_folder(own_folder const&) = delete;
    auto operator=(own_folder const&) -> own_folder& = delete;
    [[nodiscard]] auto socket() const -> std::string { return path + "/link"; }
};

/// Sends bytes, with descriptors beside the first of them.
inline auto send(int to, rpmsg::const_bytes content, std::initializer_list<int> files = {}) -> bool {
    alignas(cmsghdr) auto control = std::array<char, CMSG_SPACE(sizeof(int) * 32)>{};
    auto part = iovec{.iov_base = const_cast<std::byte*>(content.data()), .iov_len = content.size()};
    auto message = msghdr{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (files.size() > 0) {
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(sizeof(int) * files.size());
        auto* const head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int) * files.size());
        std::memcpy(CMSG_DATA(head), files.begin(), sizeof(int) * files.size());
    }
    return sendmsg(to, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(content.size());
}

/// A request with its payload, as bytes.
template <typename... Parts> auto message_of(vhost_request request, std::uint32_t flags, Parts const&... parts) {
    auto content = std::array<std::byte, 12 + (sizeof(Parts) + ... + 0)>{};
    rpmsg::store(content, vhost_message::head{request, flags, (sizeof(Parts) + ... + 0)});
    [[maybe_unused]] auto at = std::size_t{12};
    ((rpmsg::store(rpmsg::bytes{content}.subspan(at), parts), at += sizeof(Parts)), ...);
    return content;
}

class front_end {
    descriptor socket_{};

  public:
    descriptor memory{memfd_create("driver", MFD_CLOEXEC)};
    std::array<descriptor, 2> kicks{descriptor{eventfd(0, EFD_CLOEXEC)}, descriptor{eventfd(0, EFD_CLOEXEC)}};
    std::array<descriptor, 2> calls{descriptor{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)},
                                    descriptor{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}};
    std::array<descriptor, 2> channel{};
    std::byte* mapping{};
    std::uint32_t flags = 1;

    explicit front_end(std::string const& path) : socket_{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        (void)!ftruncate(memory.number(), size);
        mapping = static_cast<std::byte*>(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, memory.number(), 0));
        auto address = sockaddr_un{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size());
        (void)!connect(socket_.number(), reinterpret_cast<sockaddr const*>(&address), sizeof(address));
        auto ends = std::array{-1, -1};
        (void)!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data());
        channel = {descriptor{ends[0]}, descriptor{ends[1]}};
    }
    front_end(front_end const&) = delete;
    auto operator=(front_end const&) -> front_end& = delete;
    ~front_end() { munmap(mapping, size); }

    auto die() -> void { socket_.close(); }
    auto say(rpmsg::const_bytes raw, std::initializer_list<int> files = {}) const -> bool {
        return send(socket_.number(), raw, files);
    }
    template <typename... Parts>
    auto ask(vhost_request request, std::initializer_list<int> files, Parts const&... parts) const -> bool {
        return say(message_of(request, flags, parts...), files);
    }
    /// The value of an answer to a request; ~0 when it is none.
    [[nodiscard]] auto answer(vhost_request request) const -> std::uint64_t {
        auto raw = std::array<std::byte, 20>{};
        auto const got = recv(socket_.number(), raw.data(), raw.size(), MSG_DONTWAIT);
        auto const head = rpmsg::load<vhost_message::head>(raw);
        auto const is_right = got == 20 and head.request == request and head.flags == 5 and head.size == 8;
        return is_right ? rpmsg::load<std::uint64_t>(rpmsg::const_bytes{raw}.subspan(12)) : ~std::uint64_t{0};
    }
    [[nodiscard]] auto is_dropped() const -> bool {
        auto byte = char{};
        return recv(socket_.number(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
    }

    static constexpr auto one_region = std::uint64_t{1};
    static auto whole() -> vhost_message::region { return {guest_address, size, user_address, 0}; }
    static auto addresses(std::uint32_t ring) -> vhost_message::ring_addresses {
        auto const at = rpmsg::vring_layout<config>::parts(ring);
        return {ring, 0, user_address + at.descriptors, user_address + at.used, user_address + at.available, 0};
    }
    auto take_features(std::uint64_t features, std::uint64_t protocol) const -> void {
        ask(vhost_request::set_owner, {});
        ask(vhost_request::set_protocol_features, {}, protocol);
        ask(vhost_request::set_back_end_channel, {channel[1].number()});
        ask(vhost_request::set_features, {}, features);
    }
    auto place_ring(std::uint32_t ring, std::uint32_t buffers = config.buffers) const -> void {
        using state = vhost_message::ring_state;
        ask(vhost_request::set_ring_call, {calls[ring].number()}, std::uint64_t{ring});
        ask(vhost_request::set_ring_size, {}, state{ring, buffers});
        ask(vhost_request::set_ring_base, {}, state{ring, 0});
        ask(vhost_request::set_ring_addresses, {}, addresses(ring));
        ask(vhost_request::set_ring_kick, {kicks[ring].number()}, std::uint64_t{ring});
        ask(vhost_request::enable_ring, {}, state{ring, 1});
    }
    /// All that virtio_uml asks until its driver is ready.
    auto set_up(std::uint64_t features = 0x1'4000'0001, std::uint64_t protocol = 0x20) const -> void {
        take_features(features, protocol);
        ask(vhost_request::set_memory_table, {memory.number()}, one_region, whole());
        place_ring(0);
        place_ring(1);
    }
    auto let_go() const -> void {
        ask(vhost_request::enable_ring, {}, vhost_message::ring_state{1, 0});
        ask(vhost_request::enable_ring, {}, vhost_message::ring_state{0, 0});
    }
    auto kick(std::uint32_t ring) const -> void {
        auto const one = std::uint64_t{1};
        (void)!write(kicks[ring].number(), &one, sizeof(one));
    }
    /// Whether the back end has called for a ring since the last time.
    [[nodiscard]] auto was_called(std::uint32_t ring) const -> bool {
        auto count = std::uint64_t{};
        return read(calls[ring].number(), &count, sizeof(count)) == sizeof(count);
    }
};

/// The doorbell of the driver behind a front end.
struct kick_bell {
    front_end const* from;
    auto ring(std::uint32_t which) const -> void { from->kick(which); }
};

/// Takes the place of a link.
struct noted_link {
    std::string notes{};
    auto start() -> rpmsg::status {
        notes += "start ";
        return {};
    }
    auto close() -> void { notes += "close "; }
    auto notify(std::uint32_t ring) -> void { notes += "notify " + std::to_string(ring) + " "; }
};

} // namespace front_end
