#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace rpmsg {

/// A transmit buffer for the data of a socket. It is empty when the reserve was refused.
template <typename Loan> class socket_loan {
    Loan room_;
    std::uint32_t front_;
    std::uint32_t limit_;

  public:
    /// Called by `sockets`.
    constexpr socket_loan(Loan&& room, std::uint32_t front, std::uint32_t limit)
        : room_{std::move(room)}, front_{front}, limit_{limit} {}
    [[nodiscard]] constexpr auto take() && -> Loan { return std::move(room_); }

    [[nodiscard]] constexpr explicit operator bool() const { return static_cast<bool>(room_); }
    [[nodiscard]] constexpr auto refusal() const -> error { return room_.refusal(); }
    /// The memory for the data.
    [[nodiscard]] constexpr auto payload() const -> bytes {
        auto const all = room_.payload();
        return all.size() > front_ ? all.subspan(front_).first(std::min<std::size_t>(all.size() - front_, limit_)) : bytes{};
    }
};

} // namespace rpmsg
