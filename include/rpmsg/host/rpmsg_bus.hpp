#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/counters.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint_table.hpp>
#include <rpmsg/framework/table_names.hpp>
#include <rpmsg/host/descriptor.hpp>
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
#include <memory>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rpmsg::host {

/// Linux's own RPMsg bus as a transport, so that a Linux program runs the endpoints, listeners and services of firmware:
/// `channel{rpmsg_bus{"/dev/rpmsg_ctrl0"}, endpoints{...}}`. The names of the remote processor are those in /sys/bus/rpmsg, and
/// each name of this side that has a peer there is a channel of its own, with one open device file. The link is up while the
/// control device is there. `poll` is called with the milliseconds of `steady_clock`, when `number()` is readable and at
/// `next_deadline`.
///
/// * A name that the remote processor has announced is bound at once. Another one is announced to it; a listener of the remote
///   processor has to announce its session, as NuttX does, and firmware of this library with a dialect that acknowledges names.
/// * Messages have at most 496 bytes and go to the bound peer only; others are refused with `closed`. No write waits: up to 16
///   messages are kept until the driver has a buffer for them.
/// * Without the rights of root (`rpmsg_channels`) only names that the remote processor announced are bound, and it learns of
///   this side by the first message.
template <typename Kernel = rpmsg_channels> class rpmsg_bus {
    static constexpr std::uint32_t payload = 496; ///< Linux's buffers have 512 bytes
    static constexpr std::uint32_t buffers = 16;
    static constexpr ticks grace = 100; ///< until names are announced: those of a new remote processor come first

    /// A name of the remote processor.
    struct far_name {
        rpmsg_channel channel{};
        bool is_listed{};
        bool is_told{};  ///< the channel above knows it
        bool is_spent{}; ///< its endpoint here is gone: it is expected to go, too
        ticks spent_at{};
    };
    /// A name of this side.
    struct own_name {
        std::string name{};
        address local{};
        bool is_wanted{};            ///< this side named it first
        std::uint64_t partner{};     ///< the name of the remote processor that it is bound to; 0 for none
        address remote{any_address}; ///< its address
        descriptor file{};
        address file_local{any_address}; ///< the addresses of the channel that was made for it
        address file_remote{any_address};
        std::unique_ptr<typename Kernel::endpoint> sender{}; ///< where the channel only receives
        std::uint8_t refusals{};                             ///< of the kernel, to make a channel
    };
    struct tx_room {
        enum class use : std::uint8_t { free, lent, queued };
        std::array<std::byte, payload> content{};
        wire::header header{};
        use state{};
    };
    struct rx_room {
        std::array<std::byte, payload> content{};
        bool is_used{};
    };

    Kernel kernel_;
    std::vector<far_name> far_{};
    std::vector<own_name> own_{};
    std::deque<wire::announcement> news_{};
    std::vector<tx_room> tx_ = std::vector<tx_room>(buffers);
    std::vector<rx_room> rx_ = std::vector<rx_room>(buffers);
    std::deque<std::uint32_t> queue_{};
    descriptor events_{};
    counters counts_{};
    std::string why_{};
    std::uint64_t remote_{}; ///< the remote processor with which the link is up
    std::size_t next_{};     ///< whose message comes next
    ticks now_{};
    ticks up_at_{};
    ticks look_at_{};   ///< when the lists of the kernel are read next
    ticks settle_at_{}; ///< when a name has waited for long enough
    bool is_started_{};
    bool must_look_{};
    bool must_settle_{};
    bool is_patient_{}; ///< `settle_at_` is set
    bool is_choked_{};  ///< every receive buffer is held

    [[nodiscard]] auto is_up() const -> bool { return remote_ != 0; }
    auto find_own(address local) -> own_name* {
        auto const it = std::ranges::find(own_, local, &own_name::local);
        return it != own_.end() ? &*it : nullptr;
    }
    [[nodiscard]] auto has_owner(far_name const& it) const -> bool {
        return std::ranges::find(own_, it.channel.identity, &own_name::partner) != own_.end();
    }
    /// Where messages of an endpoint are written; -1 while it has no peer.
    [[nodiscard]] static auto output_of(own_name const& it) -> int {
        if (it.remote == any_address) {
            return -1;
        }
        return it.sender ? it.sender->number() : it.file.number();
    }
    auto hear(int file, int how = EPOLL_CTL_ADD) -> void {
        auto event = epoll_event{};
        event.events = EPOLLIN;
        if (file >= 0) {
            (void)epoll_ctl(events_.number(), how, file, &event);
        }
    }
    /// Whether a name has not waited for long enough; then it is settled later.
    auto must_wait(ticks since) -> bool {
        if (has_passed(since + grace, now_)) {
            return false;
        }
        settle_at_ = is_patient_ and has_passed(settle_at_, since + grace) ? settle_at_ : since + grace;
        is_patient_ = true;
        return true;
    }

    /// Closes what an endpoint had; its channel is withdrawn from the remote processor, if that is still there.
    auto close_file(own_name& it, bool is_there) -> void {
        it.file.close();
        if (it.file_local != any_address and is_there) {
            kernel_.release(it.name, it.file_local, it.file_remote);
        }
        it.file_local = it.file_remote = any_address;
    }
    /// The peer is gone. A channel that has told the name to the remote processor stays for the next one.
    auto part(own_name& it) -> void {
        it.sender.reset();
        if (it.file_remote != any_address) {
            close_file(it, true);
        } else {
            hear(it.file.number(), EPOLL_CTL_DEL);
        }
        it.partner = 0;
        it.remote = any_address;
        must_settle_ = true;
    }
    auto end(own_name& it, bool is_there) -> void {
        it.sender.reset();
        close_file(it, is_there);
    }

    /// Makes a channel for an endpoint, to a peer or, for the any-address, to be announced.
    auto make_file(own_name& it, address remote) -> bool {
        if (it.refusals == 3) {
            return false;
        }
        auto const local = kernel_.next_address();
        auto made = kernel_.make(it.name, local, remote);
        if (not made) {
            why_ = made.error();
            ++it.refusals;
            return false;
        }
        it.file = std::move(*made);
        it.file_local = local;
        it.file_remote = remote;
        return true;
    }
    auto make_sender(own_name& it, address remote) -> bool {
        auto made = kernel_.make_endpoint(it.name, remote);
        if (not made) {
            why_ = made.error();
            return false;
        }
        it.sender = std::make_unique<typename Kernel::endpoint>(std::move(*made));
        return true;
    }
    auto join(own_name& it, far_name& peer) -> void {
        auto const remote = peer.channel.remote;
        if ((it.file or not make_file(it, remote)) and not make_sender(it, remote)) {
            return;
        }
        it.partner = peer.channel.identity;
        it.remote = remote;
        hear(it.file.number());
        hear(it.sender ? it.sender->number() : -1);
        if (not std::exchange(peer.is_told, true)) {
            tell(peer, wire::announcement_kind::acknowledge);
        }
    }
    auto tell(far_name const& it, wire::announcement_kind kind) -> void {
        news_.push_back(wire::announce(it.channel.name, it.channel.remote, kind));
    }

    /// Reads what the remote processor has announced by now.
    auto look() -> void {
        for (auto& each : far_) {
            each.is_listed = false;
        }
        for (auto& found : kernel_.list()) {
            auto const known =
                std::ranges::find_if(far_, [&](auto const& it) { return it.channel.identity == found.identity; });
            if (known != far_.end()) {
                known->is_listed = true;
            } else {
                far_.push_back({.channel = std::move(found), .is_listed = true});
            }
        }
        for (auto const& each : far_) {
            if (each.is_listed) {
                continue;
            }
            for (auto& mine : own_) {
                if (mine.partner == each.channel.identity) {
                    part(mine);
                }
            }
            if (each.is_told) {
                tell(each, wire::announcement_kind::destroy);
            }
        }
        std::erase_if(far_, [](auto const& it) { return not it.is_listed; });
        must_settle_ = true;
    }

    /// Gives endpoints and names of the remote processor to each other.
    auto settle() -> void {
        must_settle_ = is_patient_ = false;
        for (auto& mine : own_) {
            if (mine.partner != 0) {
                continue;
            }
            auto const peer = std::ranges::find_if(far_, [&](auto const& it) {
                return it.channel.name == mine.name and (mine.is_wanted or it.is_told) and not has_owner(it) and
                       not(it.is_spent and must_wait(it.spent_at));
            });
            if (peer != far_.end()) {
                join(mine, *peer);
            } else if (mine.is_wanted and not mine.file and not must_wait(up_at_)) {
                (void)make_file(mine, any_address);
            }
        }
        for (auto& each : far_) {
            auto const is_waiting = [&](auto const& it) {
                return it.is_told and not it.is_spent and it.channel.name == each.channel.name and not has_owner(it);
            };
            if (not each.is_told and std::ranges::none_of(far_, is_waiting)) {
                each.is_told = true;
                tell(each, wire::announcement_kind::create);
            }
        }
    }

    auto free_room(std::uint32_t i) -> void { tx_[i].state = tx_room::use::free; }
    /// Whether an endpoint that the transport does not know yet may send there: it is accepting that name.
    [[nodiscard]] auto is_offered(address remote) const -> bool {
        return std::ranges::any_of(
            far_, [&](auto const& it) { return it.channel.remote == remote and it.is_told and not has_owner(it); });
    }
    enum class outcome_of_write : std::uint8_t { written, waits, is_full, lost };
    auto write(tx_room const& room) -> outcome_of_write {
        auto const* const from = find_own(room.header.source);
        if (from == nullptr or from->remote != room.header.destination) {
            return is_offered(room.header.destination) ? outcome_of_write::waits : outcome_of_write::lost;
        }
        if (::write(output_of(*from), room.content.data(), room.header.length) >= 0) {
            return outcome_of_write::written;
        }
        if (errno == EAGAIN or errno == ENOMEM or errno == EINTR) {
            return outcome_of_write::is_full;
        }
        must_look_ = must_look_ or errno != EMSGSIZE;
        return outcome_of_write::lost;
    }
    /// Writes the messages that wait, in the order of each endpoint.
    auto write_queued() -> void {
        for (auto it = queue_.begin(); it != queue_.end();) {
            auto const outcome = write(tx_[*it]);
            if (outcome == outcome_of_write::is_full) {
                return;
            }
            if (outcome == outcome_of_write::waits) {
                ++it;
                continue;
            }
            if (outcome == outcome_of_write::lost) {
                count(counter::lost_in_flight);
            }
            free_room(*it);
            it = queue_.erase(it);
        }
    }
    auto forget_all(bool is_there) -> void {
        for (auto& each : own_) {
            end(each, is_there);
        }
        own_.clear();
        far_.clear();
        news_.clear();
        for (auto const i : queue_) {
            free_room(i);
            count(counter::lost_in_flight);
        }
        queue_.clear();
        for (auto& each : rx_) {
            each.is_used = false;
        }
        remote_ = 0;
        is_choked_ = must_settle_ = is_patient_ = false;
    }
    [[nodiscard]] auto period() -> ticks { return kernel_.changes() >= 0 ? 1000 : 20; }

    /// Reads a message of an endpoint into a receive buffer.
    auto read(own_name& mine, int file, std::uint32_t i) -> rx_buffer {
        auto more = std::byte{};
        auto const parts = std::array{iovec{rx_[i].content.data(), payload}, iovec{&more, 1}};
        auto const got = file >= 0 ? ::readv(file, parts.data(), parts.size()) : 0;
        if (file < 0 or (got < 0 and (errno == EAGAIN or errno == EINTR))) {
            return {};
        }
        if (got < 0) { // somebody else ended the channel
            part(mine);
            close_file(mine, true);
            must_look_ = true;
            return {};
        }
        if (got > static_cast<ssize_t>(payload)) {
            count(counter::bad_length);
            return {.outcome = rx_outcome::dropped};
        }
        rx_[i].is_used = true;
        return {.outcome = rx_outcome::message,
                .source = mine.remote,
                .destination = mine.local,
                .payload = const_bytes{rx_[i].content}.first(static_cast<std::size_t>(got)),
                .token = {.id = i, .capacity = payload}};
    }

  public:
    static constexpr std::uint32_t max_frame = payload + wire::header_size;
    static constexpr bool acknowledged = true;

    /// With the path of a control device, or with what lists and makes channels.
    explicit rpmsg_bus(std::string control = "/dev/rpmsg_ctrl0") requires std::constructible_from<Kernel, std::string>
        : kernel_{std::move(control)} {}
    explicit rpmsg_bus(Kernel kernel) : kernel_{std::move(kernel)} {}
    rpmsg_bus(rpmsg_bus&&) noexcept = default;
    auto operator=(rpmsg_bus&&) -> rpmsg_bus& = delete;
    ~rpmsg_bus() {
        if (is_started_) {
            forget_all(is_up());
        }
    }

    /// Becomes readable when there is something to do before `next_deadline`; -1 before `start`.
    [[nodiscard]] auto number() const -> int { return events_.number(); }
    /// The last refusal of the kernel, in words; empty when there was none.
    [[nodiscard]] auto why() const -> std::string const& { return why_; }

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

    /// Error: `misconfigured` when the process has no descriptor left.
    [[nodiscard]] auto start() -> status {
        if (is_started_) {
            return {};
        }
        events_ = descriptor{epoll_create1(EPOLL_CLOEXEC)};
        if (not events_) {
            return error::misconfigured;
        }
        hear(kernel_.changes());
        is_started_ = must_look_ = true;
        return {};
    }
    auto close() -> void {
        forget_all(is_up());
        is_started_ = false;
    }
    auto poll(ticks now) -> link_change {
        now_ = now;
        if (not is_started_) {
            return {};
        }
        if (kernel_.has_changed() or must_look_ or has_passed(look_at_, now)) {
            must_look_ = false;
            look_at_ = now + period();
            auto const found = kernel_.find();
            if (is_up() and found != remote_) {
                forget_all(false);
                must_look_ = true;
                count(counter::link_down);
                return {.event = link_event::down, .reason = down_reason::peer_stopped};
            }
            if (not is_up() and found != 0) {
                remote_ = found;
                up_at_ = now;
                must_look_ = true;
                kernel_.release_stale();
                return {.event = link_event::up};
            }
            if (is_up()) {
                look();
            }
        }
        if (is_up() and (must_settle_ or (is_patient_ and has_passed(settle_at_, now)))) {
            settle();
        }
        write_queued();
        return {};
    }
    auto notify(std::uint32_t) -> void {}

    [[nodiscard]] auto reserve() -> tx_buffer {
        auto const it = std::ranges::find(tx_, tx_room::use::free, &tx_room::state);
        if (not is_up() or it == tx_.end()) {
            return {};
        }
        it->state = tx_room::use::lent;
        return {.space = it->content, .token = static_cast<std::uint32_t>(it - tx_.begin()), .offset = 0};
    }
    auto discard(tx_buffer const& room) -> void {
        if (tx_[room.token].state == tx_room::use::lent) {
            free_room(room.token);
        }
    }
    auto commit(tx_buffer const& room, wire::header const& header) -> bool {
        auto& it = tx_[room.token];
        auto const* const from = find_own(header.source);
        auto const is_known = from != nullptr and from->remote == header.destination;
        if (not is_up() or header.length > payload or not(is_known or is_offered(header.destination))) {
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
        auto const free = std::ranges::find(rx_, false, &rx_room::is_used);
        is_choked_ = is_up() and free == rx_.end();
        if (not is_up() or is_choked_) {
            return {};
        }
        auto const i = static_cast<std::uint32_t>(free - rx_.begin());
        if (not news_.empty()) {
            auto const news = news_.front();
            news_.pop_front();
            store(free->content, news);
            free->is_used = true;
            return {.outcome = rx_outcome::message,
                    .source = news.where,
                    .destination = name_service_address,
                    .payload = const_bytes{free->content}.first(sizeof news),
                    .token = {.id = i, .capacity = payload}};
        }
        for (std::size_t k = 0; k < own_.size(); ++k) {
            auto& mine = own_[(next_ + k) % own_.size()];
            if (mine.remote == any_address) {
                continue;
            }
            auto received = read(mine, mine.file.number(), i);
            if (received.outcome == rx_outcome::none and mine.sender) {
                received = read(mine, mine.sender->number(), i);
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
        return is_up() and std::ranges::find(tx_, tx_room::use::free, &tx_room::state) != tx_.end();
    }
    [[nodiscard]] auto next_deadline(ticks now) const -> poll_deadline {
        if (not is_started_) {
            return {};
        }
        auto const is_free = std::ranges::find(rx_, false, &rx_room::is_used) != rx_.end();
        if (must_look_ or must_settle_ or not news_.empty() or (is_choked_ and is_free)) {
            return {.is_set = true, .at = now};
        }
        auto left = until(look_at_, now);
        if (not queue_.empty()) {
            left = std::min(left, ticks{1}); // the driver does not tell when it has a buffer
        }
        if (is_patient_) {
            left = std::min(left, until(settle_at_, now));
        }
        return {.is_set = true, .at = now + left};
    }
    [[nodiscard]] auto can_say_goodbye() const -> bool { return is_up(); }

    /// Called by the channel for its names.
    [[nodiscard]] auto announce(wire::announcement const& announced) -> status {
        auto const it = std::ranges::find_if(
            own_, [&](auto const& mine) { return mine.local == announced.where and mine.name == announced.service(); });
        if (announced.kind == wire::announcement_kind::destroy) {
            if (it != own_.end()) {
                for (auto& each : far_) {
                    if (each.channel.identity == it->partner) {
                        each.is_spent = true;
                        each.spent_at = now_;
                    }
                }
                end(*it, true);
                own_.erase(it);
                must_settle_ = true;
            }
            return {};
        }
        if (it == own_.end()) {
            own_.push_back({.name = std::string{announced.service()},
                            .local = announced.where,
                            .is_wanted = announced.kind == wire::announcement_kind::create});
        }
        must_settle_ = true;
        return {};
    }
};
rpmsg_bus(std::string)->rpmsg_bus<>;
rpmsg_bus(char const*)->rpmsg_bus<>;

} // namespace rpmsg::host
