#pragma once

#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>

namespace rpmsg {

/// The link of a handler as a type-erased reference of two pointers, for handlers that are chosen at run time. It has the
/// functions of `archetypes::link` except transmit loans; use `channel::at(id)` for these. Valid until the handler returns.
class link_ref {
    struct calls {
        bool (*reply)(void*, message const&, const_bytes);
        status (*send)(void*, const_bytes);
        status (*send_to)(void*, address, const_bytes);
        held_message (*hold)(void*, message const&);
        address (*self)(void*);
        address (*peer)(void*);
        status (*rebind)(void*, address);
    };
    template <typename Link>
    static constexpr auto calls_of = calls{
        .reply = [](void* it, message const& to, const_bytes b) { return static_cast<Link*>(it)->reply(to, b); },
        .send = [](void* it, const_bytes b) { return static_cast<Link*>(it)->send(b); },
        .send_to = [](void* it, address to, const_bytes b) { return static_cast<Link*>(it)->send_to(to, b); },
        .hold = [](void* it, message const& m) { return static_cast<Link*>(it)->hold(m); },
        .self = [](void* it) { return static_cast<Link*>(it)->self(); },
        .peer = [](void* it) { return static_cast<Link*>(it)->peer(); },
        .rebind = [](void* it, address peer) { return static_cast<Link*>(it)->rebind(peer); },
    };

    void* target_;
    calls const* calls_;

  public:
    template <typename Link> explicit link_ref(Link& target) : target_{&target}, calls_{&calls_of<Link>} {}

    auto reply(message const& to, const_bytes payload) const -> bool { // NOLINT(modernize-use-nodiscard)
        return calls_->reply(target_, to, payload);
    }
    [[nodiscard]] auto send(const_bytes payload) const -> status { return calls_->send(target_, payload); }
    [[nodiscard]] auto send_to(address to, const_bytes payload) const -> status {
        return calls_->send_to(target_, to, payload);
    }
    auto reply(message const& to, no_bytes auto&& other) const -> bool {
        return detail::lent<archetypes::link&>().reply(to, other);
    }
    auto send(no_bytes auto&& other) const -> status { return detail::lent<archetypes::link&>().send(other); }
    auto send_to(address to, no_bytes auto&& other) const -> status {
        return detail::lent<archetypes::link&>().send_to(to, other);
    }
    [[nodiscard]] auto hold(message const& current) const -> held_message { return calls_->hold(target_, current); }
    [[nodiscard]] auto self() const -> address { return calls_->self(target_); }
    [[nodiscard]] auto peer() const -> address { return calls_->peer(target_); }
    [[nodiscard]] auto is_bound() const -> bool { return peer() != any_address; }
    [[nodiscard]] auto rebind(address peer) const -> status { return calls_->rebind(target_, peer); }
};

} // namespace rpmsg
