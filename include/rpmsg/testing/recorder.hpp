#pragma once

#include <rpmsg/framework/message.hpp>
#include <rpmsg/platform/doorbell.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::testing {

/// A doorbell that counts, for use through `doorbell_ref`. It does not ring while `refuses` is set.
class counting_bell {
    std::array<std::uint32_t, 2> rings_{};
    std::array<std::uint32_t, 2> seen_{};

  public:
    bool refuses{};

    constexpr auto ring(std::uint32_t queue) -> bool {
        expects(queue < 2);
        rings_[queue] += refuses ? 0u : 1u;
        return not refuses;
    }
    /// Returns how often a queue was rung.
    [[nodiscard]] constexpr auto rings(std::uint32_t queue) const -> std::uint32_t { return rings_[queue]; }
    /// Returns whether a queue was rung since the last call, like the pending bit of an interrupt controller.
    [[nodiscard]] constexpr auto take(std::uint32_t queue) -> bool {
        auto const rang = seen_[queue] != rings_[queue];
        seen_[queue] = rings_[queue];
        return rang;
    }
    /// Passes pending doorbells to `notify(queue)` of a channel or transport.
    constexpr auto forward(auto& to) -> void {
        for (std::uint32_t queue = 0; queue < 2; ++queue) {
            if (take(queue)) {
                to.notify(queue);
            }
        }
    }
};
static_assert(doorbell<counting_bell>);

/// Stores the first 64 bytes of the last 32 messages and the last 32 events of an endpoint: `endpoint<"x">(log.messages(),
/// log.events())`.
class recorder {
    static constexpr std::uint32_t capacity = 32;
    static constexpr std::uint32_t payload_limit = 64;

    struct kept_message {
        address source{};
        std::size_t size{};
        std::array<std::byte, payload_limit> content{};
    };
    std::array<kept_message, capacity> messages_{};
    std::array<event, capacity> events_{};
    std::uint32_t message_count_{};
    std::uint32_t event_count_{};

    [[nodiscard]] constexpr auto at(std::uint32_t i) const -> kept_message const& {
        expects(i < message_count_ and message_count_ - i <= capacity);
        return messages_[i % capacity];
    }

  public:
    constexpr auto add(message const& m) -> void {
        auto& kept = messages_[message_count_++ % capacity];
        kept.source = m.source;
        kept.size = m.payload.size();
        copy(m.payload.first(std::min<std::size_t>(m.payload.size(), payload_limit)), kept.content);
    }
    constexpr auto add(event const& what) -> void { events_[event_count_++ % capacity] = what; }

    /// Returns a message handler that stores into this recorder.
    [[nodiscard]] constexpr auto messages() {
        return [this](auto&, message const& m) { add(m); };
    }
    /// Returns an event handler that stores into this recorder.
    [[nodiscard]] constexpr auto events() {
        return [this](auto&, event const& what) { add(what); };
    }

    [[nodiscard]] constexpr auto message_count() const -> std::uint32_t { return message_count_; }
    [[nodiscard]] constexpr auto source(std::uint32_t i) const -> address { return at(i).source; }
    [[nodiscard]] constexpr auto size(std::uint32_t i) const -> std::size_t { return at(i).size; }
    [[nodiscard]] constexpr auto payload(std::uint32_t i) const -> const_bytes {
        return const_bytes{at(i).content}.first(std::min<std::size_t>(at(i).size, payload_limit));
    }

    [[nodiscard]] constexpr auto counter() const -> std::uint32_t { return event_count_; }
    [[nodiscard]] constexpr auto recorded(std::uint32_t i) const -> event const& {
        expects(i < event_count_ and event_count_ - i <= capacity);
        return events_[i % capacity];
    }
    /// Returns how many stored events are of a kind.
    [[nodiscard]] constexpr auto count(event_kind kind) const -> std::uint32_t {
        std::uint32_t found = 0;
        for (std::uint32_t i = 0; i < std::min(event_count_, capacity); ++i) {
            found += events_[i].kind == kind ? 1u : 0u;
        }
        return found;
    }
    /// Returns the latest event of a kind; there must be one.
    [[nodiscard]] constexpr auto last(event_kind kind) const -> event const& {
        auto i = event_count_;
        while (i > 0 and recorded(i - 1).kind != kind) {
            --i;
        }
        return recorded(i - 1);
    }
};

} // namespace rpmsg::testing
