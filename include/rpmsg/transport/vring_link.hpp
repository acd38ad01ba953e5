#pragma once

#include <rpmsg/transport/vring_life.hpp>

#include <algorithm>
#include <cstdint>

namespace rpmsg::detail {

/// Both ends of a shared-memory link: two split rings, the session that starts and restarts them, the doorbells. `vring`
/// and `vring_driver` are its two roles; the concept in transport.hpp says what each call is for.
template <ring_role Role, vring_config Config, typename Region, typename Bell, typename Layout>
class vring_link : public vring_life<Role, Config, Region, Bell, Layout> {
    using life = vring_life<Role, Config, Region, Bell, Layout>;
    using life::bells_;
    using life::heard_;
    using life::receiver_;
    using life::rx_ring;
    using life::sender_;
    using life::tx_ring;

  public:
    static constexpr std::uint32_t max_frame = std::max(Config.size_of(0), Config.size_of(1));
    static constexpr bool acknowledged = Config.dialect.acknowledged;

    constexpr explicit vring_link(Region shared = {}, Bell bell = {}, Layout layout = {})
        : life{std::move(shared), std::move(bell), std::move(layout)} {}

    [[nodiscard]] constexpr auto tx_limit() const -> std::uint32_t { return ring_sender<Config, Role>::limit; }
    [[nodiscard]] constexpr auto rx_limit() const -> std::uint32_t { return ring_receiver<Config, Role>::limit; }
    [[nodiscard]] constexpr auto sender() const -> ring_sender<Config, Role> const& { return sender_; }
    [[nodiscard]] constexpr auto receiver() const -> ring_receiver<Config, Role> const& { return receiver_; }

    [[gnu::always_inline]] [[nodiscard]] constexpr auto reserve() -> tx_buffer {
        if (not this->sends()) {
            return {};
        }
        auto link = this->context();
        auto wants_doorbell = false;
        auto const room = sender_.reserve(link, wants_doorbell);
        bells_.ring_if(wants_doorbell, tx_ring, this->counts());
        return room;
    }

    constexpr auto discard(tx_buffer const& room) -> void {
        if (not sender_.is_reserved(room.token)) {
            this->counts().add(event_count::stale_loan);
            return;
        }
        sender_.discard(room);
    }

    [[gnu::always_inline]] constexpr auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        if (not this->sends() or not sender_.is_reserved(room.token) or header.length > room.space.size()) {
            this->counts().add(event_count::stale_loan);
            return false;
        }
        auto link = this->context();
        bells_.ring_if(sender_.commit(link, room, header), tx_ring, this->counts());
        return true;
    }

    [[gnu::always_inline]] [[nodiscard]] constexpr auto receive() -> rx_buffer {
        auto message = rx_buffer{};
        if (this->is_live()) {
            auto link = this->context();
            message = receiver_.receive(link);
            heard_ = heard_ or message.outcome != rx_outcome::none;
        }
        if (message.outcome == rx_outcome::none and this->is_ending()) {
            message.outcome = rx_outcome::ended;
        }
        return message;
    }

    [[gnu::always_inline]] constexpr auto release(rx_buffer const& message) -> void {
        if (not this->is_live() or not receiver_.is_held(message.token)) {
            this->counts().add(event_count::stale_loan);
            return;
        }
        auto link = this->context();
        receiver_.give(link, message);
        if (receiver_.unpublished() >= Config.batch) {
            flush();
        }
    }

    [[gnu::always_inline]] constexpr auto flush() -> void {
        if (this->is_live() and receiver_.unpublished() != 0) {
            auto link = this->context();
            bells_.ring_if(receiver_.publish(link), rx_ring, this->counts());
        }
    }

    [[nodiscard]] constexpr auto writable() -> bool { return this->sends() and sender_.writable(this->context()); }
};

} // namespace rpmsg::detail
