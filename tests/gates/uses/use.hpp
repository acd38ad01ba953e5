#pragma once

#include <rpmsg/rpmsg.hpp>

#include <array>
#include <cstddef>
#include <utility>

/// Calls what a channel offers, so that the compiler makes code of it.
namespace use {

inline constexpr auto service = rpmsg::endpoint<"service">(
    [](auto& link, rpmsg::message const& m) {
        link.reply(m, m.payload);
        auto const kept = link.hold(m);
    },
    [](auto& link, rpmsg::event const&) { (void)link.is_bound(); });

auto endpoint(auto const& from) -> void {
    auto const bytes = std::array<std::byte, 4>{};
    (void)from.send(bytes);
    (void)from.send_to(rpmsg::address{1024}, bytes);
    (void)from.rebind(rpmsg::address{1024});
    (void)from.commit(from.reserve(), 4);
    (void)from.commit_to(rpmsg::address{1024}, from.reserve(4), 4);
}

auto channel(auto& link) -> void {
    (void)link.start();
    link.notify();
    link.poll(rpmsg::poll_budget{.messages = 1}, rpmsg::ticks{});
    (void)link.next_deadline(rpmsg::ticks{});
    (void)link.is_up();
    (void)link.is_pending();
    (void)link.reset();
    link.close();
}

/// A transport below endpoints that are known at compile time, and below a pool of them.
template <typename Transport> auto transport(Transport const& ours) -> void {
    auto fixed = rpmsg::channel{ours, rpmsg::endpoints{service}};
    channel(fixed);
    endpoint(fixed.template get<"service">());
    auto pooled = rpmsg::channel{ours, rpmsg::endpoint_pool<4>{}};
    channel(pooled);
    auto handler = [](auto, rpmsg::message const&) {};
    auto const id = pooled.create("service", handler);
    endpoint(pooled.at(*id));
    (void)pooled.destroy(*id);
}

} // namespace use
