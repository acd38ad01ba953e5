#pragma once

#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include "rig.hpp"
#include "transport/device_table.hpp"
#include <optional>
#include <type_traits>

namespace hostile {

/// Marks the start of each decision of a channel, so that a double fetch within one is detected.
template <typename Transport> class watched : public Transport {
    rpmsg::testing::access_counts* counts_;
    auto decide() -> Transport& {
        counts_->begin_decision();
        return *this;
    }

  public:
    using plain = Transport;
    watched(Transport transport, rpmsg::testing::access_counts& counts) : Transport{transport}, counts_{&counts} {}
    [[nodiscard]] auto start() -> rpmsg::status { return decide().start(); }
    auto close() -> void { decide().close(); }
    auto poll(rpmsg::ticks now) -> rpmsg::link_change { return decide().poll(now); }
    [[nodiscard]] auto reserve() -> rpmsg::tx_buffer { return decide().reserve(); }
    auto commit(rpmsg::tx_buffer const& room, rpmsg::wire::header const& header) -> bool {
        return decide().commit(room, header);
    }
    [[nodiscard]] auto receive() -> rpmsg::rx_buffer { return decide().receive(); }
    auto release(rpmsg::rx_token const& received) -> void { decide().release(received); }
    auto flush() -> void { decide().flush(); }
    [[nodiscard]] auto writable() -> bool { return decide().writable(); }
};

struct script_ref {
    rig::script_type* script;
    auto operator()(rpmsg::testing::memory_access const& what) -> void {
        if (*script) {
            (*script)(what);
        }
    }
};

struct rig_bell {
    rig* owner;
    std::function<void(std::uint32_t)>* other;
    bool is_victims;
    auto ring(std::uint32_t queue) -> bool {
        ++(is_victims ? owner->rung_by_victim : owner->rung_by_peer);
        if (owner->refuses_doorbells) {
            return false;
        }
        if (not owner->loses_doorbells and *other) {
            (*other)(queue);
        }
        return true;
    }
};

/// An endpoint that records its messages and events in a box.
template <typename Tag> class recorder {
    inbox* box_;

  public:
    explicit recorder(inbox& box) : box_{&box} {}
    static constexpr auto name() -> std::string_view { return Tag::name; }
    static constexpr auto addresses() -> rpmsg::endpoint_addresses { return Tag::addresses; }
    auto on_message(auto& link, rpmsg::message const& m) -> void {
        if (box_->on_letter) {
            box_->on_letter(m);
        }
        box_->letters.push_back({m.source, {m.payload.begin(), m.payload.end()}});
        if (box_->keeps) {
            box_->kept.push_back(link.hold(m));
        }
    }
    auto on_event(auto&, rpmsg::event const& e) -> void {
        box_->events.push_back(e);
        if (box_->on_event) {
            box_->on_event(e);
        }
    }
};
template <std::uint32_t Local, std::uint32_t Peer> struct at_address {
    static constexpr std::string_view name{};
    static constexpr rpmsg::endpoint_addresses addresses{rpmsg::address{Local}, rpmsg::address{Peer}};
};
struct named_echo {
    static constexpr std::string_view name = "echo";
    static constexpr rpmsg::endpoint_addresses addresses{};
};

template <rpmsg::vring_config Config, bool VictimIsDevice> class rig_of final : public rig {
    using layout = rpmsg::vring_layout<Config>;
    using base_region = rpmsg::mapped_region<>;
    using scripted_region = rpmsg::testing::hostile_region<base_region, script_ref>;
    using victim_region = rpmsg::testing::counting_region<scripted_region>;
    using victim_transport = watched<std::conditional_t<VictimIsDevice, rpmsg::vring_device<Config, victim_region, rig_bell>,
                                                        rpmsg::vring_driver<Config, victim_region, rig_bell>>>;
    using peer_transport = std::conditional_t<VictimIsDevice, rpmsg::vring_driver<Config, scripted_region, rig_bell>,
                                              rpmsg::vring_device<Config, scripted_region, rig_bell>>;
    using fixed = recorder<at_address<0x100, 0x200>>;
    using learning = recorder<at_address<0x300, 0xffff'ffff>>;
    using peer_fixed = recorder<at_address<0x200, 0x100>>;
    using named = recorder<named_echo>;
    using victim_channel = rpmsg::channel<victim_transport, rpmsg::endpoints<fixed, learning, named>>;
    using peer_channel = rpmsg::channel<peer_transport, rpmsg::endpoints<peer_fixed>>;

    guarded_memory memory_{layout::size()};
    script_ref script_{&script};
    script_ref peer_script_{&peer_script};
    std::function<void(std::uint32_t)> to_victim_{};
    std::function<void(std::uint32_t)> to_peer_{};
    std::optional<victim_channel> victim_{};
    std::optional<peer_channel> peer_{};
    using loan_type = decltype(std::declval<victim_channel&>().at(0).reserve());
    std::optional<loan_type> loan_{};

    auto base() -> base_region { return {memory_.content().data(), memory_.size()}; }
    auto make_victim() -> void {
        auto const shared = victim_region{{base(), script_}, counts};
        using plain = typename victim_transport::plain;
        victim_.emplace(victim_transport{plain{shared, rig_bell{this, &to_peer_, true}}, counts},
                        rpmsg::endpoints{fixed{victim_box}, learning{learning_box}, named{named_box}});
        to_victim_ = [this](std::uint32_t queue) { victim_->notify(queue); };
    }
    auto make_peer() -> void {
        peer_.emplace(peer_transport{scripted_region{base(), peer_script_}, rig_bell{this, &to_victim_, false}},
                      rpmsg::endpoints{peer_fixed{peer_box}});
        to_peer_ = [this](std::uint32_t queue) { peer_->notify(queue); };
    }

  public:
    explicit rig_of(char const* title) {
        name = std::string{title} + (VictimIsDevice ? ", device" : ", driver");
        is_device = VictimIsDevice;
        config = Config;
        raw = raw_view<layout>(memory_.content(), Config);
        load_table = [this] {
            put_device_table<Config>([this](std::uint32_t offset, std::uint32_t word) { raw.set(offset, word); });
        };
        load_table();
        make_victim();
        make_peer();
        (void)(VictimIsDevice ? start_victim() : start_peer());
        (void)(VictimIsDevice ? start_peer() : start_victim());
        run();
        clear_boxes();
    }
    ~rig_of() override {
        victim_box.kept.clear();
        peer_box.kept.clear();
        loan_.reset();
        to_peer_ = to_victim_ = {};
    }

    auto poll_victim_unchecked(rpmsg::poll_budget budget) -> std::uint32_t override { return victim_->poll(budget, now); }
    auto poll_peer() -> std::uint32_t override { return peer_->poll(now); }
    auto start_victim() -> rpmsg::status override { return victim_->start(); }
    auto start_peer() -> rpmsg::status override { return peer_->start(); }
    auto close_victim() -> void override { victim_->close(); }
    auto close_peer() -> void override { peer_->close(); }
    auto notify_victim(std::uint32_t queue) -> void override { victim_->notify(queue); }
    auto victim_is_up() -> bool override { return victim_->is_up(); }
    auto peer_is_up() -> bool override { return peer_->is_up(); }
    auto send_to_victim(rpmsg::address to, rpmsg::const_bytes payload) -> rpmsg::status override {
        return peer_->at(0).send_to(to, payload);
    }
    auto send_from_victim(rpmsg::const_bytes payload) -> rpmsg::status override { return victim_->at(0).send(payload); }
    auto victim_counts() -> rpmsg::counters const& override { return victim_->counts(); }
    auto victim_echo_peer() -> rpmsg::address override { return victim_->at(2).peer(); }
    auto reserve() -> rpmsg::tx_buffer override { return victim_->transport().reserve(); }
    auto discard(rpmsg::tx_buffer const& room) -> void override { victim_->transport().discard(room); }
    auto next_deadline() -> rpmsg::poll_deadline override { return victim_->next_deadline(now); }
    auto in_flight() -> std::uint32_t override { return victim_->transport().in_flight(); }
    auto take_loan() -> rpmsg::bytes override {
        loan_.reset();
        loan_.emplace(victim_->at(0).reserve());
        return loan_->payload();
    }
    auto commit_loan(std::size_t size) -> rpmsg::status override { return victim_->at(0).commit(std::move(*loan_), size); }
    auto commit_loan_of(rig& other, std::size_t size) -> rpmsg::status override {
        return victim_->at(0).commit(std::move(*static_cast<rig_of&>(other).loan_), size);
    }
    auto drop_loan() -> void override { loan_.reset(); }
    auto owns_loan() -> bool override { return loan_ and *loan_; }
    auto revive_victim() -> void override {
        script = {};
        victim_box.kept.clear();
        loan_.reset();
        make_victim();
        (void)start_victim();
    }
    auto revive_peer() -> void override {
        peer_script = {};
        peer_box.kept.clear();
        make_peer();
        (void)start_peer();
    }
    auto memory_is_intact() const -> bool override { return memory_.is_intact(); }
};

inline constexpr auto small = rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .device_base = 0xffff'ff00};

constexpr auto with(rpmsg::wire::dialect dialect, bool event_index = false) -> rpmsg::vring_config {
    auto config = small;
    config.dialect = dialect;
    config.event_index = event_index;
    return config;
}

template <bool VictimIsDevice> auto rigs() -> std::vector<std::unique_ptr<rig>> {
    namespace dialects = rpmsg::wire::dialects;
    auto made = std::vector<std::unique_ptr<rig>>{};
    made.push_back(std::make_unique<rig_of<with(dialects::rpmsg), VictimIsDevice>>("rpmsg"));
    made.push_back(std::make_unique<rig_of<with(dialects::rpmsg, true), VictimIsDevice>>("rpmsg, event index"));
    made.push_back(std::make_unique<rig_of<with(dialects::openamp), VictimIsDevice>>("openamp"));
    made.push_back(std::make_unique<rig_of<with(dialects::rpmsg_lite), VictimIsDevice>>("rpmsg_lite"));
    made.push_back(std::make_unique<rig_of<with(dialects::linux_virtio), VictimIsDevice>>("linux"));
    made.push_back(std::make_unique<rig_of<with(dialects::linux_virtio, true), VictimIsDevice>>("linux, event index"));
    return made;
}

} // namespace hostile
