#pragma once

#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/transport/transport.hpp>

#include <cstdint>
#include <utility>

namespace rpmsg {

/// A transmit buffer on loan: fill the payload in place and commit it, or destroy the loan to give it back, before the channel
/// is destroyed. Move-only; empty when the reserve was refused, and `refusal` returns the error. The buffer is not reused until
/// the loan ends, so a thread may still write to it while the link goes down and comes up again.
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
    /// A loan without its destructor, for objects in static storage, which firmware never destroys: `tx_loan{parked}` resumes
    /// it.
    struct parked {
        Channel* owner{};
        tx_buffer room{};
        std::uint32_t generation{};
    };
    [[nodiscard]] constexpr auto park() -> parked { return {std::exchange(owner_, nullptr), room_, generation_}; }
    constexpr explicit tx_loan(parked const& it) : owner_{it.owner}, room_{it.room}, generation_{it.generation} {}

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
    /// The error with which the reserve was refused; `closed` when the loan was moved from or committed.
    [[nodiscard]] constexpr auto refusal() const -> error {
        return owner_ == nullptr and refusal_ == error{} ? error::closed : refusal_;
    }
    /// The memory for the payload; its size is the largest payload.
    [[nodiscard]] constexpr auto payload() const -> bytes { return owner_ != nullptr ? room_.space : bytes{}; }
};

/// Base of the channel to which a held message returns its buffer.
struct message_owner {};

/// A received message that a handler kept. Move-only; the destructor releases the buffer. It must end before the channel does,
/// in any context that the lock of the channel excludes. After a link down the bytes may change, and the release does nothing.
class held_message {
  public:
    using give_back = bool (*)(message_owner&, rx_token const&, std::uint32_t generation);

  private:
    message_owner* owner_{};
    give_back give_back_{};
    message content_{};
    rx_token token_{};
    std::uint32_t generation_{};

  public:
    /// A held message without its destructor, as `tx_loan::parked`: `held_message{parked}` resumes it.
    struct parked {
        message_owner* owner{};
        give_back how{};
        message content{};
        rx_token token{};
        std::uint32_t generation{};
    };
    [[nodiscard]] constexpr auto park() -> parked {
        return {std::exchange(owner_, nullptr), give_back_, content_, token_, generation_};
    }
    constexpr explicit held_message(parked const& it)
        : owner_{it.owner}, give_back_{it.how}, content_{it.content}, token_{it.token}, generation_{it.generation} {}

    constexpr held_message() = default;
    constexpr held_message(message_owner& owner, give_back how, message const& content, rx_token const& token,
                           std::uint32_t generation)
        : owner_{&owner}, give_back_{how}, content_{content}, token_{token}, generation_{generation} {}
    /// The same without a destructor, for arrays in constant-initialised tables.
    struct parts {
        message_owner* owner{};
        give_back how{};
        message content{};
        rx_token token{};
        std::uint32_t generation{};
    };
    constexpr explicit held_message(parts const& it) : held_message{*it.owner, it.how, it.content, it.token, it.generation} {}
    [[nodiscard]] constexpr auto leave() -> parts {
        return {std::exchange(owner_, nullptr), give_back_, content_, token_, generation_};
    }
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

    /// Releases the buffer before the destructor does. Returns whether the link was up all the time: otherwise the bytes may
    /// have changed.
    constexpr auto release() -> bool { // NOLINT(modernize-use-nodiscard)
        return owner_ != nullptr and give_back_(*std::exchange(owner_, nullptr), token_, generation_);
    }
    [[nodiscard]] constexpr explicit operator bool() const { return owner_ != nullptr; }
    [[nodiscard]] constexpr auto source() const -> address { return content_.source; }
    [[nodiscard]] constexpr auto payload() const -> const_bytes { return owner_ != nullptr ? content_.payload : const_bytes{}; }
};

} // namespace rpmsg
