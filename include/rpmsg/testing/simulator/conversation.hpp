#pragma once

#include <rpmsg/core/bytes.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>

namespace rpmsg::testing::simulator {

/// One direction between two endpoints, seen from above: what one end sends and the other one receives. Messages carry a stamp;
/// `receive` returns what is wrong with one, or nothing: each message arrives once, in order, unchanged, and none of a session
/// is missing unless the wire may lose messages.
class conversation {
  public:
    static constexpr std::size_t stamp_size = 16;

  private:
    struct stamp {
        std::uint32_t life{};    ///< of the sender
        std::uint32_t session{}; ///< how often the link of the sender came up
        std::uint32_t number{};  ///< in the session
        auto operator<=>(stamp const&) const = default;
    };

    bool may_lose_{};
    stamp next_{};
    stamp last_{};
    bool has_last_{};
    bool may_have_gap_ = true; ///< the receiver has changed since the last message
    bool is_partial_{};        ///< not all messages of the sender's present session were counted
    std::uint64_t accepted_{};
    std::uint64_t delivered_{};
    std::uint32_t in_session_{}; ///< messages delivered of the sender's present session

    static auto filler(stamp const& of, std::size_t at) -> std::byte {
        auto const mixed =
            (of.number + 1) * 0x9e37'79b1u + of.session * 0x85eb'ca6bu + of.life + static_cast<std::uint32_t>(at);
        return static_cast<std::byte>((mixed ^ mixed >> 13) & 0xff);
    }
    static auto check_of(stamp const& of, std::size_t size) -> std::uint32_t {
        return (of.life * 31 + of.session) * 0x9e37'79b1u ^ of.number * 0x85eb'ca6bu ^ static_cast<std::uint32_t>(size);
    }

  public:
    explicit conversation(bool may_lose = false) : may_lose_{may_lose} {}

    /// The link of the sender came up.
    auto begin_session(std::uint32_t life) -> void {
        next_ = {.life = life, .session = next_.session + 1, .number = 0};
        in_session_ = 0;
        is_partial_ = false;
    }
    /// The receiver started, or its link went down or came up: what was under way may be lost.
    auto change_receiver() -> void { may_have_gap_ = true; }
    /// The receiver was destroyed: what arrives until the sender knows its successor is lost.
    auto lose() -> void { may_have_gap_ = is_partial_ = true; }
    /// A message arrived that is not checked, because the wire carries what nobody has sent.
    auto ignore() -> void {
        has_last_ = false;
        may_have_gap_ = is_partial_ = true;
    }

    /// Fills a message of at least 16 bytes; `accept` follows when it was sent.
    auto write(bytes room) const -> void {
        store(room.subspan(0, 4), next_.life);
        store(room.subspan(4, 4), next_.session);
        store(room.subspan(8, 4), next_.number);
        store(room.subspan(12, 4), check_of(next_, room.size()));
        for (std::size_t i = stamp_size; i < room.size(); ++i) {
            room[i] = filler(next_, i);
        }
    }
    auto accept() -> void {
        ++next_.number;
        ++accepted_;
    }
    [[nodiscard]] auto receive(const_bytes payload) -> std::string {
        if (payload.size() < stamp_size) {
            return "a message was changed: it is too short";
        }
        auto const got = stamp{.life = load<std::uint32_t>(payload.subspan(0, 4)),
                               .session = load<std::uint32_t>(payload.subspan(4, 4)),
                               .number = load<std::uint32_t>(payload.subspan(8, 4))};
        auto is_sound = load<std::uint32_t>(payload.subspan(12, 4)) == check_of(got, payload.size());
        for (std::size_t i = stamp_size; i < payload.size(); ++i) {
            is_sound = is_sound and payload[i] == filler(got, i);
        }
        auto const words = [](stamp const& of) {
            return std::to_string(of.number) + " of session " + std::to_string(of.session);
        };
        if (not is_sound) {
            return "a message was changed";
        }
        if (got > next_) {
            return "a message was received that was not sent: " + words(got);
        }
        if (has_last_ and got <= last_) {
            return (got == last_ ? "a message was delivered twice: " : "a message was delivered out of order: ") + words(got) +
                   " after " + words(last_);
        }
        auto const is_same = has_last_ and got.session == last_.session;
        if (is_same and not may_lose_ and not may_have_gap_ and got.number != last_.number + 1) {
            return "messages are missing: " + words(got) + " after " + words(last_);
        }
        last_ = got;
        has_last_ = true;
        may_have_gap_ = false;
        ++delivered_;
        in_session_ += got.session == next_.session ? 1u : 0u;
        return {};
    }

    [[nodiscard]] auto accepted() const -> std::uint64_t { return accepted_; }
    [[nodiscard]] auto delivered() const -> std::uint64_t { return delivered_; }
    /// Messages of the sender's present session that were accepted and have not been delivered.
    [[nodiscard]] auto missing() const -> std::uint32_t { return may_lose_ or is_partial_ ? 0 : next_.number - in_session_; }
};

} // namespace rpmsg::testing::simulator
