#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/host/capture/capture_file.hpp>
#include <rpmsg/host/capture/pcapng_block.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/transport/tap_ring.hpp>
#include <rpmsg/transport/tapped.hpp>
#include <rpmsg/wire/header.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rpmsg::host {

class pcapng_link;

/// A capture of any number of links in the pcapng format, for Wireshark and tshark, in a file or live in a pipe. Each link is
/// an interface of its own and may be polled by another thread. A packet is the 16 bytes of the RPMsg header, with the reserved
/// field and the flags 0, and the payload; its flags tell the direction, as seen from this side. A change of the link and a
/// message that is not delivered are packets without a byte, with a comment that names the reason. Other counters
/// are comments of the next packet. The number of lost packets includes what the transport dropped and what could not be
/// recorded. The messages of a capture that is finished are not recorded.
class pcapng {
    friend class pcapng_link;

    enum class direction : std::uint32_t { none, inbound, outbound };

    /// What is recorded of a link, without the file.
    struct interface {
        std::vector<std::byte> packet{}; ///< the message that is being sent
        std::uint64_t sent_at{};
        std::array<std::uint32_t, static_cast<std::size_t>(counter::count_)> notes{}; ///< not recorded yet
        std::uint64_t missing{}; ///< packets that are missing since the last record
        std::uint64_t received{};
        std::uint64_t dropped{};
        std::uint64_t unrecorded{};
    };
    struct state {
        std::mutex lock{};
        capture_file file;
        std::vector<interface> links{};
        std::vector<std::byte> block{};
        std::uint64_t time_offset{};
        std::uint64_t unrecorded{};
        std::string error{}; ///< of the file, when it is finished

        explicit state(capture_file&& opened) : file{std::move(opened)} {
            auto time = timespec{};
            clock_gettime(CLOCK_REALTIME, &time);
            constexpr std::uint64_t second = 1'000'000'000;
            time_offset = static_cast<std::uint64_t>(time.tv_sec) * second + static_cast<std::uint64_t>(time.tv_nsec) -
                          steady_clock::nanoseconds();
        }
        ~state() { summarize(); }

        /// Nanoseconds since 1970 that never go back, also when the clock of the machine is set.
        [[nodiscard]] auto now() const -> std::uint64_t { return steady_clock::nanoseconds() + time_offset; }

        auto start() -> bool {
            block.clear();
            pcapng_block{block, pcapng_code::section}
                .number(pcapng_code::byte_order)
                .number(std::uint16_t{1}) // version 1.0
                .number(std::uint16_t{0})
                .number(~std::uint64_t{}) // the length of the section is not known
                .option(pcapng_code::application, std::string_view{"rpmsg"})
                .close();
            return file.append(block);
        }
        auto add(std::string_view name, std::string_view dialect) -> bool {
            constexpr auto nanoseconds = std::byte{9};
            block.clear();
            pcapng_block{block, pcapng_code::interface}
                .number(pcapng_code::link_type)
                .number(std::uint16_t{})
                .number(std::uint32_t{}) // packets are recorded as a whole
                .option(pcapng_code::interface_name, name)
                .option(pcapng_code::comment, "RPMsg, dialect " + std::string{dialect})
                .option(pcapng_code::time_resolution, const_bytes{&nanoseconds, 1})
                .close();
            if (not file.append(block)) {
                return false;
            }
            links.emplace_back();
            return true;
        }
        static auto add_notes(pcapng_block& to, interface const& link) -> void {
            for (std::size_t i = 0; i < link.notes.size(); ++i) {
                if (link.notes[i] != 0) {
                    auto const name = "counter: " + std::string{describe(static_cast<counter>(i))};
                    to.option(pcapng_code::comment,
                              link.notes[i] == 1 ? name : name + ", " + std::to_string(link.notes[i]) + " times");
                }
            }
        }
        /// Records a packet, or an event when `content` is empty. `cut` is how many bytes of the packet are not in `content`.
        auto record(std::uint32_t id, direction way, std::uint64_t at, const_bytes content, std::string_view comment,
                    std::uint32_t cut = 0) -> void {
            auto& link = links[id];
            auto const size = static_cast<std::uint32_t>(content.size());
            block.clear();
            auto packet = pcapng_block{block, pcapng_code::packet};
            packet.number(id).time(at).number(size).number(size + cut).content(content);
            if (not comment.empty()) {
                packet.option(pcapng_code::comment, comment);
            }
            add_notes(packet, link);
            packet.option(pcapng_code::packet_flags, static_cast<std::uint32_t>(way));
            if (link.missing != 0) {
                packet.option(pcapng_code::lost_before, link.missing);
            }
            packet.close();
            if (file.append(block)) {
                link.notes = {};
                link.missing = 0;
                return;
            }
            ++unrecorded;
            ++link.unrecorded;
            ++link.missing;
        }
        auto summarize() -> void {
            for (std::uint32_t id = 0; id < links.size(); ++id) {
                auto const& link = links[id];
                block.clear();
                auto summary = pcapng_block{block, pcapng_code::statistics};
                summary.number(id).time(now());
                add_notes(summary, link);
                summary.option(pcapng_code::received_count, link.received)
                    .option(pcapng_code::dropped_count, link.dropped)
                    .option(pcapng_code::unrecorded_count, link.unrecorded)
                    .close();
                (void)file.append(block); // a failure is in the error of the file
            }
        }
    };
    std::shared_ptr<state> state_;

