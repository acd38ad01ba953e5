#pragma once

#include <rpmsg/transport/vring/data_path.hpp>
#include <rpmsg/transport/vring/handshake/select.hpp>
#include <rpmsg/transport/vring/ring_setup.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// Start of the two rings of a link: a driver initialises them, a device adopts them or resumes them after `close`.
///
/// Dialects without an epoch have no word that identifies the rings, and small indices do not identify them. So a device that
/// attaches writes a mark to an unused word of ring 0, which every driver clears when it initialises the ring. When the mark is
/// present, the rings are unchanged and the device resumes there, after any number of `close` and `start`; `close` has returned
/// all lent receive buffers. Otherwise the driver has initialised the rings again: the state of the old rings is discarded and
/// nothing of it is written.
template <ring_role Role, vring_config Config, typename Region, typename Bell, typename Layout>
class ring_attach : public data_path<Role, Config, Region, Bell, Layout> {
    using rings = data_path<Role, Config, Region, Bell, Layout>;

  protected:
    using rings::device;
    using rings::is_marking;
    using rings::layout_;
    using rings::mark_;
    using rings::prefilled;
    using rings::reads_descriptors;
    using rings::rx_count;
    using rings::rx_ring;
    using rings::shared_;
    using rings::told_;
    using rings::tx_count;
    using rings::tx_ring;
    using rings::unused_;

    constexpr ring_attach(Region shared, Bell bell, Layout layout)
        : rings{std::move(shared), std::move(bell), std::move(layout)} {}

    /// Whether the region holds all parts of the layout, so that no access leaves it.
    [[nodiscard]] constexpr auto has_room() const -> bool {
        auto const size = shared_.size();
        return layout_.fits(size, Config.counts()) and handshake_of<Role, Config>::fits(layout_, size) and has_rings(size) and
               has_buffers(size);
    }

  private:
    [[nodiscard]] constexpr auto has_rings(std::uint32_t size) const -> bool {
        return is_checked_layout<Layout> or (holds_ring(layout_.parts(0), Config.count_of(0), size) and
                                             holds_ring(layout_.parts(1), Config.count_of(1), size));
    }
    /// Checks the buffers of a driver, or of a layout that reads no descriptors.
    [[nodiscard]] constexpr auto has_buffers(std::uint32_t size) const -> bool {
        if constexpr (device and (reads_descriptors or is_checked_layout<Layout>)) {
            return true;
        } else {
            auto fits = true;
            for (std::uint32_t ring = 0; ring < 2; ++ring) {
                for (std::uint32_t id = 0; id < Config.count_of(ring); ++id) {
                    fits = fits and lies_aligned(layout_.buffer(ring, id), Config.size_of(ring), size);
                }
            }
            return fits;
        }
    }

  protected:
    /// Whether this side may write to the rings of a link that is up: they have the mark of this device. Where both sides agree
    /// on new rings only `poll` detects a restart.
    [[gnu::always_inline]] [[nodiscard]] constexpr auto are_ours() -> bool {
        if constexpr (is_marking) {
            return foreign_mark() == 0;
        } else {
            return true;
        }
    }
    /// The difference between the mark of the rings and that of this device; 0 when they are equal.
    [[nodiscard]] constexpr auto foreign_mark() -> std::uint32_t {
        std::uint32_t const mark = mark_;
        return rings::queue::read_mark(shared_, layout_.parts(0)) ^ mark;
    }
    /// Whether this device has attached and its remembered state is that of the rings with its mark, in any state of the link.
    [[nodiscard]] constexpr auto has_mark() const -> bool {
        if constexpr (is_marking) {
            return mark_ != 0;
        } else {
            return true;
        }
    }
    /// Whether the rings of a link that is up differ from what this side wrote: the driver has cleared them.
    constexpr auto were_cleared() -> bool {
        auto const sent = rings::queue::adopt(shared_, layout_.parts(tx_ring));
        auto const returned = rings::queue::adopt(shared_, layout_.parts(rx_ring));
        return sent != this->tx().given() or returned != static_cast<std::uint16_t>(this->rx().given() - this->held_back()) or
               (not this->notification_enabled_ and not this->tx().is_notification_disabled(shared_, layout_.parts(tx_ring)));
    }
    constexpr auto forget_rings() -> void {
        if constexpr (is_marking) {
            mark_ = 0;
        }
    }
    /// Returns received buffers to the peer and makes transmit buffers free; lent ones stay out until they are returned.
    constexpr auto give_all_back() -> void {
        auto const before = static_cast<std::uint16_t>(this->rx().given() - this->held_back());
        for (std::uint32_t id = 0; id < rx_count; ++id) {
            if (this->rx().owns(id)) {
                this->rx().push(shared_, layout_.parts(rx_ring), id, Config.size_of(rx_ring));
            }
        }
        this->keep_loans_out();
        told_ = {};
        for (std::uint32_t id = 0; id < tx_count; ++id) {
            if (this->tx().owns(id) and not this->late_.contains(id)) {
                unused_.insert(id);
            }
        }
        if (auto const newly = static_cast<std::uint16_t>(this->rx().given() - before); newly != 0) {
            this->publish_and_ring(rx_ring, newly);
        }
    }

    /// A device continues adopted rings at their current index: returned buffers are not popped again, unreturned messages are
    /// delivered again. Cached entries of rings that the driver has initialised since must not be written back with new ones.
    [[gnu::always_inline]] constexpr auto adopt() -> void {
        constexpr auto ahead = prefilled ? rx_count : 0;
        for (std::uint32_t ring = 0; ring < 2; ++ring) {
            shared_.invalidate(layout_.parts(ring).used, 6 + 8 * Config.count_of(ring));
        }
        auto const to_driver = rings::queue::adopt(shared_, layout_.parts(tx_ring));
        auto const from_driver = rings::queue::adopt(shared_, layout_.parts(rx_ring));
        if constexpr (is_marking) { // odd, and differs from the mark of every earlier device
            auto const at = layout_.parts(0);
            mark_ = static_cast<std::uint16_t>((rings::queue::read_mark(shared_, at) + 1) | 1);
            rings::queue::set_mark(shared_, at, mark_);
        }
        if constexpr (not prefilled) {
            this->rx().ask_for_all(shared_, layout_.parts(rx_ring));
        }
        this->keep_loans_out();
        told_ = {};
        unused_.clear();
        this->tx().reset(tx_ring, to_driver, to_driver, false);
        this->rx().reset(rx_ring, static_cast<std::uint16_t>(from_driver - ahead), from_driver, false);
        this->settle_held_back();
    }

    /// A driver initialises the rings: the device owns all receive buffers, this side owns all transmit buffers.
    constexpr auto lay_out() -> void {
        lay_out_ring<Config>(shared_, layout_, rx_ring, true);
        lay_out_ring<Config>(shared_, layout_, tx_ring, false);
        this->keep_loans_out();
        this->tx().reset(tx_ring, 0, 0, not prefilled);
        this->rx().reset(rx_ring, 0, 0, true);
        unused_.clear();
        for (std::uint32_t id = 0; not prefilled and id < tx_count; ++id) {
            if (not this->late_.contains(id)) {
                unused_.insert(id);
            }
        }
        for (std::uint32_t id = 0; id < rx_count; ++id) {
            this->rx().push(shared_, layout_.parts(rx_ring), id, 0);
        }
        (void)this->rx().publish(shared_, layout_.parts(rx_ring), rx_count);
        this->settle_held_back();
    }
};

} // namespace rpmsg::detail
