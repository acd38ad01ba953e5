#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/rpmsg_channels.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <utility>
#include <vector>

/// Linux's channels to a remote processor, in this process: `rpmsg_bus<fake_kernel>`. A device file is one end of a socket.
class fake_kernel {
  public:
    struct made_channel {
        std::string name{};
        rpmsg::address local{};
        rpmsg::address remote{};
        rpmsg::host::descriptor other_end{};
        bool is_announced{};
        bool is_released{};

        /// The remote processor sends.
        auto send(std::string_view text) const -> bool {
            return ::send(other_end.number(), text.data(), text.size(), MSG_DONTWAIT) == static_cast<ssize_t>(text.size());
        }
        /// The remote processor receives; "-" when there is nothing.
        [[nodiscard]] auto receive() const -> std::string {
            auto text = std::array<char, 1000>{};
            auto const got = recv(other_end.number(), text.data(), text.size(), MSG_DONTWAIT);
            return got < 0 ? "-" : std::string{text.data(), static_cast<std::size_t>(got)};
        }
    };
    struct state {
        std::uint64_t processor = 1;
        std::vector<rpmsg::host::rpmsg_channel> announced{};
        std::vector<std::unique_ptr<made_channel>> made{};
        std::string refusal{}; ///< of channels that are announced
        std::uint64_t identities{};
        bool is_changed{};

        auto announce(std::string name, std::uint32_t remote) -> void {
            announced.push_back({std::move(name), rpmsg::address{remote}, ++identities});
            is_changed = true;
        }
        auto withdraw(std::uint32_t remote) -> void {
            std::erase_if(announced, [&](auto const& it) { return it.remote == rpmsg::address{remote}; });
            is_changed = true;
        }
        [[nodiscard]] auto open_channels() const -> std::size_t {
            return static_cast<std::size_t>(std::ranges::count_if(made, [](auto const& it) { return not it->is_released; }));
        }
        /// The channel that was made last.
        [[nodiscard]] auto last() const -> made_channel& { return *made.back(); }
    };

  private:
    state* it_;
    std::uint32_t addresses_{};

    [[nodiscard]] auto add(std::string_view name, rpmsg::address local, rpmsg::address remote, bool is_announced) const
        -> rpmsg::host::descriptor {
        auto ends = std::array{-1, -1};
        (void)socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends.data());
        auto const size = 4096; // as few messages as possible wait
        (void)setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        it_->made.push_back(std::make_unique<made_channel>(
            made_channel{std::string{name}, local, remote, rpmsg::host::descriptor{ends[1]}, is_announced, false}));
        return rpmsg::host::descriptor{ends[0]};
    }

  public:
    using endpoint = rpmsg::host::descriptor;

    explicit fake_kernel(state& it) : it_{&it} {}

    [[nodiscard]] auto find() const -> std::uint64_t { return it_->processor; }
    [[nodiscard]] auto list() const { return it_->announced; }
    [[nodiscard]] auto changes() const -> int { return -1; }
    auto has_changed() const -> bool { return std::exchange(it_->is_changed, false); }
    auto release_stale() const -> void {}
    auto next_address() -> rpmsg::address { return rpmsg::address{0x4000'0000 + addresses_++}; }
    [[nodiscard]] auto make(std::string_view name, rpmsg::address local, rpmsg::address remote) const
        -> rpmsg::host::outcome<rpmsg::host::descriptor> {
        if (not it_->refusal.empty()) {
            return rpmsg::host::failure{it_->refusal};
        }
        return add(name, local, remote, true);
    }
    [[nodiscard]] auto make_endpoint(std::string_view name, rpmsg::address remote) const
        -> rpmsg::host::outcome<rpmsg::host::descriptor> {
        return add(name, rpmsg::any_address, remote, false);
    }
    auto release(std::string_view name, rpmsg::address local, rpmsg::address remote) const -> void {
        for (auto const& each : it_->made) {
            each->is_released = each->is_released or (each->name == name and each->local == local and each->remote == remote);
        }
    }
};
