#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/platform/lock_ref.hpp>
#include <rpmsg/testing/array_region.hpp>
#include <rpmsg/testing/line.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/testing/spi_bus.hpp>
#include <rpmsg/transport/spi.hpp>
#include <rpmsg/transport/uart.hpp>
#include <rpmsg/transport/vring.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include "world.hpp"
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace state_search {

/// A lock that lets the search in wherever another context could come in between.
class open_lock {
    listener* whom_;
    std::uint32_t end_;
    bool is_held_{};

  public:
    open_lock(listener& whom, std::uint32_t end) : whom_{&whom}, end_{end} {}
    auto lock() -> void {
        whom_->on_lock(end_);
        if (is_held_) {
            whom_->complain("the lock was taken while it was held");
        }
        is_held_ = true;
    }
    auto unlock() -> void {
        is_held_ = false;
        whom_->on_lock(end_);
    }
};

inline auto happening_of(rpmsg::event_kind kind) -> happening {
    switch (kind) {
    case rpmsg::event_kind::link_up: return happening::link_up;
    case rpmsg::event_kind::link_down: return happening::link_down;
    case rpmsg::event_kind::bound: return happening::bound;
    case rpmsg::event_kind::unbound: return happening::unbound;
    default: return happening::writable;
    }
}

/// What the users of all kinds of ends keep.
struct kept {
    std::vector<rpmsg::held_message> messages{};
    auto add(rpmsg::held_message&& held) -> int {
        if (not held) {
            return -1;
        }
        for (std::size_t i = 0; i < messages.size(); ++i) {
            if (not messages[i]) {
                messages[i] = std::move(held);
                return static_cast<int>(i);
            }
        }
        messages.push_back(std::move(held));
        return static_cast<int>(messages.size()) - 1;
    }
};

/// Delivers to the search; `link` offers hold().
inline auto forward_message(listener& whom, service& to, kept& keeps, auto& link, rpmsg::message const& m) -> void {
    auto keep = [&] { return keeps.add(link.hold(m)); };
    whom.on_message(to, static_cast<std::uint32_t>(m.source), m.payload,
                    {&keep, [](void* it) { return (*static_cast<decltype(keep)*>(it))(); }});
}
inline auto forward_event(listener& whom, service& to, rpmsg::event const& e) -> void {
    auto const cause = e.reason == rpmsg::down_reason::closed         ? why::own
                       : e.reason == rpmsg::down_reason::incompatible ? why::incompatible
                                                                      : why::peer;
    whom.on_event(to, happening_of(e.kind), static_cast<std::uint32_t>(e.peer), e.unreturned, cause);
}

/// The endpoint tables that are searched: two fixed endpoints, or a pool.
struct fixed_owner {
    static constexpr bool is_fixed = true;
    listener* whom{};
    kept* keeps{};
    std::array<service*, 2> services{};
};
template <std::uint32_t Name> struct fixed_endpoint {
    fixed_owner* owner{};
    static constexpr auto name() -> std::string_view { return Name == 0 ? "a" : "b"; }
    static constexpr auto addresses() -> rpmsg::endpoint_addresses { return {}; }
    auto on_message(auto& link, rpmsg::message const& m) -> void {
        forward_message(*owner->whom, *owner->services[Name], *owner->keeps, link, m);
    }
    auto on_event(auto&, rpmsg::event const& e) -> void { forward_event(*owner->whom, *owner->services[Name], e); }
};
using fixed_table = rpmsg::endpoints<fixed_endpoint<0>, fixed_endpoint<1>>;
using pool_table = rpmsg::endpoint_pool<4>;

/// Where the parts of a world are made: `Wires` gives each end its transport.
template <typename Wires, typename Table> class linked_world final : public world {
    using lock = rpmsg::lock_ref<open_lock>;

    /// What a pool's functions get as their `self`.
    struct pooled {
        listener* whom;
        service* mine;
        kept* keeps;
    };

    template <std::uint32_t End> class end_of final : public side {
        using transport = decltype(std::declval<Wires&>().template transport<End>());
        using channel = rpmsg::channel<transport, Table, lock>;
        static constexpr bool is_fixed = std::is_same_v<Table, fixed_table>;
        using loan = typename channel::endpoint::loan;

        /// All that ends with a life of this side. Lives that were killed are kept, and never run again.
        struct life {
            kept keeps{};
            fixed_owner owner{};
            std::vector<std::unique_ptr<pooled>> pool{};
            channel link;
            std::vector<loan> loans{};

            static auto table(fixed_owner& owner) -> Table {
                if constexpr (is_fixed) {
                    return Table{fixed_endpoint<0>{&owner}, fixed_endpoint<1>{&owner}};
                } else {
                    return Table{};
                }
            }
            life(Wires& wires, listener& whom, open_lock& shut)
                : owner{&whom, &keeps, {}}, link{wires.template transport<End>(), table(owner), lock{shut}} {}
        };

        Wires* wires_;
        listener* whom_;
        open_lock lock_;
        std::unique_ptr<life> now_;
        std::vector<life*> dead_{};

        auto link() -> channel& { return now_->link; }

      public:
        end_of(Wires& wires, listener& whom)
            : wires_{&wires}, whom_{&whom}, lock_{whom, End}, now_{std::make_unique<life>(wires, whom, lock_)} {}
        ~end_of() override {
            for (auto* it : dead_) { // what it lent and kept goes nowhere: its core is gone
                for (auto& m : it->keeps.messages) {
                    new (&m) rpmsg::held_message{};
                }
                for (auto& l : it->loans) {
                    new (&l) loan{rpmsg::error::closed};
                }
                delete it;
            }
        }

        auto start() -> int override { return static_cast<int>(link().start().error()); }
        auto close() -> void override { link().close(); }
        auto reset() -> int override {
            auto& watch = wires_->guards[End];
            auto const before = std::exchange(watch.is_resetting, true);
            auto const outcome = static_cast<int>(link().reset().error());
            watch.is_resetting = before;
            return outcome;
        }
        auto went_down() -> void override { wires_->guards[End].owns = false; }
        auto poll(std::uint32_t messages, std::uint32_t now) -> std::uint32_t override {
            auto const handled = link().poll({.messages = messages}, now);
            return handled;
        }
        auto notify(std::uint32_t queue) -> void { link().notify(queue); }
        auto is_pending() -> bool override { return link().is_pending(); }
        auto next_deadline(std::uint32_t now) -> due_at override {
            auto const due = link().next_deadline(now);
            return {due.is_set, due.at};
        }
        auto is_up() -> bool override { return link().is_up(); }
        auto transport_of() -> transport& { return link().transport(); }
        auto kill() -> void override {
            dead_.push_back(now_.release());
            wires_->template begin_life<End>();
            now_ = std::make_unique<life>(*wires_, *whom_, lock_);
            wires_->guards[End].owns = false;
        }
        auto own(service& a, service& b) -> void override { now_->owner.services = {&a, &b}; }
        auto create(service& whose) -> int override {
            if constexpr (is_fixed) {
                return static_cast<int>(rpmsg::error::no_endpoint);
            } else {
                now_->pool.push_back(std::make_unique<pooled>(pooled{whom_, &whose, &now_->keeps}));
                auto const made = link().create(
                    whose.name == 0 ? "a" : "b", rpmsg::endpoint_addresses{}, now_->pool.back().get(),
                    [](void* self, rpmsg::link_ref to, rpmsg::message const& m) {
                        auto& it = *static_cast<pooled*>(self);
                        forward_message(*it.whom, *it.mine, *it.keeps, to, m);
                    },
                    [](void* self, rpmsg::link_ref, rpmsg::event const& e) {
                        auto& it = *static_cast<pooled*>(self);
                        forward_event(*it.whom, *it.mine, e);
                    });
                if (made) {
                    whose.id = *made;
                    return accepted;
                }
                return static_cast<int>(made.error());
            }
        }
        auto destroy(std::uint32_t id) -> int override {
            if constexpr (is_fixed) {
                return static_cast<int>(rpmsg::error::no_endpoint);
            } else {
                return static_cast<int>(link().destroy(id).error());
            }
        }
        auto local_of(std::uint32_t id) -> std::uint32_t override { return static_cast<std::uint32_t>(link().at(id).self()); }
        auto peer_of(std::uint32_t id) -> std::uint32_t override { return static_cast<std::uint32_t>(link().at(id).peer()); }
        auto send(std::uint32_t id, std::span<std::byte const> payload) -> int override {
            return static_cast<int>(link().at(id).send(payload).error());
        }
        auto reserve(std::uint32_t id) -> room override {
            auto got = link().at(id).reserve();
            if (not got) {
                return {.outcome = static_cast<int>(got.refusal())};
            }
            auto& loans = now_->loans;
            auto place = std::size_t{};
            while (place < loans.size() and loans[place]) {
                ++place;
            }
            auto const payload = got.payload();
            if (place == loans.size()) {
                loans.push_back(std::move(got));
            } else {
                loans[place] = std::move(got);
            }
            return {.place = static_cast<int>(place), .payload = payload};
        }
        auto commit(std::uint32_t id, int place, std::size_t size) -> int override {
            auto given = std::move(now_->loans[static_cast<std::size_t>(place)]);
            return static_cast<int>(link().at(id).commit(std::move(given), size).error());
        }
        auto drop(int place) -> void override { auto const gone = std::move(now_->loans[static_cast<std::size_t>(place)]); }
        auto release(int place) -> void override { now_->keeps.messages[static_cast<std::size_t>(place)].release(); }
        auto lost() -> std::uint32_t override { return wires_->lost(link().transport()); }
        auto accesses() -> std::uint64_t override { return wires_->guards[End].accesses; }
        auto rings() -> std::uint64_t override { return wires_->guards[End].rings; }
        auto laid_out() -> std::uint32_t override { return wires_->guards[End].lives; }
    };

    Wires wires_;
    end_of<host> host_;
    end_of<remote> remote_;

  public:
    explicit linked_world(listener& whom) : wires_{whom}, host_{wires_, whom}, remote_{wires_, whom} {}

    auto about() const -> traits override {
        auto known = Wires::about();
        known.has_fixed_endpoints = std::is_same_v<Table, fixed_table>;
        return known;
    }
    auto at(std::uint32_t end) -> side& override {
        if (end == host) {
            return host_;
        }
        return remote_;
    }
    auto under_way(std::uint32_t end) -> std::uint32_t override { return wires_.under_way(end); }
    auto ring(std::uint32_t end, std::uint32_t which) -> void override {
        end == host ? wires_.ring(end, which, host_) : wires_.ring(end, which, remote_);
    }
};

/// Watches what one end writes: into rings that are not its own it must not.
struct guard {
    listener* whom{};
    std::uint32_t end{};
    std::uint64_t accesses{};
    std::uint64_t rings{};
    std::uint32_t lives{};
    bool owns{};       ///< the rings are this end's to write to
    bool is_resetting{};

    auto complain(char const* what) -> void {
        whom->complain(std::string{end == host ? "the host " : "the remote "} + what);
    }
    auto wrote(rpmsg::site where) -> void {
        switch (where) {
        case rpmsg::site::own_index:
        case rpmsg::site::own_entry:
        case rpmsg::site::own_entry_length:
        case rpmsg::site::own_flags:
        case rpmsg::site::own_event:
        case rpmsg::site::header_store:
            if (is_resetting) {
                complain("wrote into rings during a reset, when they may be those of the peer's next life");
            } else if (not owns) {
                complain("wrote into rings that are not its own");
            }
            break;
        case rpmsg::site::descriptor_store:
            if (is_resetting) {
                complain("laid rings out during a reset");
            }
            lives += owns ? 0u : 1u;
            owns = true;
            break;
        default: break;
        }
    }
};

/// A region that tells a guard.
template <rpmsg::region Region> class guarded_region {
    Region region_;
    guard* guard_;

  public:
    static constexpr std::uint32_t line = 1;
    guarded_region(Region region, guard& watch) : region_{region}, guard_{&watch} {}

    [[nodiscard]] auto size() const -> std::uint32_t { return region_.size(); }
    template <rpmsg::site Site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
        ++guard_->accesses;
        auto const value = region_.template load<Site, T>(offset);
        if (Site == rpmsg::site::adopted_index) {
            guard_->owns = true;
        }
        if (Site == rpmsg::site::status_load and sizeof(T) == 1 and guard_->end == remote and (value & 4) == 0) {
            guard_->owns = false;
        }
        return value;
    }
    template <rpmsg::site Site, typename T> auto store(std::uint32_t offset, T value) -> void {
        ++guard_->accesses;
        guard_->wrote(Site);
        region_.template store<Site>(offset, value);
    }
    template <rpmsg::site Site> auto fence() -> void { region_.template fence<Site>(); }
    [[nodiscard]] auto view(std::uint32_t offset, std::uint32_t size) -> rpmsg::bytes { return region_.view(offset, size); }
    auto clean(std::uint32_t offset, std::uint32_t size) -> void { region_.clean(offset, size); }
    auto invalidate(std::uint32_t offset, std::uint32_t size) -> void { region_.invalidate(offset, size); }
};

