#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/host/capture/pcapng.hpp>
#include <rpmsg/transport/tapped.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace tool {

/// Counts what passes over a link, and records it if there is a capture.
class traffic {
    std::optional<rpmsg::host::pcapng_link> record_{};

    struct flow {
        std::uint64_t messages{};
        std::uint64_t bytes{};
        auto add(rpmsg::const_bytes payload) -> void {
            ++messages;
            bytes += payload.size();
        }
    };

  public:
    flow in{};
    flow out{};
    std::uint64_t ups{}; ///< how often the link came up

    auto record(rpmsg::host::pcapng_link to) -> void { record_.emplace(std::move(to)); }

    auto received(rpmsg::wire::header const& header, rpmsg::const_bytes payload) -> void {
        in.add(payload);
        if (record_) {
            record_->received(header, payload);
        }
    }
    auto sending(rpmsg::wire::header const& header, rpmsg::const_bytes payload) -> void {
        out.add(payload);
        if (record_) {
            record_->sending(header, payload);
        }
    }
    auto sent(bool accepted) -> void {
        if (record_) {
            record_->sent(accepted);
        }
    }
    auto changed(rpmsg::link_change const& change) -> void {
        ups += change.event == rpmsg::link_event::up ? 1 : 0;
        if (record_) {
            record_->changed(change);
        }
    }
    auto dropped(rpmsg::counter reason) -> void {
        if (record_) {
            record_->dropped(reason);
        }
    }
    auto counted(rpmsg::counter reason, std::uint32_t amount) -> void {
        if (record_) {
            record_->counted(reason, amount);
        }
    }
};
static_assert(rpmsg::tap_sink<traffic>);

} // namespace tool
