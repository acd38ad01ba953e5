#pragma once

#include <rpmsg/transport/ring_pair.hpp>
#include <rpmsg/transport/ring_setup.hpp>
#include <rpmsg/transport/table_check.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg::detail {

/// How the two rings of a link begin: laid out by a driver, adopted by a device, or taken up again where a closed device
/// left them.
template <ring_role Role, vring_config Config, typename Region, typename Bell, typename Layout>
class laid_rings : public ring_pair<Role, Config, Region, Bell, Layout> {
    using rings = ring_pair<Role, Config, Region, Bell, Layout>;
    static constexpr auto rule = Config.dialect.attach;
    static constexpr bool has_status = Config.dialect.status_in_table;

  protected:
    using rings::device;
    using rings::layout_;
    using rings::prefilled;
    using rings::rx_ring;
    using rings::shared_;
    using rings::tx_ring;
    using rings::unused_;

    constexpr laid_rings(Region shared, Bell bell, Layout layout)
        : rings{std::move(shared), std::move(bell), std::move(layout)} {}

    /// Whether the region holds all that the layout says of it.
    [[nodiscard]] constexpr auto has_room() const -> bool {
        auto fits = layout_.fits(shared_.size(), Config.buffers) and
                    (not has_status or layout_.status() != nowhere) and
                    (rule != wire::attach_rule::epochs or layout_.control() != nowhere);
        if constexpr (Config.dialect.compares_table) {
            constexpr auto in_vdev = offsetof(wire::vdev_entry, status);
            fits = fits and lies_inside(layout_.status() - in_vdev, table_check<Config>::size, shared_.size());
        }
        if constexpr (rule == wire::attach_rule::boot_words) {
            fits = fits and layout_.boot() != nowhere;
        }
        for (std::uint32_t ring = 0; ring < 2 and not device; ++ring) {
            auto const bytes_of_ring = std::uint64_t{Config.buffers} * Config.size_of(ring);
            auto const start = layout_.buffer(ring, 0);
            auto const one_after_the_other =
                layout_.buffer(ring, Config.buffers) == start + Config.buffers * Config.size_of(ring);
            fits = fits and start % 4 == 0 and one_after_the_other and lies_inside(start, bytes_of_ring, shared_.size());
        }
        return fits;
    }

    /// Whether a ring is where this device left it, not laid out anew by the next life of the driver.
    constexpr auto is_standing(std::uint32_t ring) -> bool {
        auto const ahead = ring == rx_ring ? this->held_back() : std::uint32_t{0};
        return static_cast<std::uint16_t>(rings::queue::adopt(shared_, layout_.parts(ring)) + ahead) ==
               this->queues_[ring].given();
    }
    /// Whether both are.
    constexpr auto are_standing() -> bool { return is_standing(tx_ring) and is_standing(rx_ring); }
    constexpr auto give_all_back() -> void {
        auto const before = static_cast<std::uint16_t>(this->rx().given() - this->held_back());
        for (std::uint32_t id = 0; id < Config.buffers; ++id) {
            if (this->rx().owns(id)) {
                this->rx().give(shared_, layout_.parts(rx_ring), id, Config.size_of(rx_ring));
            }
            if (this->tx().owns(id)) {
                unused_.insert(id);
            }
        }
        if (auto const newly = static_cast<std::uint16_t>(this->rx().given() - before); newly != 0) {
            this->publish(rx_ring, newly);
        }
    }

    /// A device continues where the rings stand: a buffer that was given back is not taken again, one that was not is
    /// delivered again (RINGS 6.3, 13). A closed one goes on where it stopped, if the rings still stand there: their
    /// indices alone say too little.
    constexpr auto adopt() -> void {
        constexpr auto ahead = prefilled ? Config.buffers : 0;
        auto const to_driver = rings::queue::adopt(shared_, layout_.parts(tx_ring));
        auto const from_driver = rings::queue::adopt(shared_, layout_.parts(rx_ring));
        if constexpr (rule != wire::attach_rule::epochs) {
            if (this->resumes_) [[unlikely]] {
                this->resumes_ = false;
                if (to_driver == this->tx().given() and from_driver == this->rx().given()) {
                    this->tx().look_anew();
                    this->rx().look_anew();
                    return;
                }
            }
        }
        unused_.clear();
        this->tx().reset(to_driver, to_driver, false);
        this->rx().reset(static_cast<std::uint16_t>(from_driver - ahead), from_driver, false);
        this->settle_held_back();
    }

    /// A driver lays the rings out anew: all receive buffers are the device's, all others ours.
    constexpr auto lay_out() -> void {
        lay_out_ring<Config>(shared_, layout_, rx_ring, true);
        lay_out_ring<Config>(shared_, layout_, tx_ring, false);
        this->tx().reset(0, 0, not prefilled);
        this->rx().reset(0, 0, true);
        unused_.clear();
        if (not prefilled) {
            unused_.fill();
        }
        for (std::uint32_t id = 0; id < Config.buffers; ++id) {
            this->rx().give(shared_, layout_.parts(rx_ring), id, 0);
        }
        (void)this->rx().publish(shared_, layout_.parts(rx_ring), Config.buffers);
        this->settle_held_back();
    }
};

} // namespace rpmsg::detail
