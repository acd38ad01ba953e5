#pragma once

#include <rpmsg/core/fixed_name.hpp>
#include <rpmsg/framework/listener.hpp>
#include <rpmsg/framework/router/hub_link.hpp>
#include <rpmsg/framework/router/port_names.hpp>
#include <rpmsg/wire/service/ping.hpp>
#include <rpmsg/wire/service/router.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace rpmsg {

template <typename Port> class router_edge;

/// What a port knows of the other edge.
enum class port_state : std::uint8_t {
    absent,    ///< the hub does not know this side, or not the other edge
    announced, ///< the hub joins both, and waits for the other edge
    up,
    suspended, ///< up, and the other edge sleeps: the hub tells so, messages are carried nevertheless
};

/// Sizes of a port.
struct port_config {
    std::uint32_t names = 8;       ///< names in use at a time, of both edges
    std::uint32_t held = 4;        ///< messages that the edge's handlers hold at a time; more are dropped and counted
    std::uint32_t max_frame = 512; ///< largest frame of the hub link in bytes, header included
};

/// The way to another core through a hub, as an entry in the table of the link to the hub: `router_port<"b"> to_b;` and
/// `channel{link, endpoints{echo, to_b.entry()}}`; then `channel{router_edge{to_b}, endpoints{...}}` is a channel to edge "b".
/// It works with hubs of NuttX (drivers/rpmsg/rpmsg_router_hub.c) and with `router_hub`. Polling the hub link polls the edge;
/// its `is_pending` and `next_deadline` include those of the edge. Both channels have the same lock: one that masks
/// interrupts, or two `lock_ref` of one. The port outlives both, and the channel of the edge lives until the hub link is closed.
template <fixed_name Other, port_config Config = port_config{}> class router_port {
    static_assert(wire::is_edge_name(Other.view()), "the name of an edge has 1 to 7 printable characters, and no colon");
    static_assert(Config.names >= 1 and Config.names < 64 and Config.held >= 1 and Config.held <= 64,
                  "a port has 1 to 63 names and holds 1 to 64 messages");
    friend class router_edge<router_port>;

    static constexpr std::uint32_t sessions = Config.names + 1;
    static constexpr std::uint32_t news_token = Config.held;

    /// A receive buffer of the hub link that the edge has.
    enum class lend : std::uint8_t {
        none,
        delivered, ///< the hub link is delivering it
        returned,  ///< the same, and the edge has released it
        held,
    };
    struct loan {
        rx_token token{};
        lend state{};
    };

    detail::hub_link hub_{};
    detail::edge_channel edge_{};
    detail::port_names<Config.names> names_{};
    std::array<std::uint8_t, sessions> name_of_{}; ///< the name of each session
    std::uint32_t control_ = no_index;             ///< the session that tells of the other edge
    port_state state_{};
    down_reason reason_{}; ///< why the other edge was lost
    bool is_started_{};
    bool is_edge_up_{};
    bool has_lock_{};
    bool is_refused_{};          ///< the edge waits for a free name
    bool must_leave_{};          ///< the edge was closed: the hub is told
    bool must_return_{};         ///< it was told so, and is told when the edge starts again
    std::uint32_t left_{};       ///< the generation of the hub link in which it was told
    bool must_look_{};           ///< the edge is polled by the next poll
    std::uint32_t life_{};       ///< changes whenever the other edge is lost
    std::uint32_t edge_life_{};  ///< that of the edge while it is up
    std::uint32_t generation_{}; ///< of the hub link while the edge is up
    std::uint32_t tx_length_{};
    std::uint32_t rx_length_{};
    std::uint32_t tx_limit_{}; ///< of the edge while it is up
    ticks now_{};
    std::array<loan, Config.held> loans_{};
    rx_buffer mailbox_{};
    std::uint32_t delivering_ = no_index; ///< the loan in the mailbox
    wire::announcement news_{};
    bool are_news_lent_{};
    counters counts_{};

    [[nodiscard]] constexpr auto is_there() const -> bool { return state_ >= port_state::up; }
    [[nodiscard]] constexpr auto is_current() const -> bool { return is_edge_up_ and edge_life_ == life_ and is_there(); }
    /// Whether the edge comes up or goes down at its next poll.
    [[nodiscard]] constexpr auto is_changing() const -> bool {
        return is_edge_up_ ? not is_current() : is_started_ and is_there();
    }
    [[nodiscard]] static constexpr auto service_of(std::string_view name) -> std::string_view {
        auto const parts = wire::read_route(name);
        return parts.other == Other.view() ? parts.service : std::string_view{};
    }

    /// Returns the entry whose endpoint of the hub has this address; null when there is none.
    [[nodiscard]] auto entry_of(address peer) -> typename detail::port_names<Config.names>::entry* {
        for (std::uint32_t i = 0; i < Config.names; ++i) {
            if (auto& it = names_.at(i); it.session != no_index and it.peer == peer) {
                return &it;
            }
        }
        return nullptr;
    }
    /// Acknowledges a name of the hub before the first message of its endpoint: NuttX's hub passes none before. False when there
    /// is no buffer.
    auto acknowledge_first(typename detail::port_names<Config.names>::entry& it) -> bool {
        if (not it.is_accepted or it.is_acknowledged) {
            return true;
        }
        auto const told = wire::announcement{.name = wire::route_name(Other.view(), wire::view_of(it.name)),
                                             .where = it.own,
                                             .kind = wire::announcement_kind::acknowledge};
        auto const room = hub_.reserve(sizeof told);
        if (not room or room.space.size() < sizeof told) {
            if (room) {
                hub_.discard(room);
            }
            return false;
        }
        store(room.space, told);
        it.is_acknowledged = hub_.commit(
            room, {.source = it.own, .destination = name_service_address, .length = static_cast<std::uint16_t>(sizeof told)});
        it.must_acknowledge = it.must_acknowledge and not it.is_acknowledged;
        return it.is_acknowledged;
    }

    /// Whether `receive` of the edge has something.
    [[nodiscard]] auto has_work() const -> bool {
        return not are_news_lent_ and is_current() and (names_.has_news() or delivering_ != no_index);
    }

    /// The other edge is lost.
    constexpr auto drop(down_reason reason, port_state next) -> void {
        if (is_there()) {
            ++life_;
            reason_ = reason;
            names_.drop_all();
        }
        state_ = next;
        must_look_ = true;
    }
    constexpr auto note_free_name() -> void { must_look_ = must_look_ or std::exchange(is_refused_, false); }

    auto on_command(auto& link, const_bytes payload) -> void {
        auto told = wire::router_message{};
        if (payload.size() != sizeof told or not wire::read_header(payload, 0, told)) {
            return link.channel().count(counter::bad_length);
        }
        switch (told.command) {
        case wire::router_command::create: return create(link, told);
        case wire::router_command::destroy: return drop(down_reason::peer_stopped, port_state::announced);
        case wire::router_command::suspend: state_ = is_there() ? port_state::suspended : state_; return;
        case wire::router_command::resume: state_ = is_there() ? port_state::up : state_; return;
        default: return link.channel().count(counter::bad_frame);
        }
    }
    auto create(auto& link, wire::router_message const& told) -> void {
        if (told.tx_length == 0 or told.rx_length == 0 or not wire::is_edge_name(wire::edge_of(told))) {
            return link.channel().count(counter::bad_frame);
        }
        if (is_there() and told.tx_length == tx_length_ and told.rx_length == rx_length_) {
            return; // NuttX repeats it
        }
        drop(down_reason::peer_restarted, port_state::up);
        tx_length_ = told.tx_length;
        rx_length_ = told.rx_length;
    }

    /// The name service of the hub link does not acknowledge a name of the hub: the edge does, once it has an endpoint.
    static auto acknowledge(auto& link, std::uint32_t session, bool now) -> void {
        auto& core = link.channel();
        auto const index = core.table().find(link.session(session).self());
        if (index == no_index) {
            return;
        }
        core.table().state(index).must_announce = now;
        if (now) {
            core.note_pending(index);
            link.rescan();
        }
    }
    /// Tells the hub that the edge was closed, or started again.
    auto leave_or_return(auto& link) -> void {
        if (std::exchange(must_leave_, false)) {
            link.close(std::exchange(control_, no_index));
            must_return_ = true;
            left_ = link.channel().generation();
        }
        if (must_return_ and left_ != link.channel().generation()) {
            must_return_ = false; // a hub that comes up announces itself
        }
        if (must_return_ and is_started_ and control_ == no_index) {
            must_return_ = not link.open(wire::view_of(wire::router_name(Other.view())));
        }
    }
    auto close_and_open(auto& link) -> void {
        for (std::uint32_t i = 0; i < Config.names; ++i) {
            auto& it = names_.at(i);
            if (std::exchange(it.must_close, false) and it.session != no_index) {
                link.close(std::exchange(it.session, no_index));
                it.is_accepted = it.must_acknowledge = false;
                it.peer = any_address;
            }
            if (std::exchange(it.must_acknowledge, false) and it.session != no_index) {
                it.is_acknowledged = true;
                acknowledge(link, it.session, true);
            }
            if (it.is_wanted and it.session == no_index and is_there()) {
                auto const made = link.open(wire::view_of(wire::route_name(Other.view(), wire::view_of(it.name))));
                it.waits = not made; // for the names that are withdrawn: the hub link polls then
                if (made) {
                    it.session = *made;
                    name_of_[*made] = static_cast<std::uint8_t>(i);
                }
            }
            if (names_.settle(i)) {
                note_free_name();
            }
        }
    }
    auto look(ticks now) -> void {
        must_look_ = false;
        edge_.poll(now);
    }
    [[nodiscard]] auto free_loan() const -> std::uint32_t {
        std::uint32_t i = 0;
        while (i < Config.held and loans_[i].state != lend::none) {
            ++i;
        }
        return i;
    }
    auto carry(auto& link, typename detail::port_names<Config.names>::entry const& it, message const& m) -> void {
        if (delivering_ != no_index) {
            look(now_); // it was refused: a handler of the edge was running
        }
        auto const i = free_loan();
        if (delivering_ != no_index or i == Config.held) {
            return link.channel().count(counter::no_buffer);
        }
        {
            auto guard = link.channel().locked();
            loans_[i] = {.state = lend::delivered};
            delivering_ = i;
            mailbox_ = {.outcome = rx_outcome::message,
                        .source = m.source,
                        .destination = it.local,
                        .payload = m.payload,
                        .token = {.id = i, .capacity = static_cast<std::uint32_t>(m.payload.size())}};
        }
        look(now_);
        auto guard = link.channel().locked();
        if (loans_[i].state == lend::returned) {
            loans_[i] = {};
        } else {
            loans_[i] = {.token = link.hold(m).leave().token, .state = lend::held};
        }
    }

  public:
    static constexpr std::uint32_t max_frame = Config.max_frame;
    static constexpr bool has_credits = false;

    router_port() = default;
    router_port(router_port const&) = delete;
    auto operator=(router_port const&) -> router_port& = delete;

    /// The entry for the table of the link to the hub.
    [[nodiscard]] constexpr auto entry() {
        return detail::listener_group<detail::asks_service{}, sessions, router_port&>{*this};
    }

    [[nodiscard]] constexpr auto state() const -> port_state { return state_; }
    [[nodiscard]] static constexpr auto other() -> std::string_view { return Other.view(); }

    // Called by the channel of the hub link.

    [[nodiscard]] auto accepts(std::string_view name) -> std::uint32_t {
        auto const whole = static_cast<std::uint32_t>(name.size()) + 1;
        if (wire::read_router(name) == Other.view()) {
            return control_ == no_index ? whole : 0;
        }
        auto const service = service_of(name);
        auto const is_taken = not service.empty() and is_there() and is_started_ and edge_.takes(service);
        if (not is_taken) {
            return 0;
        }
        auto const known = names_.find(wire::pad(service));
        if (known != no_index) {
            return names_.at(known).session == no_index ? whole : 0;
        }
        is_refused_ = is_refused_ or names_.is_full();
        return names_.is_full() ? 0 : whole;
    }
    auto on_open(auto& link, std::uint32_t session) -> void {
        if (wire::read_router(link.name()) == Other.view()) {
            control_ = session;
            state_ = port_state::announced;
            hub_ = detail::hub_link{link.channel()};
            return;
        }
        auto const is_ours = names_.at(name_of_[session]).session == session;
        auto const i = is_ours ? name_of_[session] : names_.find_or_add(wire::pad(service_of(link.name())));
        if (i == no_index) {
            return;
        }
        auto& it = names_.at(i);
        if (not is_ours) {
            it.session = session;
            it.is_accepted = true;
            it.is_acknowledged = false;
            it.must_acknowledge = it.is_wanted;
            name_of_[session] = static_cast<std::uint8_t>(i);
            acknowledge(link, session, false);
        }
        it.own = link.self();
        it.peer = link.peer();
        must_look_ = true;
    }
    auto on_close(auto&, std::uint32_t session) -> void {
        if (session == control_) {
            control_ = no_index;
            must_leave_ = false;
            return drop(down_reason::peer_stopped, port_state::absent);
        }
        auto const i = name_of_[session];
        auto& it = names_.at(i);
        if (it.session != session) {
            return;
        }
        names_.unbind(i);
        if (it.is_accepted) { // the session ends
            it.session = no_index;
            it.is_accepted = it.must_close = it.must_acknowledge = false;
            it.local = it.is_wanted ? it.local : any_address;
        }
        must_look_ = true;
        if (names_.settle(i)) {
            note_free_name();
        }
    }
    auto on_event(auto& link, std::uint32_t session, event const& e) -> void {
        if (e.kind != event_kind::link_down) {
            return;
        }
        auto& it = names_.at(name_of_[session]);
        if (session != control_ and it.session == session) {
            it.session = no_index;
            it.must_close = false;
            (void)names_.settle(name_of_[session]);
        }
        link.close();
    }
    auto on_message(auto& link, std::uint32_t session, message const& m) -> void {
        if (session == control_) {
            return must_leave_ ? void() : on_command(link, m.payload);
        }
        auto const& it = names_.at(name_of_[session]);
        if (it.session != session or it.local == any_address) {
            return link.channel().count(counter::no_endpoint);
        }
        if (not is_current()) {
            return link.channel().count(counter::closed);
        }
        if (m.payload.size() > rx_length_) {
            return link.channel().count(counter::bad_length);
        }
        carry(link, it, m);
    }
    auto on_poll(auto& link, ticks now) -> void {
        using core = std::remove_reference_t<decltype(link.channel())>;
        static_assert(core::acknowledged, "a router needs a link whose peer acknowledges names: NuttX, or this library");
        constexpr auto is_locked = not std::is_same_v<typename core::lock_type, no_lock>;
        now_ = now;
        if (edge_ and is_started_) {
            expects(has_lock_ == is_locked);
            if (must_look_ or edge_.is_pending()) {
                link.rescan(); // the edge may take other names than before
            }
            look(now);
        }
        close_and_open(link);
        leave_or_return(link);
    }
    [[nodiscard]] auto next_deadline(ticks now) -> poll_deadline { return edge_ ? edge_.next_deadline(now) : poll_deadline{}; }
    [[nodiscard]] auto is_pending() -> bool {
        auto const edge_waits = edge_ and is_started_ and (must_look_ or has_work() or is_changing() or edge_.is_pending());
        return edge_waits or names_.has_work() or must_leave_ or (must_return_ and is_started_);
    }
};

} // namespace rpmsg
