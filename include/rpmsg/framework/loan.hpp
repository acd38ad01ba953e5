#pragma once

#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/transport/transport.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg {

/// A transmit buffer on loan: fill the payload in place and commit it, or drop the loan. Move-only; empty when the
/// reserve was refused, and `refusal` says why. Give it back before its channel ends. A thread that goes on filling it while
/// the link goes down and comes up again harms no message of this side: until the loan ends its buffer is out of use.
template <typename Channel> class tx_loan {
    friend Channel;

    Channel* owner_{};
    tx_buffer room_{};
    std::uint32_t generation_{};
    error refusal_{};

    constexpr tx_loan(Channel& owner, tx_buffer room, std::uint32_t generation)
        : owner_{&owner}, room_{room}, generation_{generation} {}
    constexpr auto drop() -> void {
        if (owner_ != nullptr) {
            owner_->give_back(*this);
        }
    }
    struct contents {
        tx_buffer room;
        std::uint32_t generation;
    };
    constexpr auto leave() -> contents {
        owner_ = nullptr;
        return {room_, generation_};
    }

  public:
    constexpr tx_loan(error refusal) : refusal_{refusal} {}
    constexpr tx_loan(tx_loan&& other) noexcept
        : owner_{std::exchange(other.owner_, nullptr)}, room_{other.room_},
          generation_{other.generation_}, refusal_{other.refusal_} {}
    constexpr auto operator=(tx_loan&& other) noexcept -> tx_loan& {
        if (this != &other) {
            drop();
            owner_ = std::exchange(other.owner_, nullptr);
            room_ = other.room_;
            generation_ = other.generation_;
            refusal_ = other.refusal_;
        }
        return *this;
    }
    tx_loan(tx_loan const&) = delete;
    auto operator=(tx_loan const&) -> tx_loan& = delete;
    constexpr ~tx_loan() { drop(); }

    [[nodiscard]] constexpr explicit operator bool() const { return owner_ != nullptr; }
    /// Why there is no buffer; `closed` when it was moved from or committed.
    [[nodiscard]] constexpr auto refusal() const -> error {
        return owner_ == nullptr and refusal_ == error{} ? error::closed : refusal_;
    }
    /// Where the payload goes; its size is the most that fits.
    [[nodiscard]] constexpr auto payload() const -> bytes { return owner_ != nullptr ? room_.space : bytes{}; }
};

/// What a held message points back to. A channel is one.
struct message_owner {};

/// A received message that a handler kept. Move-only; the buffer goes back when this ends, before its channel does, from
/// any context that the lock of the channel excludes. After the link went down the bytes may change, and giving back does nothing.
class held_message {
  public:
    using give_back = void (*)(message_owner&, rx_token const&, std::uint32_t generation);

  private:
    message_owner* owner_{};
    give_back give_back_{};
    message content_{};
    rx_token token_{};
    std::uint32_t generation_{};

  public:
    constexpr held_message() = default;
    constexpr held_message(message_owner& owner, give_back how, message const& content, rx_token const& token,
                           std::uint32_t generation)
        : owner_{&owner}, give_back_{how}, content_{content}, token_{token}, generation_{generation} {}
    constexpr held_message(held_message&& other) noexcept
        : owner_{std::exchange(other.owner_, nullptr)},
          give_back_{other.give_back_}, content_{other.content_}, token_{other.token_}, generation_{other.generation_} {}
    constexpr auto operator=(held_message&& other) noexcept -> held_message& {
        if (this != &other) {
            release();
            owner_ = std::exchange(other.owner_, nullptr);
            give_back_ = other.give_back_;
            content_ = other.content_;
            token_ = other.token_;
            generation_ = other.generation_;
        }
        return *this;
    }
    held_message(held_message const&) = delete;
    auto operator=(held_message const&) -> held_message& = delete;
    constexpr ~held_message() { release(); }

    /// Gives the buffer back now.
    constexpr auto release() -> void {
        if (owner_ != nullptr) {
            give_back_(*std::exchange(owner_, nullptr), token_, generation_);
        }
    }
    [[nodiscard]] constexpr explicit operator bool() const { return owner_ != nullptr; }
    [[nodiscard]] constexpr auto source() const -> address { return content_.source; }
    [[nodiscard]] constexpr auto payload() const -> const_bytes { return owner_ != nullptr ? content_.payload : const_bytes{}; }
};

} // namespace rpmsg
