#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/testing/loopback.hpp>
#include <rpmsg/transport/transport.hpp>

#include "capture/reader.hpp"
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace capture {

/// The path of a capture in the folder recorded/.
inline auto recorded(std::string const& name) -> std::string {
    return (std::filesystem::path{__FILE__}.parent_path() / "recorded" / name).string();
}

/// Plays the peer of a captured link to a channel of this program, over a loopback: sends what the peer sent, in order, and
/// compares what this side sends with the capture. `Acknowledged` says whether the peer acknowledges names. Messages have at
/// most 496 bytes.
template <bool Acknowledged = true> class replay {
    static constexpr std::uint32_t buffers = 16;
    static constexpr std::uint32_t largest = 496;
    using end = rpmsg::testing::loopback<Acknowledged, buffers, largest>;

    rpmsg::testing::loopback_memory<buffers, largest> memory_{};
    end peer_{memory_, 0};
    file all_;
    std::uint32_t link_;

    static auto words_of(rpmsg::wire::header const& header, rpmsg::const_bytes payload) -> std::string {
        auto const number = [](auto value) { return std::to_string(static_cast<std::uint32_t>(value)); };
        auto text = number(header.source) + " -> " + number(header.destination) + ":";
        for (auto const each : payload) {
            text += " " + number(each);
        }
        return text;
    }
    static auto comment_starts(packet const& of, std::string_view text) -> bool {
        return of.data.empty() and of.extra.comments().starts_with(text);
    }
    /// The next message of this side; nothing when `act` and two polls bring none.
    auto next_of_this_side(auto& channel, packet const& expected, auto& act) -> std::string {
        for (auto tries = 0; tries < 3; ++tries) {
            (void)peer_.poll(0);
            if (auto const got = peer_.receive(); got.outcome == rpmsg::rx_outcome::message) {
                auto const text = words_of({.source = got.source, .destination = got.destination}, got.payload);
                peer_.release(got.token);
                return text;
            }
            channel.poll();
            if (tries == 1) {
                act(channel, expected);
            }
        }
        return "nothing";
    }
    auto send(auto& channel, packet const& message) -> bool {
        auto room = peer_.reserve();
        for (auto tries = 0; not room and tries < 2; ++tries) {
            channel.poll();
            (void)peer_.poll(0);
            room = peer_.reserve();
        }
        if (not room or message.payload().size() > room.space.size()) {
            return false;
        }
        rpmsg::copy(message.payload(), room.space);
        return peer_.commit(room, message.header());
    }

  public:
    /// The end of this side for the channel under test, which must be started before `run`.
    using transport = end;

    explicit replay(file all, std::uint32_t link = 0) : all_{std::move(all)}, link_{link} {}
    replay(replay const&) = delete;
    auto operator=(replay const&) -> replay& = delete;

    [[nodiscard]] auto this_side() -> transport { return transport{memory_, 1}; }

    /// Plays the whole capture. `act(channel, packet)` is called when this side sends nothing by itself although the capture
    /// has a message of it. Returns the first difference in words; empty when there is none.
    auto run(auto& channel, auto act) -> std::string {
        for (std::size_t i = 0; i < all_.packets.size(); ++i) {
            auto const& each = all_.packets[i];
            auto const where = "packet " + std::to_string(i + 1) + ": ";
            if (each.interface != link_) {
                continue;
            }
            if (comment_starts(each, "link up")) {
                (void)peer_.start(); // what the peer sends up to the next message of this side is there at its next poll
                (void)peer_.poll(0);
            } else if (comment_starts(each, "link down: peer restarted")) {
                peer_ = end{memory_, 0};
                (void)peer_.start();
                channel.poll();
            } else if (comment_starts(each, "link down: peer")) {
                peer_.close();
                channel.poll();
            } else if (each.data.empty()) {
                continue;
            } else if (each.is_inbound()) {
                if (not send(channel, each)) {
                    return where + "this side does not take a message of the peer";
                }
            } else {
                auto const expected = words_of(each.header(), each.payload());
                auto const got = next_of_this_side(channel, each, act);
                if (got != expected) {
                    return where + "this side sent " + got + "; recorded is " + expected;
                }
            }
        }
        channel.poll();
        (void)peer_.poll(0);
        auto const more = peer_.receive();
        return more.outcome != rpmsg::rx_outcome::message
                   ? ""
                   : "after the end this side sent " +
                         words_of({.source = more.source, .destination = more.destination}, more.payload);
    }
};

} // namespace capture
