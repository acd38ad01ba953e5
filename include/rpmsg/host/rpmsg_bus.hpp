#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/host/bus_names.hpp>
#include <rpmsg/host/rpmsg_channels.hpp>
#include <rpmsg/transport/transport.hpp>
#include <rpmsg/wire/header.hpp>
#include <rpmsg/wire/name_service.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rpmsg::host {

/// Linux's own RPMsg bus as a transport, so that a Linux program runs the endpoints, listeners and services of firmware:
/// `channel{rpmsg_bus{"/dev/rpmsg_ctrl0"}, endpoints{...}}`. The names of the remote processor are those in /sys/bus/rpmsg, and
/// each name of this side that has a peer there is a channel of its own, with an open device file. The link is up while the
/// control device is there. `poll` gets the milliseconds of `steady_clock`; call it when `number()` is readable and at
/// `next_deadline`.
///
/// * A name that the remote processor has announced is bound at once. Another one is announced to it; a listener of the remote
///   processor has to announce its session, as NuttX does, and firmware of this library with a dialect that acknowledges names.
/// * Messages have at most 496 bytes and go to the bound peer only; others are refused with `closed`. No write waits: up to 16
///   messages are kept until the driver has a buffer for them, and names are neither announced nor withdrawn meanwhile. Where
///   another program has taken all buffers, a poll that announces or withdraws a name waits in the kernel, for 15 s at most.
/// * Without the rights of root (`rpmsg_channels`) only names that the remote processor announced are bound, and it learns of
///   this side by the first message.
template <typename Kernel = rpmsg_channels> class rpmsg_bus {
    static constexpr std::uint32_t payload = 496; ///< Linux's buffers have 512 bytes
    static constexpr std::uint32_t buffers = 16;

    struct tx_room {
        enum class use : std::uint8_t { free, lent, queued };
        std::array<std::byte, payload> content{};
        wire::header header{};
        use state{};
    };
    struct rx_room {
        alignas(4) std::array<std::byte, payload> content{};
        bool is_used{};
    };
    enum class attempt : std::uint8_t { is_written, waits, is_full, is_lost };

    bus_names<Kernel> names_;
    std::vector<tx_room> tx_ = std::vector<tx_room>(buffers);
    std::vector<rx_room> rx_ = std::vector<rx_room>(buffers);
    std::deque<std::uint32_t> queue_{}; ///< messages that are not written yet, oldest first
    counters counts_{};
    std::uint64_t remote_{}; ///< the remote processor with which the link is up
    std::size_t next_{};     ///< whose message comes next
    ticks now_{};
    ticks look_at_{}; ///< when the lists of the kernel are read next
    bool is_started_{};
    bool must_look_{};
    bool is_full_{};   ///< the driver had no buffer for the oldest message
    bool is_choked_{}; ///< every receive buffer is held

    [[nodiscard]] auto is_up() const -> bool { return remote_ != 0; }
    [[nodiscard]] auto free_rx() const { return std::ranges::find(rx_, false, &rx_room::is_used); }
    [[nodiscard]] auto free_tx() { return std::ranges::find(tx_, tx_room::use::free, &tx_room::state); }

    auto write(tx_room const& room) -> attempt {
        auto const* const from = names_.find(room.header.source);
        if (from == nullptr or from->remote != room.header.destination) {
            return names_.is_offered(from, room.header.destination) ? attempt::waits : attempt::is_lost;
        }
        if (::write(from->output(), room.content.data(), room.header.length) >= 0) {
            return attempt::is_written;
        }
        if (errno == EAGAIN or errno == ENOMEM or errno == EINTR) {
            return attempt::is_full;
        }
        must_look_ = must_look_ or errno != EMSGSIZE;
        return attempt::is_lost;
    }
    /// Writes the messages that wait, in the order of each endpoint.
    auto write_queued() -> void {
        is_full_ = false;
        for (auto it = queue_.begin(); it != queue_.end();) {
            auto const outcome = write(tx_[*it]);
            if (outcome == attempt::is_full) {
                is_full_ = true;
                return;
            }
            if (outcome == attempt::waits) {
                ++it;
                continue;
            }
            if (outcome == attempt::is_lost) {
                count(counter::lost_in_flight);
            }
            tx_[*it].state = tx_room::use::free;
            it = queue_.erase(it);
        }
    }
    /// `is_there`: the remote processor is, and hears of the end of the names. A driver without a buffer would wait for that.
    auto end(bool is_there) -> void {
        names_.end(is_there and not is_full_);
        for (auto const i : queue_) {
            tx_[i].state = tx_room::use::free;
            count(counter::lost_in_flight);
        }
        queue_.clear();
        for (auto& each : rx_) {
            each.is_used = false;
        }
        remote_ = 0;
        is_full_ = is_choked_ = false;
    }
    /// Compares the state of the link with what the kernel has.
    auto look(ticks now) -> link_change {
        must_look_ = false;
        look_at_ = now + (names_.kernel().changes() >= 0 ? 1000 : 20);
        auto const found = names_.kernel().find();
        if (is_up() and found != remote_) {
            end(false);
            must_look_ = true;
            count(counter::link_down);
            return {.event = link_event::down, .reason = down_reason::peer_stopped};
        }
        if (not is_up() and found != 0) {
            remote_ = found;
            must_look_ = true;
            names_.begin(now);
            return {.event = link_event::up};
        }
        if (is_up() and is_full_) {
            look_at_ = now + 20; // what ends now would wait for the driver
        } else if (is_up()) {
            names_.look();
        }
        return {};
    }

    /// Reads a message of an endpoint into a receive buffer.
    auto read(typename bus_names<Kernel>::own_name& from, int file, std::uint32_t i) -> rx_buffer {
        auto more = std::byte{};
        auto const parts = std::array{iovec{rx_[i].content.data(), payload}, iovec{&more, 1}};
        auto const got = file >= 0 ? ::readv(file, parts.data(), parts.size()) : 0;
        if (file < 0 or (got < 0 and (errno == EAGAIN or errno == EINTR))) {
            return {};
        }
        if (got < 0) {
            names_.lose(from);
            must_look_ = true;
            return {};
        }
        if (got > static_cast<ssize_t>(payload)) {
            count(counter::bad_length);
            return {.outcome = rx_outcome::dropped};
        }
        rx_[i].is_used = true;
        return {.outcome = rx_outcome::message,
                .source = from.remote,
                .destination = from.local,
                .payload = const_bytes{rx_[i].content}.first(static_cast<std::size_t>(got)),
                .token = {.id = i, .capacity = payload}};
    }

  public:
    static constexpr std::uint32_t max_frame = payload + wire::header_size;
    static constexpr bool acknowledged = true;

    /// With the path of a control device, or with what lists and makes channels.
    explicit rpmsg_bus(std::string control = "/dev/rpmsg_ctrl0") requires std::constructible_from<Kernel, std::string>
        : names_{Kernel{std::move(control)}} {}
    explicit rpmsg_bus(Kernel kernel) : names_{std::move(kernel)} {}
    rpmsg_bus(rpmsg_bus&&) noexcept = default;
    auto operator=(rpmsg_bus&&) -> rpmsg_bus& = delete;
    ~rpmsg_bus() { close(); }

    /// Becomes readable when there is something to do before `next_deadline`; -1 before `start`.
    [[nodiscard]] auto number() const -> int { return names_.number(); }
    /// The last refusal of the kernel, in words; empty when there was none.
    [[nodiscard]] auto why() const -> std::string const& { return names_.why(); }

    /// Called by the channel.
    template <template <typename...> typename Channel, typename Table, typename... Others>
    auto attach(Channel<rpmsg_bus, Table, Others...>&) -> void {
        constexpr auto named = rpmsg::detail::have_names(static_cast<Table const*>(nullptr));
        static_assert(named, "an endpoint on Linux's bus has a name and no fixed address: Linux assigns the addresses");
    }

    [[nodiscard]] auto tx_limit() const -> std::uint32_t { return is_up() ? payload : 0; }
    [[nodiscard]] auto rx_limit() const -> std::uint32_t { return payload; }
    [[nodiscard]] auto counts() const -> counters const& { return counts_; }
    auto count(counter reason) -> void { counts_.add(reason); }

    /// The control device need not be there yet. Error: `misconfigured` when the process has no descriptor left.
    [[nodiscard]] auto start() -> status {
        if (not is_started_ and not names_.open()) {
            return error::misconfigured;
        }
        is_started_ = must_look_ = true;
        return {};
    }
    auto close() -> void {
        if (std::exchange(is_started_, false)) {
            end(is_up());
        }
    }
    auto poll(ticks now) -> link_change {
        now_ = now;
        if (not is_started_) {
            return {};
        }
        auto change = link_change{};
        if (names_.kernel().has_changed() or must_look_ or has_passed(look_at_, now)) {
            change = look(now);
        }
        if (is_up() and change.event == link_event::none) {
            write_queued();
            if (not is_full_) {
                names_.settle(now);
            }
        }
        return change;
    }
    auto notify(std::uint32_t) -> void {}

    [[nodiscard]] auto reserve() -> tx_buffer {
        auto const it = free_tx();
        if (not is_up() or it == tx_.end()) {
            return {};
        }
        it->state = tx_room::use::lent;
        return {.space = it->content, .token = static_cast<std::uint32_t>(it - tx_.begin()), .offset = 0};
    }
    auto discard(tx_buffer const& room) -> void {
        if (tx_[room.token].state == tx_room::use::lent) {
            tx_[room.token].state = tx_room::use::free;
        }
    }
    auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        auto& it = tx_[room.token];
        auto const* const from = names_.find(header.source);
        auto const is_joined = from != nullptr and from->remote == header.destination;
        if (not is_up() or header.length > payload or not(is_joined or names_.is_offered(from, header.destination))) {
            discard(room);
            return false;
        }
        it.header = header;
        it.state = tx_room::use::queued;
        queue_.push_back(room.token);
        write_queued();
        return true;
    }

    /// Names of the remote processor come first, as messages to the name service.
    [[nodiscard]] auto receive() -> rx_buffer {
        auto const free = free_rx();
        is_choked_ = is_up() and free == rx_.end();
        if (not is_up() or is_choked_) {
            return {};
        }
        auto const i = static_cast<std::uint32_t>(free - rx_.begin());
        if (names_.has_news()) {
            auto const news = names_.take_news();
            store(rx_[i].content, news);
            rx_[i].is_used = true;
            return {.outcome = rx_outcome::message,
                    .source = news.where,
                    .destination = name_service_address,
                    .payload = const_bytes{rx_[i].content}.first(sizeof news),
                    .token = {.id = i, .capacity = payload}};
        }
        auto& all = names_.own();
        for (std::size_t k = 0; k < all.size(); ++k) {
            auto& from = all[(next_ + k) % all.size()];
            auto received = from.is_joined() ? read(from, from.file.number(), i) : rx_buffer{};
            if (received.outcome == rx_outcome::none and from.sender) {
                received = read(from, from.sender->number(), i);
            }
            if (received.outcome != rx_outcome::none) {
                next_ += k + 1;
                return received;
            }
        }
        return {};
    }
    auto release(rx_token const& token) -> void { rx_[token.id].is_used = false; }
    auto flush() -> void {}

    [[nodiscard]] auto writable() -> bool {
        write_queued();
        return is_up() and free_tx() != tx_.end();
    }
    [[nodiscard]] auto next_deadline(ticks now) const -> poll_deadline {
        if (not is_started_) {
            return {};
        }
        if (must_look_ or names_.has_news() or (is_choked_ and free_rx() != rx_.end())) {
            return {.is_set = true, .at = now};
        }
        auto const left = until(look_at_, now);
        // The driver does not tell when it has a buffer.
        return {.is_set = true, .at = now + (is_full_ ? std::min(left, ticks{1}) : names_.until_due(now, left))};
    }
    [[nodiscard]] auto can_say_goodbye() const -> bool { return is_up() and not is_full_; }

    /// Called by the channel for its names. Error: `no_buffer` while the withdrawal of a name would wait for the driver.
    [[nodiscard]] auto announce(wire::announcement const& announced) -> status {
        auto const is_gone = announced.kind == wire::announcement_kind::destroy;
        if (is_gone and is_full_) {
            return error::no_buffer;
        }
        if (is_gone) {
            names_.remove(announced.where, now_);
        } else {
            names_.add(announced.service(), announced.where, announced.kind == wire::announcement_kind::create);
        }
        return {};
    }
};
rpmsg_bus(std::string)->rpmsg_bus<>;
rpmsg_bus(char const*)->rpmsg_bus<>;

} // namespace rpmsg::host
