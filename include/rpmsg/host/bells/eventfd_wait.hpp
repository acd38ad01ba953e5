#pragma once

#include <rpmsg/host/bells/eventfd_bell.hpp>
#include <rpmsg/host/thread_context.hpp>
#include <rpmsg/platform/wait.hpp>

#include <cstdint>

namespace rpmsg::host {

/// Sleeps on this side's own eventfd until the peer or another thread rings it. Ticks are milliseconds.
class eventfd_wait {
    eventfd_bell* own_;

  public:
    explicit eventfd_wait(eventfd_bell& own) : own_{&own} {}

    auto now() -> ticks { return steady_clock::now(); }
    auto ticket() -> std::uint32_t { return own_->rings(); }
    auto wait(std::uint32_t before, ticks deadline) -> bool { return own_->wait(before, deadline); }
    auto wake() -> void { own_->ring(); }
    auto context() -> std::uintptr_t { return thread_context(); }
};
static_assert(wait_policy<eventfd_wait>);

} // namespace rpmsg::host
