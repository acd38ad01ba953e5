#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/transport/tapped.hpp>
#include <rpmsg/wire/header.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg {

/// What a record of a `tap_ring` is about.
enum class tap_kind : std::uint8_t { received, sent, changed, dropped, counted };

/// One record of a `tap_ring` without its payload, as it lies in memory: a debugger or a dump finds it there.
struct tap_record {
    ticks time{};
    tap_kind kind{};
    std::uint8_t detail{};  ///< a `link_event` in the lower and a `down_reason` in the upper 4 bits, or a `counter`
    std::uint16_t amount{}; ///< bytes of the payload that are stored, or how often it was counted
    wire::header header{};  ///< of a message
};
static_assert(sizeof(tap_record) == 24 and wire_format<tap_record>);

/// A sink in static memory for firmware: the last `Records` records of a link, with at most `Snap` bytes of each payload. The
/// oldest record is overwritten. `Clock` gives the time stamps. Read it while the link is not polled and nothing is sent, or
/// under the lock of the link.
template <std::uint32_t Records, std::uint32_t Snap, clock_source Clock> class tap_ring {
    static_assert(Records > 0, "a tap_ring stores at least one record");
    static_assert(Snap <= 0xffff, "a payload has at most 65535 bytes");
    struct slot {
        tap_record about{};
        std::array<std::byte, Snap> payload{};
    };
    std::array<slot, Records> slots_{};
    std::uint32_t next_{};    ///< the place of the next record
    std::uint32_t stored_{};  ///< at most `Records`
    std::uint32_t written_{}; ///< all records, modulo 2^32
    [[no_unique_address]] Clock clock_{};

    /// Writes to the place of the next record, without adding it.
    constexpr auto put(tap_kind kind, std::uint8_t detail, std::uint16_t amount) -> slot& {
        auto& at = slots_[next_];
        at.about = {.time = clock_.now(), .kind = kind, .detail = detail, .amount = amount};
        return at;
    }
    constexpr auto put(tap_kind kind, wire::header const& header, const_bytes payload) -> void {
        auto const size = payload.size() < Snap ? payload.size() : Snap;
        auto& at = put(kind, 0, static_cast<std::uint16_t>(size));
        at.about.header = header;
        snapshot(payload.first(size), at.payload);
    }
    constexpr auto add() -> void {
        next_ = next_ + 1 == Records ? 0 : next_ + 1;
        stored_ += stored_ < Records ? 1u : 0u;
        ++written_;
    }

  public:
    constexpr tap_ring() = default;
    constexpr explicit tap_ring(Clock clock) : clock_{clock} {}

    constexpr auto received(wire::header const& header, const_bytes payload) -> void {
        put(tap_kind::received, header, payload);
        add();
    }
    /// Overwrites the oldest record, also when the message is refused: the payload is not readable after the transport took it.
    constexpr auto sending(wire::header const& header, const_bytes payload) -> void {
        stored_ -= stored_ == Records ? 1u : 0u;
        put(tap_kind::sent, header, payload);
    }
    constexpr auto sent(bool accepted) -> void {
        if (accepted) {
            add();
        }
    }
    constexpr auto changed(link_change const& change) -> void {
        auto const detail = static_cast<unsigned>(change.event) | static_cast<unsigned>(change.reason) << 4;
        put(tap_kind::changed, static_cast<std::uint8_t>(detail), change.unreturned);
        add();
    }
    constexpr auto dropped(counter reason) -> void {
        put(tap_kind::dropped, static_cast<std::uint8_t>(reason), 1);
        add();
    }
    constexpr auto counted(counter reason, std::uint32_t amount) -> void {
        put(tap_kind::counted, static_cast<std::uint8_t>(reason), static_cast<std::uint16_t>(amount));
        add();
    }

    /// Returns the number of records that are stored.
    [[nodiscard]] constexpr auto size() const -> std::uint32_t { return stored_; }
    /// Returns the number of records that were overwritten, modulo 2^32.
    [[nodiscard]] constexpr auto overwritten() const -> std::uint32_t { return written_ - stored_; }
    /// Calls visit(record, payload) for each stored record, the oldest first. It reads only this object also when it is a copy
    /// of a memory that was damaged.
    constexpr auto for_each(auto&& visit) const -> void {
        auto const stored = stored_ < Records ? stored_ : Records;
        for (std::uint32_t back = stored; back > 0; --back) {
            auto const& at = slots_[(next_ % Records + Records - back) % Records];
            auto const size = at.about.amount < Snap ? at.about.amount : Snap;
            visit(at.about, const_bytes{at.payload}.first(at.about.kind <= tap_kind::sent ? size : 0));
        }
    }
    /// Removes all records.
    constexpr auto clear() -> void {
        written_ -= stored_;
        stored_ = 0;
    }
};

} // namespace rpmsg
