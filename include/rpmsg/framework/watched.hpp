#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/platform/clock.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg {

/// A table whose handlers have a time limit: `watched{endpoints{...}, clock, limit}`. A handler that took longer than `limit`
/// ticks is counted, and its endpoint receives the event `slow_handler` after it. Nothing stops the handler.
template <endpoint_table Table, clock_source Clock> class watched : public Table {
    [[no_unique_address]] Clock clock_;
    ticks limit_;
    std::uint32_t slow_{};
    ticks longest_{};

  public:
    constexpr watched(Table table, Clock clock, ticks limit) : Table{std::move(table)}, clock_{clock}, limit_{limit} {}

    static constexpr bool handles_events = true;

    /// The number of messages whose handler took too long; it stops at its largest value.
    [[nodiscard]] constexpr auto slow_handlers() const -> std::uint32_t { return slow_; }
    /// The longest time of a handler.
    [[nodiscard]] constexpr auto longest() const -> ticks { return longest_; }

    constexpr auto deliver(auto& link, std::uint32_t i, message const& m) -> void {
        auto const before = clock_.now();
        Table::deliver(link, i, m);
        auto const took = clock_.now() - before;
        longest_ = took > longest_ ? took : longest_;
        if (took > limit_) {
            slow_ += slow_ != 0xffff'ffff ? 1 : 0;
            if (link.is_live()) {
                Table::notify(link, i, {.kind = event_kind::slow_handler});
            }
        }
    }
};

} // namespace rpmsg