/// Shared memory and two doorbells each way; a doorbell arrives when the search says so.
template <rpmsg::vring_config Config> class rings {
  public:
    struct bell {
        rings* it;
        std::uint32_t to;
        auto ring(std::uint32_t queue) -> void {
            it->rung_[to] |= 1u << queue;
            ++it->guards[1 - to].rings;
        }
    };

  private:
    static constexpr auto size = rpmsg::vring_layout<Config>::size();
    using memory = rpmsg::testing::array_memory<size>;
    using region = guarded_region<rpmsg::testing::array_region<size>>;

    memory memory_{};
    std::array<std::uint32_t, 2> rung_{};

    /// The table that the remote's firmware brings.
    auto put_table() -> void {
        using layout = rpmsg::vring_layout<Config>;
        auto table = rpmsg::wire::resource_table{};
        table.offset = layout::vdev;
        auto& vdev = table.vdev;
        vdev.device_features = Config.dialect.features | (Config.event_index ? rpmsg::wire::feature_event_index : 0u);
        for (std::uint32_t i = 0; i < 2; ++i) {
            table.vrings[i] = {.device_address = static_cast<std::uint32_t>(layout::address_of(layout::parts(i).descriptors)),
                               .alignment = Config.alignment,
                               .count = Config.buffers,
                               .notify_id = i};
        }
        auto const content = rpmsg::bytes{memory_.content};
        auto const put = [&](std::size_t offset, auto const& value) {
            std::memcpy(content.subspan(offset).data(), &value, sizeof(value));
        };
        put(0, table);
        if constexpr (Config.dialect.sizes == rpmsg::wire::config_space::versioned) {
            vdev.config_length = sizeof(rpmsg::wire::versioned_config);
            put(layout::vdev + sizeof(vdev) + sizeof(table.vrings),
                rpmsg::wire::offer_sizes(Config.size_of(0), Config.size_of(1)));
        }
        put(layout::vdev, vdev);
        put(layout::vdev + sizeof(vdev), table.vrings);
    }

  public:
    std::array<guard, 2> guards;

    explicit rings(listener& whom) : guards{guard{&whom, host}, guard{&whom, remote}} {
        if constexpr (Config.dialect.attach == rpmsg::wire::attach_rule::status_byte) {
            put_table();
        }
    }
    rings(rings const&) = delete;
    static auto about() -> traits {
        return {.capacity = Config.buffers,
                .most_held = Config.buffers - 1u,
                .is_acknowledged = Config.dialect.acknowledged,
                .tells_restarts = Config.dialect.attach == rpmsg::wire::attach_rule::epochs or
                                  Config.dialect.attach == rpmsg::wire::attach_rule::boot_words,
                .returns_late = Config.dialect.prefilled};
    }
    template <std::uint32_t End> auto transport() {
        if constexpr (End == host) {
            return rpmsg::vring_driver<Config, region, bell>{region{memory_, guards[host]}, bell{this, remote}};
        } else {
            return rpmsg::vring<Config, region, bell>{region{memory_, guards[remote]}, bell{this, host}};
        }
    }
    template <std::uint32_t> auto begin_life() -> void {}
    auto under_way(std::uint32_t end) const -> std::uint32_t { return rung_[end]; }
    auto ring(std::uint32_t end, std::uint32_t which, auto& to) -> void {
        for (std::uint32_t queue = 0; queue < 2; ++queue) {
            if ((rung_[end] & which & 1u << queue) != 0) {
                rung_[end] &= ~(1u << queue);
                to.notify(queue);
            }
        }
    }
    static auto lost(auto&) -> std::uint32_t { return 0; }
};

