#pragma once

#include <rpmsg/transport/vring/config.hpp>

#include <cstdint>
#include <string>

namespace rpmsg::host {

/// The optional features that a back end offers.
struct vhost_offer {
    bool version_1 = true; ///< virtio 1.x; if false, a legacy device, whose rings have the same format
    bool in_band = false;  ///< doorbells as messages of the protocol instead of eventfds
};

/// The feature bits of the device and of the protocol: those that are offered, and those that the front end accepts.
class vhost_features {
    static constexpr std::uint64_t name_service = 1;
    static constexpr std::uint64_t event_index = std::uint64_t{1} << 29;
    static constexpr std::uint64_t has_protocol = std::uint64_t{1} << 30;
    static constexpr std::uint64_t version_1 = std::uint64_t{1} << 32;
    static constexpr std::uint64_t reply_ack = std::uint64_t{1} << 3;
    static constexpr std::uint64_t back_end_channel = std::uint64_t{1} << 5; ///< virtio_uml requires it
    static constexpr std::uint64_t in_band = std::uint64_t{1} << 14;

    std::uint64_t offered_;
    std::uint64_t protocol_offered_;
    std::uint64_t taken_{};
    std::uint64_t protocol_{};

    static auto bits_of(std::uint64_t value) -> std::string {
        auto text = std::string{};
        for (auto bit = 0; bit < 64; ++bit) {
            if ((value >> bit & 1) != 0) {
                text += (text.empty() ? "" : ", ") + std::to_string(bit);
            }
        }
        return text;
    }

  public:
    vhost_features(vring_config const& config, vhost_offer offer)
        : offered_{name_service | has_protocol | (config.event_index ? event_index : 0) | (offer.version_1 ? version_1 : 0)},
          protocol_offered_{reply_ack | back_end_channel | (offer.in_band ? in_band : 0)} {}

    [[nodiscard]] auto offered() const -> std::uint64_t { return offered_; }
    [[nodiscard]] auto protocol_offered() const -> std::uint64_t { return protocol_offered_; }
    [[nodiscard]] auto taken() const -> std::uint64_t { return taken_; }

    /// Both return what is wrong with the choice of the front end, as a sentence about it; empty when it is valid.
    auto take(std::uint64_t features) -> std::string {
        if ((features & ~offered_) != 0) {
            return "takes feature bits that were not offered: " + bits_of(features & ~offered_);
        }
        if (((features ^ offered_) & event_index) != 0) {
            return "does not take the event index (feature bit 29): this link is configured with it";
        }
        taken_ = features;
        return {};
    }
    auto take_protocol(std::uint64_t features) -> std::string {
        if ((features & ~protocol_offered_) != 0) {
            return "takes protocol features that were not offered: " + bits_of(features & ~protocol_offered_);
        }
        protocol_ = features;
        return {};
    }
    auto forget() -> void { taken_ = protocol_ = 0; }

    /// Returns whether the driver supports the name service.
    [[nodiscard]] auto takes_names() const -> bool { return (taken_ & name_service) != 0; }
    /// Returns whether rings must be enabled by a separate request.
    [[nodiscard]] auto enables_rings() const -> bool { return (taken_ & has_protocol) != 0; }
    [[nodiscard]] auto acknowledges() const -> bool { return (protocol_ & reply_ack) != 0; }
    [[nodiscard]] auto uses_in_band() const -> bool { return (protocol_ & in_band) != 0; }
};

} // namespace rpmsg::host
