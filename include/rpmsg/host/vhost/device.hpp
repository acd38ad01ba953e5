#pragma once

#include <rpmsg/host/bells/bell_file.hpp>
#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/vhost/features.hpp>
#include <rpmsg/host/vhost/memory.hpp>
#include <rpmsg/host/vhost/message.hpp>
#include <rpmsg/host/vhost/rings.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring/config.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace rpmsg::host {

/// Handles the requests of a front end about its rings and the replies. It checks every request, and passes complete rings to a
/// `vhost_rings`.
class vhost_device {
    static constexpr std::uint64_t no_descriptor = 0x100;

    struct ring {
        std::uint32_t buffers{};
        std::uint32_t base{};
        vhost_message::ring_addresses at{};
        bool is_placed{};
        bool is_enabled{};
        descriptor kick{};
        descriptor call{};
    };

    ring_counts buffers_;
    vhost_features features_;
    vhost_rings* shared_;

    std::array<vhost_memory, vhost_message::most_regions> memory_{};
    std::array<ring, 2> rings_{};
    descriptor channel_{};
    std::size_t placed_{}; ///< the region that contains the rings
    bool is_ready_{};
    bool is_taken_away_{};   ///< from now on the link sees a copy of the rings
    bool has_other_guest_{}; ///< the kept memory belongs to a front end that is gone

    auto map(vhost_message const& asked) -> std::string {
        auto const table = asked.as<vhost_message::memory_table>();
        if (table.count == 0 or table.count > memory_.size() or table.count != asked.file_count or
            asked.about.size < 8 + table.count * sizeof(vhost_message::region)) {
            return "gives a table of " + std::to_string(table.count) + " memory regions with " +
                   std::to_string(asked.file_count) + " descriptors in " + std::to_string(asked.about.size) + " bytes";
        }
        memory_ = {};
        if (std::exchange(has_other_guest_, false)) {
            shared_->blank();
        }
        for (std::size_t i = 0; i < table.count; ++i) {
            auto mapped = vhost_memory::map(table.regions[i], asked.files[i]);
            if (not mapped) {
                return mapped.error();
            }
            memory_[i] = std::move(*mapped);
        }
        return {};
    }

    /// Reads the index from the driver's memory, whatever pages the link has.
    static auto used_index(vhost_memory const& memory, wire::vring_parts const& ring) -> std::uint16_t {
        auto const mapping = memory.mapping();
        auto region = mapped_region<>{mapping.data(), static_cast<std::uint32_t>(mapping.size())};
        return region.load<site::adopted_index, std::uint16_t>(ring.used + 2);
    }

    /// Places the rings. All parts of both rings, and the buffers, must be in the region in which ring 0 begins.
    auto place() -> std::string {
        if (not shared_->can_keep()) {
            return "gives rings once more: this back end keeps the memory of the " + std::to_string(vhost_rings::most_kept) +
                   " times before, as messages of it may be held; it has to be started anew";
        }
        auto const* const found =
            std::ranges::find_if(memory_, [&](auto const& one) { return one.offset_of(rings_[0].at.descriptors) != nowhere; });
        if (found == memory_.end()) {
            return "places ring 0 outside of its memory";
        }
        auto const mapping = found->mapping();
        auto placed = runtime_layout{.buffers_per_ring = buffers_,
                                     .window_size = static_cast<std::uint32_t>(mapping.size()),
                                     .window_address = found->guest_address()};
        for (std::uint32_t i = 0; i < 2; ++i) {
            auto const& at = rings_[i].at;
            placed.rings[i] = {.descriptors = found->offset_of(at.descriptors),
                               .available = found->offset_of(at.available),
                               .used = found->offset_of(at.used)};
        }
        if (not placed.fits(placed.window_size, buffers_)) {
            return "places a ring outside of its memory, or not aligned";
        }
        auto const channel = channel_.number();
        auto const calls = features_.uses_in_band() ? std::array{channel, channel}
                                                    : std::array{rings_[0].call.number(), rings_[1].call.number()};
        shared_->place(mapping, placed, calls, features_.uses_in_band(), features_.takes_names());
        for (std::uint32_t i = 0; i < 2; ++i) {
            if (auto const used = used_index(*found, placed.parts(i)); rings_[i].base != used) {
                return "begins ring " + std::to_string(i) + " at " + std::to_string(rings_[i].base) +
                       ", its used ring stands at " + std::to_string(used);
            }
        }
        placed_ = static_cast<std::size_t>(found - memory_.begin());
        is_ready_ = true;
        return {};
    }