/// Two serial lines; the bytes under way arrive when the search says so.
template <rpmsg::uart_config Config> class serial {
    using line = rpmsg::testing::line<4096>;
    struct stream {
        line* sends;
        auto write(rpmsg::const_bytes out) -> std::size_t { return sends->write(out); }
    };
    std::array<line, 2> to_{};
    std::array<rpmsg::uart_storage<Config>, 2> storage_{};
    std::uint32_t lives_ = 0x1000;

  public:
    std::array<guard, 2> guards;

    explicit serial(listener& whom) : guards{guard{&whom, host}, guard{&whom, remote}} {}
    serial(serial const&) = delete;
    static auto about() -> traits {
        return {.capacity = Config.tx_buffers,
                .most_held = Config.rx_buffers / 2u,
                .is_acknowledged = true,
                .tells_restarts = true,
                .may_lose = Config.profile == rpmsg::uart_profile::nuttx,
                .counts_unreturned = Config.profile == rpmsg::uart_profile::reliable};
    }
    template <std::uint32_t End> auto transport() {
        auto made = rpmsg::uart<Config, stream>{storage_[End], stream{&to_[1 - End]}};
        if constexpr (Config.profile == rpmsg::uart_profile::reliable) {
            made.identify(++lives_);
        }
        return made;
    }
    template <std::uint32_t End> auto begin_life() -> void { to_[End].lose(); }
    auto under_way(std::uint32_t end) const -> std::uint32_t { return to_[end].under_way() > 0 ? 1 : 0; }
    auto ring(std::uint32_t end, std::uint32_t which, auto& to) -> void {
        auto piece = std::array<std::byte, 64>{};
        auto first = true;
        for (auto count = to_[end].read(piece); count > 0; count = to_[end].read(piece)) {
            to.transport_of().feed(rpmsg::const_bytes{piece}.first(count));
            to.notify(0);
            if (std::exchange(first, false) and which == 1) {
                break; // the first piece only
            }
        }
    }
    static auto lost(auto& transport) -> std::uint32_t {
        auto const counts = transport.line_counts();
        return Config.profile == rpmsg::uart_profile::nuttx ? counts.no_buffer : 0u;
    }
};

