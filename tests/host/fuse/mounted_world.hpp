#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/host/condition_wait.hpp>
#include <rpmsg/host/directory_store.hpp>
#include <rpmsg/host/fuse/file_mount.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/files/remote_files.hpp>
#include <rpmsg/testing/loopback.hpp>

#include "check.hpp"
#include "service/files/two_trees.hpp"
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

/// A directory, a server of it, and a client at the other end of a link that a thread polls. One mutex is the lock of both
/// ends, for the loopback is that of one thread.
class served_directory {
    static constexpr std::uint32_t buffers = 16;
    static constexpr std::uint32_t payload = 4096;
    using end = rpmsg::testing::loopback<true, buffers, payload>;
    using store_type = rpmsg::host::directory_store;
    using server_type =
        rpmsg::file_server<store_type, rpmsg::file_server_config{
                                           .handles = 64, .handles_per_session = 64, .waiting = 8, .longest_path = 4096}>;
    using client_type = rpmsg::file_client<rpmsg::file_client_config{.calls = 4}, "rpmsgfs-0", std::mutex>;
    using server_table = rpmsg::endpoints<decltype(group_of(rpmsg::detail::lent<server_type&>()))>;
    using client_table = rpmsg::endpoints<rpmsg::ref<client_type>>;
    using lock = rpmsg::lock_ref<std::mutex>;

    rpmsg::testing::loopback_memory<buffers, payload> memory_{};
    std::mutex mutex_{};
    rpmsg::host::condition_wait::shared state_{};
    store_type store_;
    server_type server_{store_};
    rpmsg::channel<end, server_table, lock> there_{end{memory_, 0}, server_table{group_of(server_)}, lock{mutex_}};
    std::atomic<bool> is_over_{};
    std::atomic<bool> is_served_ = true;
    std::atomic<bool> must_leave_{};
    std::atomic<bool> must_return_{};
    std::thread poller_{};

    static auto opened(std::string const& root) -> store_type {
        auto made = store_type::open_root(root);
        check(made.has_value());
        return std::move(*made);
    }
    auto poll() -> void {
        while (not is_over_) {
            auto const ticket = here.waiting().ticket();
            auto const now = rpmsg::host::steady_clock::now();
            if (must_leave_.exchange(false)) {
                there_.close();
            }
            if (must_return_.exchange(false)) {
                check(there_.start().has_value());
            }
            auto const moved = here.poll(now) + (is_served_ ? there_.poll(now) : 0);
            auto const due = here.next_deadline(now);
            if (moved == 0 and not here.is_pending() and not(is_served_ and there_.is_pending())) {
                (void)here.waiting().wait(ticket, due.is_set ? due.at : now + 1000);
            }
        }
    }

  public:
    client_type client{};
    rpmsg::channel<end, client_table, lock, rpmsg::host::condition_wait> here{
        end{memory_, 1}, client_table{rpmsg::ref{client}}, lock{mutex_}, rpmsg::host::condition_wait{state_}};
    using files_type = rpmsg::remote_files<decltype(here), client_type>;

    explicit served_directory(std::string const& root) : store_{opened(root)} {
        check(there_.start().has_value() and here.start().has_value());
        poller_ = std::thread{[this] { poll(); }};
    }
    ~served_directory() {
        is_over_ = true;
        here.waiting().wake();
        poller_.join();
    }
    auto files(rpmsg::ticks timeout = 60'000) -> files_type { return {here, client, timeout}; }
    /// While it is not served nothing is answered.
    auto serve(bool is_served) -> void {
        is_served_ = is_served;
        here.waiting().wake();
    }
    /// The server's core ends, or starts anew.
    auto leave() -> void {
        must_leave_ = true;
        here.waiting().wake();
        while (here.at(0).is_bound()) {
            std::this_thread::yield();
        }
    }
    auto come_back() -> void {
        must_return_ = true;
        here.waiting().wake();
        while (not here.at(0).is_bound()) {
            std::this_thread::yield();
        }
    }
    [[nodiscard]] auto open_count() const -> std::uint32_t { return server_.open_count(); }
};

/// A served directory, and where it is mounted.
struct mounted_directory {
    using mount_type = rpmsg::host::file_mount<served_directory::files_type>;

    temporary_directory plain{};
    temporary_directory served{};
    temporary_directory point{};
    served_directory world{served.path()};
    std::optional<mount_type> mount{};
    std::thread server{};

    explicit mounted_directory(rpmsg::host::mount_options options = {}, rpmsg::ticks timeout = 60'000) {
        options.point = point.path();
        auto made = mount_type::at(options, world.files(timeout));
        INFO(made.error());
        REQUIRE(made.has_value());
        mount.emplace(std::move(*made));
        server = std::thread{[this] { mount->run(); }};
    }
    ~mounted_directory() { end(); }
    auto end() -> void {
        if (mount) {
            mount->stop();
            server.join();
            mount.reset();
        }
    }
};
