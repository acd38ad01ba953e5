#pragma once

#include <rpmsg/host/condition_wait.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/platform/wait.hpp>

#include <cstdint>
#include <sys/eventfd.h>
#include <unistd.h>

namespace rpmsg::host {

/// As `condition_wait`, for a link whose transport is a device file: each wake makes a descriptor readable, on which the thread
/// that polls the link waits beside that file (`polling_thread`).
class polled_wait : public condition_wait {
  public:
    /// The memory of a policy, which must outlive the channel.
    struct shared {
        condition_wait::shared waiters{};
        descriptor event{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    };

  private:
    descriptor* event_;

  public:
    explicit polled_wait(shared& all) : condition_wait{all.waiters}, event_{&all.event} {}

    auto wake() -> void {
        condition_wait::wake();
        auto const one = std::uint64_t{1};
        (void)!write(event_->number(), &one, sizeof one);
    }
    /// Readable after a wake, until `forget`.
    [[nodiscard]] auto number() const -> int { return event_->number(); }
    auto forget() -> void {
        auto count = std::uint64_t{};
        (void)!read(event_->number(), &count, sizeof count);
    }
};
static_assert(wait_policy<polled_wait>);

} // namespace rpmsg::host
