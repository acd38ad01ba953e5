#pragma once

#include <rpmsg/framework/link_core.hpp>
#include <rpmsg/transport/transport.hpp>

#include <cstdint>
#include <string_view>

namespace rpmsg::detail {

/// What an edge needs of the link to its hub, whose type contains the port of the edge and is therefore not known to it. All
/// calls are made with the lock of that link held.
class hub_link {
    struct calls {
        std::uint32_t (*tx_limit)(void*);
        tx_buffer (*reserve)(void*, std::uint32_t);
        void (*discard)(void*, tx_buffer const&);
        bool (*commit)(void*, tx_buffer const&, wire::header const&);
        void (*release)(void*, rx_token const&);
        bool (*writable)(void*);
        poll_deadline (*next_deadline)(void*, ticks);
        std::uint32_t (*generation)(void*);
        void (*call_poller)(void*);
    };
    template <typename Core>
    static constexpr auto calls_of = calls{
        .tx_limit = [](void* it) { return static_cast<Core*>(it)->transport().tx_limit(); },
        .reserve = [](void* it, std::uint32_t size) { return reserve_for(static_cast<Core*>(it)->transport(), size); },
        .discard = [](void* it, tx_buffer const& room) { static_cast<Core*>(it)->transport().discard(room); },
        .commit = [](void* it, tx_buffer const& room,
                     wire::header const& header) { return static_cast<Core*>(it)->transport().commit(room, header); },
        .release = [](void* it, rx_token const& token) { release_at_once(static_cast<Core*>(it)->transport(), token); },
        .writable = [](void* it) { return static_cast<Core*>(it)->transport().writable(); },
        .next_deadline = [](void* it, ticks now) { return static_cast<Core*>(it)->transport().next_deadline(now); },
        .generation = [](void* it) { return static_cast<Core*>(it)->generation(); },
        .call_poller = [](void* it) { static_cast<Core*>(it)->call_poller(); },
    };

    void* core_{};
    calls const* calls_{};

  public:
    constexpr hub_link() = default;
    template <typename Core> explicit hub_link(Core& core) : core_{&core}, calls_{&calls_of<Core>} {}

    [[nodiscard]] explicit operator bool() const { return core_ != nullptr; }
    [[nodiscard]] auto tx_limit() const -> std::uint32_t { return calls_->tx_limit(core_); }
    [[nodiscard]] auto reserve(std::uint32_t size) const -> tx_buffer { return calls_->reserve(core_, size); }
    auto discard(tx_buffer const& room) const -> void { calls_->discard(core_, room); }
    [[nodiscard]] auto commit(tx_buffer const& room, wire::header const& header) const -> bool {
        return calls_->commit(core_, room, header);
    }
    auto release(rx_token const& token) const -> void { calls_->release(core_, token); }
    [[nodiscard]] auto writable() const -> bool { return calls_->writable(core_); }
    [[nodiscard]] auto next_deadline(ticks now) const -> poll_deadline { return calls_->next_deadline(core_, now); }
    [[nodiscard]] auto generation() const -> std::uint32_t { return calls_->generation(core_); }
    /// Requests a poll of the hub link, which polls the edge. No effect before the hub is there.
    auto call_poller() const -> void {
        if (core_ != nullptr) {
            calls_->call_poller(core_);
        }
    }
};

/// The channel of an edge, as its port sees it.
class edge_channel {
    struct calls {
        void (*poll)(void*, ticks);
        bool (*is_pending)(void*);
        poll_deadline (*next_deadline)(void*, ticks);
        bool (*takes)(void*, std::string_view);
    };
    /// Whether the channel has an endpoint of this name, or a group that takes it.
    template <typename Channel> static auto takes(Channel& channel, std::string_view name) -> bool {
        auto& table = channel.endpoint_table();
        auto const wanted = wire::pad(name);
        if constexpr (requires { table.taker_of(wanted); }) {
            if (table.taker_of(wanted) != no_index) {
                return true;
            }
        }
        for (std::uint32_t i = 0; i < table.size(); ++i) {
            if (table.is_live(i) and wire::is_same(table.name(i), wanted)) {
                return true;
            }
        }
        return false;
    }
    template <typename Channel>
    static constexpr auto calls_of = calls{
        .poll = [](void* it, ticks now) { (void)static_cast<Channel*>(it)->poll(now); },
        .is_pending = [](void* it) { return static_cast<Channel*>(it)->is_pending(); },
        .next_deadline = [](void* it, ticks now) { return static_cast<Channel*>(it)->next_deadline(now); },
        .takes = [](void* it, std::string_view name) { return takes(*static_cast<Channel*>(it), name); },
    };

    void* channel_{};
    calls const* calls_{};

  public:
    constexpr edge_channel() = default;
    template <typename Channel> explicit edge_channel(Channel& channel) : channel_{&channel}, calls_{&calls_of<Channel>} {}

    [[nodiscard]] explicit operator bool() const { return channel_ != nullptr; }
    auto poll(ticks now) const -> void { calls_->poll(channel_, now); }
    [[nodiscard]] auto is_pending() const -> bool { return calls_->is_pending(channel_); }
    [[nodiscard]] auto next_deadline(ticks now) const -> poll_deadline { return calls_->next_deadline(channel_, now); }
    [[nodiscard]] auto takes(std::string_view name) const -> bool { return calls_->takes(channel_, name); }
};

} // namespace rpmsg::detail