/// An SPI bus; a transfer takes place, and its interrupts come, when the search says so.
template <rpmsg::spi_config Config> class spi_wires {
    using bus = rpmsg::testing::spi_bus<Config.frame_size>;
    template <rpmsg::spi_role Role> using port = rpmsg::testing::spi_bus_end<Role, Config.frame_size>;
    struct ear {
        auto notify(std::uint32_t) -> void {}
    };
    bus bus_{};
    std::array<rpmsg::spi_storage<Config>, 2> storage_{};

  public:
    std::array<guard, 2> guards;

    explicit spi_wires(listener& whom) : guards{guard{&whom, host}, guard{&whom, remote}} {}
    spi_wires(spi_wires const&) = delete;
    static auto about() -> traits {
        return {.capacity = Config.transmit_buffers,
                .most_held = Config.receive_buffers / 2u,
                .is_acknowledged = true,
                .tells_restarts = true,
                .may_lose = Config.profile != rpmsg::spi_profile::reliable,
                .counts_unreturned = Config.profile == rpmsg::spi_profile::reliable};
    }
    template <std::uint32_t End> auto transport() {
        if constexpr (End == host) {
            return rpmsg::spi<Config, port<rpmsg::spi_role::controller>>{storage_[0], port<rpmsg::spi_role::controller>{bus_}};
        } else {
            return rpmsg::spi<Config, port<rpmsg::spi_role::peripheral>>{storage_[1], port<rpmsg::spi_role::peripheral>{bus_}};
        }
    }
    /// A reset takes the port away from DMA and the line back.
    template <std::uint32_t End> auto begin_life() -> void {
        if (bus_.is_busy(End)) {
            bus_.abandon(End);
        }
        bus_.request(End, false);
    }
    auto under_way(std::uint32_t end) const -> std::uint32_t {
        auto copy = bus_;
        auto nobody = ear{};
        return (copy.forward(end, nobody) ? 1u : 0u) | (bus_.is_busy(0) ? 2u : 0u);
    }
    auto ring(std::uint32_t end, std::uint32_t which, auto& to) -> void {
        if ((which & 2) != 0) {
            (void)bus_.run();
        }
        (void)bus_.forward(end, to);
    }
    static auto lost(auto&) -> std::uint32_t { return 0; }
};

/// Memory without rings or doorbells.
template <bool Acknowledged> class inner_wires {
    rpmsg::testing::loopback_memory<4, 48> memory_{};

  public:
    std::array<guard, 2> guards;

    explicit inner_wires(listener& whom) : guards{guard{&whom, host}, guard{&whom, remote}} {}
    inner_wires(inner_wires const&) = delete;
    static auto about() -> traits {
        return {.capacity = 4, .most_held = 3, .is_acknowledged = Acknowledged, .tells_restarts = true, .has_bells = false};
    }
    template <std::uint32_t End> auto transport() { return rpmsg::testing::loopback<Acknowledged>{memory_, End}; }
    template <std::uint32_t End> auto begin_life() -> void {}
    static auto under_way(std::uint32_t) -> std::uint32_t { return 0; }
    static auto ring(std::uint32_t, std::uint32_t, auto&) -> void {}
    static auto lost(auto&) -> std::uint32_t { return 0; }
};

template <typename Wires, typename Table> auto make(listener& whom) -> std::unique_ptr<world> {
    return std::make_unique<linked_world<Wires, Table>>(whom);
}

} // namespace state_search
