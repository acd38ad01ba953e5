#pragma once

#include <rpmsg/wire/service/qrtr.hpp>

#include <array>
#include <cstdint>

namespace rpmsg::detail {

/// How many packets to each port of other nodes are not confirmed. For a port without room here each packet asks for `resume`,
/// and none stops, as in Linux (net/qrtr/af_qrtr.c).
template <std::uint32_t Count> class qrtr_flows {
    struct flow {
        wire::qrtr_address to{};
        std::uint8_t unconfirmed{};
        bool is_stopped{}; ///< a packet was refused
    };
    std::array<flow, Count> flows_{};

    constexpr auto find(wire::qrtr_address to) -> flow* {
        for (auto& each : flows_) {
            if (each.unconfirmed != 0 and each.to == to) {
                return &each;
            }
        }
        return nullptr;
    }

  public:
    /// Whether a packet may be sent now. If not, `resume` will tell that one may.
    constexpr auto may_send(wire::qrtr_address to) -> bool {
        auto* const it = find(to);
        if (it != nullptr and it->unconfirmed >= wire::qrtr_stops_at) {
            it->is_stopped = true;
            return false;
        }
        return true;
    }
    /// Whether the next packet asks for `resume`.
    constexpr auto asks(wire::qrtr_address to) -> bool {
        if (auto const* const it = find(to)) {
            return it->unconfirmed + 1u == wire::qrtr_asks_at;
        }
        auto has_room = false;
        for (auto const& each : flows_) {
            has_room = has_room or each.unconfirmed == 0;
        }
        return not has_room;
    }
    constexpr auto note_sent(wire::qrtr_address to) -> void {
        auto* it = find(to);
        for (auto& each : flows_) {
            if (it == nullptr and each.unconfirmed == 0) {
                each = {.to = to};
                it = &each;
            }
        }
        if (it != nullptr) {
            ++it->unconfirmed;
        }
    }
    /// Returns whether a packet was refused before.
    constexpr auto resume(wire::qrtr_address to) -> bool {
        auto* const it = find(to);
        auto const was_stopped = it != nullptr and it->is_stopped;
        if (it != nullptr) {
            *it = {};
        }
        return was_stopped;
    }
    /// Forgets the ports that `is_gone(address)` names.
    constexpr auto forget(auto&& is_gone) -> void {
        for (auto& each : flows_) {
            each = is_gone(each.to) ? flow{} : each;
        }
    }
};

} // namespace rpmsg::detail
