#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/platform/lock_ref.hpp>

#include "world.hpp"
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Worlds made of the library's channels. The namespace is the library's, so that a build of changed headers under another
/// name has its own.
namespace rpmsg::searched {
using namespace ::state_search;
using ::state_search::listener; // rather than that of the library

/// A lock that calls the search at each point where another context could interrupt.
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
    case rpmsg::event_kind::writable: return happening::writable;
    case rpmsg::event_kind::refused: return happening::refused;
    default: return happening::other;
    }
}

/// The messages that the user of an end holds.
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

/// Passes a message to the search; `link` has hold().
inline auto forward_message(listener& whom, service& to, kept& keeps, auto& link, rpmsg::message const& m) -> void {
    auto keep = [&] { return keeps.add(link.hold(m)); };
    whom.on_message(to, static_cast<std::uint32_t>(m.source), m.payload,
                    {&keep, [](void* it) { return (*static_cast<decltype(keep)*>(it))(); }});
}
inline auto forward_event(listener& whom, service& to, rpmsg::event const& e) -> void {
    whom.on_event(to, happening_of(e.kind), static_cast<std::uint32_t>(e.peer), e.unreturned,
                  e.reason != rpmsg::down_reason::closed);
}

/// The owner of the two endpoints of a fixed table.
struct fixed_owner {
    listener* whom{};
    kept* keeps{};
    std::array<service*, 2> services{};
    std::function<void(service&, std::uint32_t, rpmsg::held_message&&)> copies{}; ///< copies the message before its delivery
};
/// One of these endpoints: with a name, or without name service, with the addresses of both ends.
template <std::uint32_t Name, std::uint32_t End, bool IsNamed> struct fixed_endpoint {
    fixed_owner* owner{};
    static constexpr auto name() -> std::string_view { return not IsNamed ? "" : Name == 0 ? "a" : "b"; }
    static constexpr auto addresses() -> rpmsg::endpoint_addresses {
        auto const of = [](std::uint32_t end) { return rpmsg::address{0x400 + 0x100 * end + Name}; };
        return IsNamed ? rpmsg::endpoint_addresses{} : rpmsg::endpoint_addresses{of(End), of(1 - End)};
    }
    auto on_message(auto& link, rpmsg::message const& m) -> void {
        if (owner->copies) {
            return owner->copies(*owner->services[Name], static_cast<std::uint32_t>(m.source), link.hold(m));
        }
        forward_message(*owner->whom, *owner->services[Name], *owner->keeps, link, m);
    }
    auto on_event(auto&, rpmsg::event const& e) -> void { forward_event(*owner->whom, *owner->services[Name], e); }
};

/// The endpoint tables that are searched.
template <bool IsNamed> struct fixed_tables {
    static constexpr bool is_fixed = true;
    template <std::uint32_t End>
    using table = rpmsg::endpoints<fixed_endpoint<0, End, IsNamed>, fixed_endpoint<1, End, IsNamed>>;
    template <std::uint32_t End> static auto make(fixed_owner& owner) -> table<End> {
        return table<End>{fixed_endpoint<0, End, IsNamed>{&owner}, fixed_endpoint<1, End, IsNamed>{&owner}};
    }
};
using named = fixed_tables<true>;
using addressed = fixed_tables<false>;
struct pooled {
    static constexpr bool is_fixed = false;
    template <std::uint32_t> using table = rpmsg::endpoint_pool<4>;
    template <std::uint32_t> static auto make(fixed_owner&) -> rpmsg::endpoint_pool<4> { return {}; }
};

/// Checks the writes of one end: it must not write to rings that it does not own.
struct guard {
    listener* whom{};
    std::uint32_t end{};
    std::uint64_t accesses{};
    std::uint64_t rings{};
    std::uint32_t lives{};
    bool owns{};          ///< this end may write to the rings
    bool has_just_lost{}; ///< the status was read, the link is not down yet: other contexts may still send
    bool is_resetting{};
    bool is_dismissed{}; ///< this end closes, and the status of the peer says that the rings are not valid any more

