#pragma once

#include <rpmsg/framework/loan.hpp>
#include <rpmsg/framework/message.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include <fmt/format.h>

#include "numbered.hpp"
#include "options.hpp"
#include "screen.hpp"
#include "shared_block.hpp"
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace demo {

/// The work of a side on its link: exchange greetings by copy, send a file there and back in place, measure round trips, and
/// stream numbered messages both ways. The host leads, the remote follows; after a restart of either, a side continues from its
/// notes.
class jobs {
    struct greeting {
        phase at;
        std::uint32_t size;
        std::uint64_t messages;
        std::uint64_t seed;
        std::array<char, 40> words;
    };
    static constexpr std::size_t chunk_size = rings.buffer_size - 16 - sizeof(std::uint64_t);
    static constexpr std::uint64_t chunks_on_the_way = 8;
    static constexpr std::size_t round_trips = 20'000;
    static constexpr std::size_t warm_up = 1'000;
    static constexpr unsigned burst = 16;

    role me_;
    options chosen_;
    std::vector<std::byte> content_;
    notes& notes_;
    bool by_hand_;

    bool is_up_{}, was_up_{}, refused_{}, greeted_{}, heard_peer_{}, blocked_{};
    std::uint64_t moves_{}, seen_moves_{};

    // file
    std::uint64_t chunk_sent_{}, chunk_back_{}, hash_{hash_of_nothing}, file_began_{};
    std::deque<rpmsg::held_message> to_echo_{};
    // round trips
    std::vector<std::uint32_t> times_{};
    std::uint64_t trip_began_{};
    std::uint64_t trip_{};
    // stream
    std::uint64_t since_up_{}; ///< stream messages sent since the link came up
    std::uint64_t came_{};     ///< stream messages received since the link came up

    [[nodiscard]] auto is_host() const -> bool { return me_ == role::host; }
    [[nodiscard]] auto half() const -> std::uint64_t { return chosen_.messages / 2; }
    auto tell(std::string_view text) const -> void { say(name_of(me_), text); }
    auto enter(phase next) -> void {
        notes_.at = next;
        greeted_ = false;
    }

    auto greet(auto& link) -> unsigned {
        auto hello =
            greeting{.at = notes_.at, .size = chosen_.size, .messages = chosen_.messages, .seed = chosen_.seed, .words = {}};
        fmt::format_to_n(hello.words.data(), hello.words.size() - 1, "hello from the {}, process {}", name_of(me_), getpid());
        auto payload = std::array<std::byte, sizeof(greeting)>{};
        std::memcpy(payload.data(), &hello, sizeof(hello));
        greeted_ = link.template get<"greeting">().send(payload).has_value();
        return greeted_ ? 1 : 0;
    }

    /// Sends chunks that are written in the transmit buffer itself: an offset in the file, then its bytes.
    auto send_file(auto& link) -> unsigned {
        auto sent = 0u;
        while (chunk_sent_ < content_.size() and chunk_sent_ - chunk_back_ < chunks_on_the_way * chunk_size) {
            auto endpoint = link.template get<"file">();
            auto room = endpoint.reserve();
            if (not room) {
                break;
            }
            auto const size = std::min<std::size_t>(chunk_size, content_.size() - chunk_sent_);
            rpmsg::store(room.payload(), chunk_sent_);
            rpmsg::copy(rpmsg::const_bytes{content_}.subspan(chunk_sent_, size), room.payload().subspan(sizeof(chunk_sent_)));
            if (not endpoint.commit(std::move(room), sizeof(chunk_sent_) + size)) {
                break;
            }
            chunk_sent_ += size;
            ++sent;
        }
        if (chunk_back_ == content_.size()) {
            report_file();
            enter(phase::round_trips);
        }
        return sent;
    }
    auto report_file() -> void {
        auto const here = hash_of(content_);
        notes_.damaged = notes_.damaged + (here == hash_ ? 0 : 1);
        auto const micros = static_cast<double>(rpmsg::host::steady_clock::nanoseconds() - file_began_) / 1000;
        say("file",
            fmt::format("{}: {} bytes across and back in place in {:.1f} ms; hash here {:016x}, of what came back {:016x}: {}",
                        chosen_.file.substr(chosen_.file.rfind('/') + 1), grouped(content_.size()), micros / 1000, here, hash_,
                        here == hash_ ? "equal" : "DIFFERENT"));
    }

    auto send_back(auto& link) -> unsigned {
        auto sent = 0u;
        while (not to_echo_.empty() and echo(link.template get<"file">(), to_echo_.front().payload())) {
            to_echo_.pop_front();
            ++sent;
        }
        return sent;
    }
    static auto echo(auto&& endpoint, rpmsg::const_bytes payload) -> bool {
        auto room = endpoint.reserve();
        if (not room) {
            return false;
        }
        rpmsg::copy(payload, room.payload());
        return endpoint.commit(std::move(room), payload.size()).has_value();
    }

    auto send_round_trip(auto& link) -> unsigned {
        if (times_.size() == round_trips) {
            for (auto const& line : describe_times({times_.begin() + warm_up, times_.end()})) {
                say("latency", line);
            }
            enter(phase::stream);
            return 1;
        }
        if (trip_began_ != 0) {
            return 0;
        }
        auto payload = std::array<std::byte, 496>{};
        fill_numbered(rpmsg::bytes{payload}.first(chosen_.size), chosen_.seed, trip_);
        auto const began = rpmsg::host::steady_clock::nanoseconds();
        if (not link.template get<"round-trip">().send(rpmsg::const_bytes{payload}.first(chosen_.size))) {
            return 0;
        }
        trip_began_ = began;
        return 1;
    }

    /// Sends stream messages: the host copies them, the remote writes them in place.
    auto send_numbered(auto& link) -> unsigned {
        auto sent = 0u;
        auto endpoint = link.template get<"stream">();
        auto payload = std::array<std::byte, 496>{};
        auto const size = chosen_.size;
        while (sent < burst and not blocked_ and notes_.sent < half()) {
            auto outcome = rpmsg::status{};
            if (is_host()) {
                fill_numbered(rpmsg::bytes{payload}.first(size), chosen_.seed, notes_.sent);
                outcome = endpoint.send(rpmsg::const_bytes{payload}.first(size));
            } else if (auto room = endpoint.reserve()) {
                fill_numbered(room.payload().first(size), chosen_.seed, notes_.sent);
                outcome = endpoint.commit(std::move(room), size);
            } else {
                outcome = room.refusal();
            }
            if (not outcome) {
                blocked_ = outcome.error() == rpmsg::error::no_buffer;
                break;
            }
            notes_.sent = notes_.sent + 1;
            ++since_up_;
            ++sent;
        }
        return sent;
    }

  public:
    jobs(role me, options chosen, std::vector<std::byte> content, notes& own, bool by_hand)
        : me_{me}, chosen_{std::move(chosen)}, content_{std::move(content)}, notes_{own}, by_hand_{by_hand} {}

    auto hear(rpmsg::event const& what) -> void {
        if (what.kind == rpmsg::event_kind::link_up) {
            is_up_ = was_up_ = true;
            refused_ = false;
            notes_.links = notes_.links + 1;
        } else if (what.kind == rpmsg::event_kind::refused) {
            refused_ = true;
        } else if (what.kind == rpmsg::event_kind::link_down) {
            is_up_ = greeted_ = heard_peer_ = false;
            chunk_sent_ = chunk_back_;
            trip_began_ = 0;
            to_echo_.clear();
        }
    }

    auto hear_greeting(rpmsg::const_bytes payload) -> void {
        if (payload.size() != sizeof(greeting)) {
            return;
        }
        auto hello = greeting{};
        rpmsg::snapshot(payload, {reinterpret_cast<std::byte*>(&hello), sizeof(hello)});
        hello.words.back() = 0;
        if (not heard_peer_) {
            tell(fmt::format("found greeting, file, round-trip, stream by name; hears by copy: \"{}\"", hello.words.data()));
        }
        heard_peer_ = true;
        if (not is_host()) {
            notes_.at = hello.at;
            chosen_.size = std::clamp<std::uint32_t>(hello.size, 16, 496);
            chosen_.messages = hello.messages;
            chosen_.seed = hello.seed;
        } else if (notes_.at == phase::greeting) {
            file_began_ = rpmsg::host::steady_clock::nanoseconds();
            enter(phase::file);
        }
    }

    /// Receives a chunk. The remote sends it back at once or, when it has no buffer, later from the held message.
    auto hear_chunk(auto& link, rpmsg::message const& m) -> void {
        if (not is_host()) {
            if (not to_echo_.empty() or not echo(link, m.payload)) {
                to_echo_.push_back(link.hold(m));
            }
        } else if (m.payload.size() > sizeof(std::uint64_t) and rpmsg::load<std::uint64_t>(m.payload) == chunk_back_) {
            auto const data = m.payload.subspan(sizeof(std::uint64_t));
            hash_ = hash_of(data, hash_);
            chunk_back_ += data.size();
        }
        ++moves_;
    }

    auto hear_round_trip(auto& link, rpmsg::message const& m) -> void {
        if (not is_host()) {
            link.reply(m, m.payload);
        } else if (trip_began_ != 0 and m.payload.size() == chosen_.size and rpmsg::load<std::uint64_t>(m.payload) == trip_) {
            auto const took = rpmsg::host::steady_clock::nanoseconds() - trip_began_;
            times_.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(took, 0xffff'ffff)));
            notes_.damaged = notes_.damaged + (is_intact(m.payload, chosen_.seed) ? 0 : 1);
            trip_began_ = 0;
            ++trip_;
        }
        ++moves_;
    }

    auto hear_numbered(rpmsg::const_bytes payload) -> void {
        if (payload.size() != chosen_.size or not is_intact(payload, chosen_.seed)) {
            notes_.damaged = notes_.damaged + 1;
            return;
        }
        auto const number = rpmsg::load<std::uint64_t>(payload);
        if (number < notes_.received) {
            notes_.duplicates = notes_.duplicates + 1;
        } else {
            notes_.lost = notes_.lost + (number - notes_.received);
            notes_.received = number + 1;
        }
        if (came_++ == 0) {
            notes_.flowing_since = rpmsg::host::steady_clock::nanoseconds();
        }
        ++moves_;
    }

    /// Sends exactly the messages again that a killed peer had not returned, unless they were sent before the stream began.
    auto hear_stream_event(rpmsg::event const& what) -> void {
        if (what.kind == rpmsg::event_kind::link_down) {
            auto const again = std::min<std::uint64_t>(what.unreturned, since_up_);
            notes_.sent = notes_.sent - again;
            notes_.resent = notes_.resent + again;
            since_up_ = came_ = 0;
            if (what.reason == rpmsg::down_reason::peer_restarted and notes_.received < half()) {
                tell(fmt::format("the {} was started anew; sends {} messages again", name_of(peer_of(me_)), again));
            }
        }
        blocked_ = false;
    }

    /// Sends as much as possible now and returns how much that was.
    auto go_on(auto& link) -> unsigned {
        if (not is_up_ or not link.template get<"stream">().is_bound()) {
            return 0;
        }
        if (not greeted_) {
            return greet(link);
        }
        if (not heard_peer_) {
            return 0;
        }
        switch (notes_.at) {
        case phase::greeting: return 0;
        case phase::file: return is_host() ? send_file(link) : send_back(link);
        case phase::round_trips: return is_host() ? send_round_trip(link) : 0;
        case phase::stream: return send_numbered(link);
        }
        return 0;
    }

    [[nodiscard]] auto is_done(auto& link) -> bool {
        return heard_peer_or_done() and notes_.at == phase::stream and notes_.sent == half() and notes_.received >= half() and
               (not is_up_ or link.transport().in_flight() == 0);
    }
    [[nodiscard]] auto heard_peer_or_done() const -> bool { return heard_peer_ or was_up_; }
    [[nodiscard]] auto is_refused() const -> bool { return refused_; }
    [[nodiscard]] auto was_up() const -> bool { return was_up_; }
    [[nodiscard]] auto has_moved() -> bool { return std::exchange(seen_moves_, moves_) != moves_; }
    [[nodiscard]] auto progress() const -> std::uint64_t { return notes_.received; }
    [[nodiscard]] auto goal() const -> std::uint64_t { return half(); }

    /// Prints a report and returns whether no message was lost or damaged.
    auto report(auto& link) const -> bool {
        auto const well = notes_.lost == 0 and notes_.damaged == 0;
        if (by_hand_) {
            tell(fmt::format("{}: sent {} ({} again), received {}: {} duplicates, {} lost, {} damaged", well ? "ok" : "FAILED",
                             grouped(notes_.sent), notes_.resent, grouped(notes_.received), notes_.duplicates, notes_.lost,
                             notes_.damaged));
        }
        auto text = std::string{};
        for (unsigned i = 0; i < static_cast<unsigned>(rpmsg::counter::count_); ++i) {
            auto const which = static_cast<rpmsg::counter>(i);
            if (auto const count = link.counts()[which]; count != 0) {
                text += fmt::format("{}{}{} {}", text.empty() ? "" : ", ", count == 0xffff ? "at least " : "", count,
                                    describe(which));
            }
        }
        tell(fmt::format("counted since its last start: {}", text.empty() ? "nothing unusual" : text));
        return well;
    }
};

} // namespace demo