    auto place_if_complete() -> std::string {
        auto complete = not is_ready_;
        for (auto const& one : rings_) {
            complete = complete and one.buffers != 0 and one.is_placed and (one.is_enabled or not features_.enables_rings()) and
                       (features_.uses_in_band() ? channel_ : one.kick);
        }
        return complete ? place() : "";
    }

    /// Drops the rings. The front end must send their addresses again after a change of the memory around them.
    auto forget_rings(vhost_request request) -> void {
        take_away();
        is_ready_ = is_taken_away_ = false;
        shared_->clear();
        if (request == vhost_request::set_memory_table or request == vhost_request::set_features or
            request == vhost_request::reset_owner) {
            for (auto& one : rings_) {
                one.is_placed = false;
            }
        }
    }

    /// Stops a ring (GET_VRING_BASE of the protocol) and returns its number, with its index in the upper half. If doorbells are
    /// descriptors, the ring then needs a new one.
    auto stop(std::uint32_t number) -> std::uint64_t {
        forget_rings(vhost_request::get_ring_base);
        rings_[number].kick = {};
        return number | std::uint64_t{rings_[number].base} << 32;
    }

    auto set_file(vhost_message& asked) -> std::string {
        auto const value = asked.as<std::uint64_t>();
        auto const is_kick = asked.about.request == vhost_request::set_ring_kick;
        auto& one = rings_[value & 1];
        auto& kept = is_kick ? one.kick : one.call;
        if ((value & ~no_descriptor) > 1 or ((value & no_descriptor) == 0) != (asked.file_count == 1)) {
            return "sets the doorbell of ring " + std::to_string(value & 0xff) + " with " + std::to_string(asked.file_count) +
                   " descriptors";
        }
        if (asked.files[0] and kind_of_bell(asked.files[0].number()) == bell_kind::none) {
            return (is_kick ? "rings for ring " : "is to be called for ring ") + std::to_string(value & 0xff) +
                   " through what is no eventfd and no socket";
        }
        if (is_kick or not is_ready_ or features_.uses_in_band()) {
            kept = std::move(asked.files[0]);
        } else {
            exchange_call(static_cast<std::uint32_t>(value & 1), std::move(asked.files[0]));
        }
        return {};
    }
    /// Replaces the file but keeps the number, because other threads may ring it while the link is up.
    auto exchange_call(std::uint32_t which, descriptor file) -> void {
        auto& kept = rings_[which].call;
        if (not kept) {
            kept = std::move(file);
            shared_->call_through(which, kept.number());
            return;
        }
        auto const nobody = descriptor{file ? -1 : eventfd(0, EFD_CLOEXEC)};
        detail::end_lingering(kept.number());
        (void)dup3(file ? file.number() : nobody.number(), kept.number(), O_CLOEXEC);
    }

    auto set_ring(vhost_message const& asked) -> std::string {
        auto const [number, value] = asked.as<vhost_message::ring_state>();
        if (number >= rings_.size()) {
            return "speaks of ring " + std::to_string(number) + ": there are 0 and 1";
        }
        auto& one = rings_[number];
        switch (asked.about.request) {
        case vhost_request::set_ring_size:
            if (value != buffers_[number]) {
                return "has rings of " + std::to_string(value) + " buffers, this link is configured for " +
                       std::to_string(buffers_[number]);
            }
            one.buffers = value;
            break;
        case vhost_request::set_ring_base: one.base = value; break;
        case vhost_request::enable_ring: one.is_enabled = value != 0; break;
        default:
            one.at = asked.as<vhost_message::ring_addresses>();
            one.is_placed = true;
            break;
        }
        return {};
    }

    auto take(vhost_message& asked) -> std::string {
        switch (asked.about.request) {
        case vhost_request::set_features: return features_.take(asked.as<std::uint64_t>());
        case vhost_request::set_protocol_features: return features_.take_protocol(asked.as<std::uint64_t>());
        case vhost_request::set_memory_table: return map(asked);
        case vhost_request::set_ring_size:
        case vhost_request::set_ring_base:
        case vhost_request::get_ring_base:
        case vhost_request::set_ring_addresses:
        case vhost_request::enable_ring: return set_ring(asked);
        case vhost_request::set_ring_kick:
        case vhost_request::set_ring_call: return set_file(asked);
        case vhost_request::set_back_end_channel:
            channel_ = std::move(asked.files[0]);
            if (asked.file_count != 1) {
                return "gives " + std::to_string(asked.file_count) + " channels to call it through";
            }
            return kind_of_bell(channel_.number()) == bell_kind::socket
                       ? ""
                       : "gives a channel that is no socket to call it through";
        case vhost_request::set_owner:
        case vhost_request::reset_owner:
        case vhost_request::set_ring_error:
        case vhost_request::kick_ring: return {};
        default:
            return "asks for request " + std::to_string(static_cast<std::uint32_t>(asked.about.request)) +
                   ", which this back end does not have";
        }
    }