    explicit pcapng(std::shared_ptr<state> made) : state_{std::move(made)} {}

    static auto started(outcome<capture_file> opened) -> outcome<pcapng> {
        if (not opened) {
            return failure{opened.error()};
        }
        auto made = std::make_shared<state>(std::move(*opened));
        if (not made->start()) {
            return failure{made->file.error()};
        }
        return outcome<pcapng>{pcapng{std::move(made)}};
    }
    /// Whether a text is suitable for the list of interfaces of a reader.
    [[nodiscard]] static auto is_label(std::string_view text) -> bool {
        constexpr std::size_t limit = 255;
        auto is_printable = not text.empty() and text.size() <= limit;
        for (auto const c : text) {
            is_printable = is_printable and static_cast<unsigned char>(c) >= ' ' and c != '\x7f';
        }
        return is_printable;
    }

  public:
    /// Makes or empties a file and begins the capture. A named pipe needs a reader first.
    [[nodiscard]] static auto create(std::string const& path) -> outcome<pcapng> { return started(capture_file::create(path)); }
    /// Begins a capture in a descriptor and takes it over: a file, a pipe, a socket.
    [[nodiscard]] static auto on(descriptor file) -> outcome<pcapng> {
        auto const name = "descriptor " + std::to_string(file.number());
        return started(capture_file::on(std::move(file), name));
    }

    /// Adds a link under a name; `dialect` tells a reader which peer it is: "linux", "openamp", "nuttx", ...
    [[nodiscard]] auto add_link(std::string_view name, std::string_view dialect) -> outcome<pcapng_link>;

    /// Returns the first failure in words, among them a full disk and a reader that is too slow or has ended; empty when there
    /// was none. The links go on in any case.
    [[nodiscard]] auto error() const -> std::string {
        auto const guard = std::lock_guard{state_->lock};
        return state_->error.empty() ? state_->file.error() : state_->error;
    }
    /// Returns the number of packets that could not be recorded.
    [[nodiscard]] auto unrecorded() const -> std::uint64_t {
        auto const guard = std::lock_guard{state_->lock};
        return state_->unrecorded;
    }
    /// Ends the capture with a summary of each link, and waits up to a second for the reader of a pipe; the links do not wait.
    /// Without this call it happens when this object and all links of the capture are destroyed.
    auto finish() -> void {
        auto guard = std::unique_lock{state_->lock};
        state_->summarize();
        auto last = std::move(state_->file);
        guard.unlock();
        last.finish();
        guard.lock();
        state_->error = state_->error.empty() ? last.error() : state_->error;
    }
};

/// The sink of one link in a capture, for `tapped`. It keeps the capture open.
class pcapng_link {
    friend class pcapng;

    std::shared_ptr<pcapng::state> state_;
    std::uint32_t id_;

    pcapng_link(std::shared_ptr<pcapng::state> of, std::uint32_t id) : state_{std::move(of)}, id_{id} {}