    auto complain(char const* what) -> void { whom->complain(std::string{end == host ? "the host " : "the remote "} + what); }
    auto wrote(rpmsg::site where) -> void {
        switch (where) {
        case rpmsg::site::own_index:
        case rpmsg::site::own_entry:
        case rpmsg::site::own_entry_length:
        case rpmsg::site::own_flags:
        case rpmsg::site::own_event:
        case rpmsg::site::header_store:
            if (is_dismissed) {
                complain("wrote into rings that were taken away");
            } else if (is_resetting) {
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

/// How the users send and receive: by the calls of the endpoints, or by DMA (dma_way.hpp).
struct plain_way {
    static constexpr bool is_by_dma = false;
    template <typename Channel> struct user {
        user(listener&, std::uint32_t, Channel&) {}
    };
};

/// A world of two channels; `Wires` makes the transport of each end.
template <typename Wires, typename Tables, typename Way = plain_way> class linked_world final : public world {
    using lock = rpmsg::lock_ref<open_lock>;

    /// The `self` of the functions of a pool.
    struct owner_of_one {
        listener* whom;
        service* mine;
        kept* keeps;
    };

    template <std::uint32_t End> class end_of final : public side {
        using transport = decltype(std::declval<Wires&>().template transport<End>());
        using channel = rpmsg::channel<transport, typename Tables::template table<End>, lock>;
        using loan = typename channel::endpoint::loan;

        /// The state between a start and a kill of this side. Killed ones are kept in memory, and never run again.
        struct life {
            kept keeps{};
            fixed_owner owner{};
            std::vector<std::unique_ptr<owner_of_one>> pool{};
            channel link;
            std::vector<loan> loans{};
            typename Way::template user<channel> way;

            life(Wires& wires, listener& whom, open_lock& shut)
                : owner{&whom, &keeps, {}},
                  link{wires.template transport<End>(), Tables::template make<End>(owner), lock{shut}}, way{whom, End, link} {
                if constexpr (Way::is_by_dma) {
                    owner.copies = [this](service& to, std::uint32_t source, rpmsg::held_message&& held) {
                        way.receive(to, source, std::move(held));
                    };
                }
            }
        };

        Wires* wires_;
        listener* whom_;
        open_lock lock_;
        std::unique_ptr<life> now_;
        std::vector<life*> dead_{};

        auto link() -> channel& { return now_->link; }
        /// A call of another context, also during a reset: this end owns the rings until the reset has the lock.
        class from_outside {
            guard* watch_;
            guard before_;

          public:
            explicit from_outside(guard& watch) : watch_{&watch}, before_{watch} {
                watch.is_resetting = watch.is_dismissed = false;
                watch.owns = watch.owns or watch.has_just_lost;
            }
            from_outside(from_outside const&) = delete;
            ~from_outside() {
                watch_->is_resetting = before_.is_resetting;
                watch_->is_dismissed = before_.is_dismissed;
                watch_->owns = watch_->owns and not before_.has_just_lost;
            }
        };
        auto watch() -> guard& { return wires_->guards[End]; }

      public:
        end_of(Wires& wires, listener& whom)
            : wires_{&wires}, whom_{&whom}, lock_{whom, End}, now_{std::make_unique<life>(wires, whom, lock_)} {}
        ~end_of() override {
            for (auto* it : dead_) { // its loans and messages must not be returned: their core was killed
                for (auto& m : it->keeps.messages) {
                    new (&m) rpmsg::held_message{};
                }
                for (auto& l : it->loans) {
                    new (&l) loan{rpmsg::error::closed};
                }
                if constexpr (Way::is_by_dma) {
                    it->way.forget();
                }
                delete it;
            }
        }

        auto start() -> int override { return static_cast<int>(link().start().error()); }
        auto close() -> void override {
            auto const before = std::exchange(watch().is_dismissed, wires_->is_dismissed(End));
            link().close();
            watch().is_dismissed = before;
        }
        auto reset() -> int override {
            auto const before = std::exchange(watch().is_resetting, true);
            auto const outcome = static_cast<int>(link().reset().error());
            watch().is_resetting = before;
            return outcome;
        }
        auto went_down() -> void override { watch().owns = watch().has_just_lost = false; }
        auto poll(std::uint32_t messages, std::uint32_t now) -> std::uint32_t override {
            auto const handled = link().poll({.messages = messages}, now);
            if constexpr (Way::is_by_dma) {
                auto const here = from_outside{watch()};
                now_->way.poll(now);
            }
            return handled;
        }
        auto notify(std::uint32_t queue) -> void { link().notify(queue); }
        auto is_pending() -> bool override {
            if constexpr (Way::is_by_dma) {
                if (now_->way.is_pending()) {
                    return true;
                }
            }
            return link().is_pending();
        }
        auto next_deadline(std::uint32_t now) -> due_at override {
            auto due = link().next_deadline(now);
            if constexpr (Way::is_by_dma) {
                auto const other = now_->way.next_deadline();
                due = not due.is_set or (other.is_set and rpmsg::has_passed(other.at, due.at)) ? other : due;
            }
            return {due.is_set, due.at};
        }
        auto interrupts_under_way() -> std::uint32_t {
            if constexpr (Way::is_by_dma) {
                return now_->way.under_way();
            }
            return 0;
        }
        auto interrupt([[maybe_unused]] std::uint32_t which) -> void {
            if constexpr (Way::is_by_dma) {
                auto const here = from_outside{watch()};
                now_->way.ring(which);
            }
        }
        auto is_up() -> bool override { return link().is_up(); }
        auto transport_of() -> transport& { return link().transport(); }
        auto kill() -> void override {
            dead_.push_back(now_.release());
            wires_->template begin_life<End>();
            now_ = std::make_unique<life>(*wires_, *whom_, lock_);
            if constexpr (Way::is_by_dma) {
                now_->way.restart_after(dead_.back()->way);
            }
            wires_->guards[End].owns = false;
        }
        auto own(service& a, service& b) -> void override { now_->owner.services = {&a, &b}; }
        auto create(service& whose) -> int override {
            if constexpr (Tables::is_fixed) {
                return static_cast<int>(rpmsg::error::no_endpoint);
            } else {
                now_->pool.push_back(std::make_unique<owner_of_one>(owner_of_one{whom_, &whose, &now_->keeps}));
                auto const made = link().create(
                    whose.name == 0 ? "a" : "b", rpmsg::endpoint_addresses{}, now_->pool.back().get(),
                    [](void* self, rpmsg::link_ref to, rpmsg::message const& m) {
                        auto& it = *static_cast<owner_of_one*>(self);
                        forward_message(*it.whom, *it.mine, *it.keeps, to, m);
                    },
                    [](void* self, rpmsg::link_ref, rpmsg::event const& e) {
                        auto& it = *static_cast<owner_of_one*>(self);
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
            if constexpr (Tables::is_fixed) {
                return static_cast<int>(rpmsg::error::no_endpoint);
            } else {
                return static_cast<int>(link().destroy(id).error());
            }
        }
        auto local_of(std::uint32_t id) -> std::uint32_t override { return static_cast<std::uint32_t>(link().at(id).self()); }
        auto peer_of(std::uint32_t id) -> std::uint32_t override { return static_cast<std::uint32_t>(link().at(id).peer()); }
        auto send(std::uint32_t id, std::span<std::byte const> payload) -> int override {
            auto const here = from_outside{watch()};
            if constexpr (Way::is_by_dma) {
                return now_->way.send(id, payload);
            }
            return static_cast<int>(link().at(id).send(payload).error());
        }
        auto reserve(std::uint32_t id) -> room override {
            auto const here = from_outside{watch()};
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
            auto const here = from_outside{watch()};
            if constexpr (Way::is_by_dma) {
                if (now_->way.is_busy()) { // it must not overtake: the loan is dropped
                    return Way::busy;
                }
            }
            return static_cast<int>(link().at(id).commit(std::move(given), size).error());
        }
        auto drop(int place) -> void override {
            auto const here = from_outside{watch()};
            auto const gone = std::move(now_->loans[static_cast<std::size_t>(place)]);
        }
        auto release(int place) -> void override {
            auto const here = from_outside{watch()};
            now_->keeps.messages[static_cast<std::size_t>(place)].release();
        }
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
        known.has_fixed_endpoints = Tables::is_fixed;
        known.sends_late = Way::is_by_dma;
        known.counts_unreturned = known.counts_unreturned and not Way::is_by_dma; // the link counts what was committed
        return known;
    }
    auto at(std::uint32_t end) -> side& override {
        if (end == host) {
            return host_;
        }
        return remote_;
    }
    auto under_way(std::uint32_t end) -> std::uint32_t override {
        auto const by_dma = end == host ? host_.interrupts_under_way() : remote_.interrupts_under_way();
        return wires_.under_way(end) | by_dma;
    }
    auto ring(std::uint32_t end, std::uint32_t which) -> void override {
        end == host ? wires_.ring(end, which, host_) : wires_.ring(end, which, remote_);
        end == host ? host_.interrupt(which) : remote_.interrupt(which);
    }
};

template <typename Wires, typename Tables, typename Way = plain_way> auto make(listener& whom) -> std::unique_ptr<world> {
    return std::make_unique<linked_world<Wires, Tables, Way>>(whom);
}

} // namespace rpmsg::searched