  public:
    enum class kick : std::uint8_t { none, rang, broken };
    struct reply {
        std::string refusal{}; ///< what the front end did wrong; the connection must be closed
        bool has_value{};      ///< the front end waits for the value
        std::uint64_t value{};
    };

    vhost_device(vring_config const& config, vhost_rings& shared, vhost_offer offer)
        : buffers_{config.counts()}, features_{config, offer}, shared_{&shared} {}
    vhost_device(vhost_device&&) = default;
    /// The link may outlive this object and then has no driver.
    ~vhost_device() { take_away(); }

    /// Returns whether the driver no longer uses its rings after a request.
    static auto ends_rings(vhost_message const& asked) -> bool {
        switch (asked.about.request) {
        case vhost_request::enable_ring: return asked.as<vhost_message::ring_state>().value == 0;
        case vhost_request::set_features:
        case vhost_request::set_protocol_features:
        case vhost_request::reset_owner:
        case vhost_request::set_memory_table:
        case vhost_request::set_ring_kick:
        case vhost_request::set_back_end_channel:
        case vhost_request::set_ring_size:
        case vhost_request::set_ring_base:
        case vhost_request::get_ring_base:
        case vhost_request::set_ring_addresses: return true;
        default: return false;
        }
    }

    /// Must be called before the link is closed: from now on the link reads and writes a private copy and rings no doorbell,
    /// and the driver's memory is not changed.
    auto take_away() -> void {
        if (not is_ready_ or not memory_[placed_] or std::exchange(is_taken_away_, true)) {
            return;
        }
        auto& memory = memory_[placed_];
        shared_->keep(memory.renew());
        for (std::uint32_t i = 0; i < 2 and memory and memory.is_whole(); ++i) { // after the last message of other threads
            rings_[i].base = used_index(memory, shared_->placed().parts(i));
        }
    }
    /// Returns whether the front end has not made its memory smaller.
    [[nodiscard]] auto has_memory() const -> bool { return not is_ready_ or memory_[placed_].is_whole(); }

    /// Handles a request of the front end. The link must be closed before one for which `ends_rings` is true.
    auto answer(vhost_message& asked) -> reply {
        auto const request = asked.about.request;
        switch (request) {
        case vhost_request::get_features: return {.has_value = true, .value = features_.offered()};
        case vhost_request::get_protocol_features: return {.has_value = true, .value = features_.protocol_offered()};
        case vhost_request::get_queue_count: return {.has_value = true, .value = rings_.size()};
        case vhost_request::get_ring_base:
            if (auto const which = asked.as<vhost_message::ring_state>().ring;
                which < rings_.size() and asked.about.size >= least_size(request)) {
                return {.has_value = true, .value = stop(which)};
            }
            break;
        default: break;
        }
        if (ends_rings(asked)) {
            forget_rings(request);
        }
        auto refusal = asked.about.size < least_size(request)
                           ? "sends request " + std::to_string(static_cast<std::uint32_t>(request)) + " with only " +
                                 std::to_string(asked.about.size) + " bytes"
                           : take(asked);
        if (refusal.empty()) {
            refusal = place_if_complete();
        }
        auto const wants_answer = (asked.about.flags & vhost_message::needs_reply) != 0 and features_.acknowledges();
        auto const failed = refusal.empty() ? 0u : 1u;
        return {.refusal = std::move(refusal), .has_value = wants_answer, .value = failed};
    }

    auto disconnect() -> void {
        forget_rings(vhost_request::reset_owner);
        features_.forget();
        memory_ = {};
        rings_ = {};
        channel_ = {};
        has_other_guest_ = true;
    }

    [[nodiscard]] auto is_ready() const -> bool { return is_ready_; }
    [[nodiscard]] auto features() const -> std::uint64_t { return features_.taken(); }
    [[nodiscard]] auto kicks() const -> std::array<int, 2> { return {rings_[0].kick.number(), rings_[1].kick.number()}; }

    /// Returns whether the driver rang for a ring, and clears the doorbell.
    auto take_kick(std::uint32_t which) -> kick {
        auto const file = rings_[which].kick.number();
        auto count = std::uint64_t{};
        if (file < 0) {
            return kick::none;
        }
        auto const got = read_bell(file, count);
        if (got == sizeof(count)) {
            return kick::rang;
        }
        return got < 0 and (errno == EAGAIN or errno == EINTR) ? kick::none : kick::broken;
    }
};

} // namespace rpmsg::host