    [[nodiscard]] auto link() -> pcapng::interface& { return state_->links[id_]; }
    /// Stores a message as one packet.
    auto keep(wire::header const& header, const_bytes payload) -> void {
        auto& packet = link().packet;
        packet.resize(wire::header_size + payload.size());
        store(packet, header);
        snapshot(payload, bytes{packet}.subspan(wire::header_size));
    }
    auto record_received(std::uint64_t at, wire::header const& header, const_bytes payload, std::uint32_t cut = 0) -> void {
        ++link().received;
        keep(header, payload);
        state_->record(id_, pcapng::direction::inbound, at, link().packet, {}, cut);
    }
    auto record_change(std::uint64_t at, link_change const& change) -> void {
        state_->record(id_, pcapng::direction::none, at, {}, words_of(change));
    }
    auto record_drop(std::uint64_t at, counter reason) -> void {
        ++link().dropped;
        ++link().missing;
        state_->record(id_, pcapng::direction::inbound, at, {}, "dropped: " + std::string{describe(reason)});
    }
    auto record_count(std::uint64_t at, counter reason, std::uint32_t amount) -> void {
        if (drops_message(reason)) {
            auto const times = amount == 1 ? "" : ", " + std::to_string(amount) + " times";
            state_->record(id_, pcapng::direction::inbound, at, {}, "not delivered: " + std::string{describe(reason)} + times);
        } else if (reason < counter::link_down) { // the change of the link tells of the others
            link().notes[static_cast<std::size_t>(reason)] += amount;
        }
    }
    /// Whether a record, which may come from a damaged memory, has only known values.
    static auto is_valid(tap_record const& each, const_bytes payload) -> bool {
        switch (each.kind) {
        case tap_kind::received:
        case tap_kind::sent: return payload.size() <= each.header.length;
        case tap_kind::changed:
            return (each.detail & 15) <= static_cast<int>(link_event::down) and
                   each.detail >> 4 <= static_cast<int>(down_reason::reset_asked);
        case tap_kind::dropped:
        case tap_kind::counted: return each.detail < static_cast<int>(counter::count_);
        }
        return false;
    }
    static auto words_of(link_change const& change) -> std::string {
        constexpr auto reasons =
            std::array<std::string_view, 8>{"no reason",    "peer restarted", "peer stopped",  "broken",
                                            "incompatible", "closed",         "peer panicked", "reset requested"};
        if (change.event == link_event::up) {
            return "link up";
        }
        auto text = std::string{change.event == link_event::refused ? "link refused: " : "link down: "};
        text += reasons[static_cast<std::size_t>(change.reason)];
        return change.unreturned == 0 ? text : text + ", " + std::to_string(change.unreturned) + " messages not returned";
    }

  public:
    auto received(wire::header const& header, const_bytes payload) -> void {
        auto const guard = std::lock_guard{state_->lock};
        record_received(state_->now(), header, payload);
    }
    auto sending(wire::header const& header, const_bytes payload) -> void {
        auto const guard = std::lock_guard{state_->lock};
        link().sent_at = state_->now();
        keep(header, payload);
    }
    auto sent(bool accepted) -> void {
        auto const guard = std::lock_guard{state_->lock};
        if (accepted) {
            state_->record(id_, pcapng::direction::outbound, link().sent_at, link().packet, {});
        }
    }
    auto changed(link_change const& change) -> void {
        auto const guard = std::lock_guard{state_->lock};
        record_change(state_->now(), change);
    }
    auto dropped(counter reason) -> void {
        auto const guard = std::lock_guard{state_->lock};
        record_drop(state_->now(), reason);
    }
    auto counted(counter reason, std::uint32_t amount) -> void {
        auto const guard = std::lock_guard{state_->lock};
        record_count(state_->now(), reason, amount);
    }

    /// Adds a record of a `tap_ring`, also from a copy of a firmware's memory; `at` is its time in nanoseconds since 1970.
    /// False when the record has an unknown value: it is not added.
    [[nodiscard]] auto add(tap_record const& each, const_bytes payload, std::uint64_t at) -> bool {
        if (not is_valid(each, payload)) {
            return false;
        }
        auto const guard = std::lock_guard{state_->lock};
        auto const cut = static_cast<std::uint32_t>(each.header.length - payload.size());
        switch (each.kind) {
        case tap_kind::received: record_received(at, each.header, payload, cut); break;
        case tap_kind::sent:
            keep(each.header, payload);
            state_->record(id_, pcapng::direction::outbound, at, link().packet, {}, cut);
            break;
        case tap_kind::changed:
            record_change(at, {.event = static_cast<link_event>(each.detail & 15),
                               .reason = static_cast<down_reason>(each.detail >> 4),
                               .unreturned = each.amount});
            break;
        case tap_kind::dropped: record_drop(at, static_cast<counter>(each.detail)); break;
        case tap_kind::counted: record_count(at, static_cast<counter>(each.detail), each.amount);
        }
        return true;
    }
};
static_assert(tap_sink<pcapng_link>);

inline auto pcapng::add_link(std::string_view name, std::string_view dialect) -> outcome<pcapng_link> {
    if (not is_label(name) or not is_label(dialect)) {
        return failure{"a link of a capture needs a name and a dialect of 1 to 255 characters without control characters"};
    }
    auto const guard = std::lock_guard{state_->lock};
    auto const id = static_cast<std::uint32_t>(state_->links.size());
    if (not state_->add(name, dialect)) {
        auto const& why = state_->file.error();
        return failure{"the link " + std::string{name} +
                       " cannot be captured: " + (why.empty() ? "the capture is finished" : why)};
    }
    return pcapng_link{state_, id};
}

} // namespace rpmsg::host
