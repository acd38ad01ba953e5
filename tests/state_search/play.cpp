#include "play.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

namespace state_search {
namespace {

constexpr int no_buffer = 1;

auto name_of(std::uint32_t end) -> std::string { return end == host ? "the host" : "the remote"; }

/// A message that an end has sent or is sending.
struct sent_message {
    std::uint32_t from{};
    std::uint32_t name{};
    std::uint32_t session{};   ///< of the sender
    std::uint32_t to_serial{}; ///< the receiving endpoint; 0 when there was none
    std::uint64_t began{};
    std::uint64_t ended{};
    bool is_accepted{};
    bool is_refused{};
    bool is_delivered{};
    bool may_repeat{}; ///< sent to an end that was killed since
};
struct held {
    int place = -1;
    std::uint32_t session{};
    std::span<std::byte const> content{};
    std::vector<std::byte> copy{};
};
struct loaned {
    int place = -1;
    std::uint32_t serial{};
    std::uint32_t session{};
    std::span<std::byte> room{};
};

/// One play: the actions of both users and the checks of their results.
class stage final : public listener {
    std::unique_ptr<world> world_;
    traits about_;
    std::uint32_t budget_{};
    std::string wrong_{};

    struct end_state {
        std::array<service*, 2> services{};
        std::vector<held> kept{};
        std::vector<loaned> loans{};
        std::uint32_t session = 1; ///< incremented whenever the link comes up or goes down
        std::uint32_t holds{};     ///< number of the next messages to hold
        bool was_up{};
        bool is_started{};
        bool is_fresh{}; ///< started and not polled yet: the main loop polls
        bool wants_close{};
        bool must_be_told{}; ///< the peer was restarted, and `reset` was not called yet
        std::uint32_t polls_inside{};
        std::uint32_t calls_inside{}; ///< number of nested calls of any kind
    };
    std::array<end_state, 2> ends_{};
    std::vector<std::unique_ptr<service>> services_{};
    std::vector<sent_message> messages_{};
    std::array<std::uint64_t, 2> latest_began_{}; ///< of the delivered messages, by sender
    std::array<std::uint32_t, 2> latest_session_{};
    std::uint64_t moment_{}; ///< number of events so far
    std::uint32_t now_ = 1000;
    bool is_driver_over_{}; ///< the driver that initialised the present rings was closed or killed
    std::uint32_t driver_life_{};
    bool is_asking_{};   ///< the stage itself calls
    bool has_changed_{}; ///< an endpoint was created or destroyed, or an end was closed or restarted
    bool is_between_{};  ///< the call is made by another context
    bool is_across_{};   ///< that context is the other end
    step const* due_{};
    std::uint32_t points_left_{};

    auto end_of(std::uint32_t e) -> end_state& { return ends_[e]; }
    auto at(std::uint32_t e) -> side& { return world_->at(e); }
    auto other_life(std::uint32_t serial) -> service* { return serial == 0 ? nullptr : services_[serial - 1].get(); }
    auto ask_up(std::uint32_t e) -> bool {
        auto const before = std::exchange(is_asking_, true);
        auto const answer = at(e).is_up();
        is_asking_ = before;
        return answer;
    }

    auto note_up(std::uint32_t e) -> void {
        auto& it = end_of(e);
        auto const up = ask_up(e);
        if (up != it.was_up) {
            it.was_up = up;
            ++it.session;
            // A device may attach to the rings of a closed or killed driver: its user must reset it.
            is_driver_over_ = is_driver_over_ and at(host).laid_out() == driver_life_;
            if (up and e == remote and is_driver_over_) {
                it.must_be_told = true;
            }
        }
        if (not up and it.polls_inside == 0) {
            at(e).went_down();
        }
    }

    auto new_service(std::uint32_t e, std::uint32_t name) -> service& {
        auto made = std::make_unique<service>();
        made->end = e;
        made->name = name;
        made->serial = static_cast<std::uint32_t>(services_.size()) + 1;
        services_.push_back(std::move(made));
        return *services_.back();
    }
    auto fixed(std::uint32_t e) -> void {
        auto& it = end_of(e);
        for (std::uint32_t i = 0; i < 2; ++i) {
            it.services[i] = &new_service(e, i);
            it.services[i]->id = i;
        }
        at(e).own(*it.services[0], *it.services[1]);
        for (auto* each : it.services) {
            each->local = at(e).local_of(each->id);
        }
    }
    auto open(std::uint32_t e, std::uint32_t name) -> void {
        auto& it = end_of(e);
        if (it.services[name] != nullptr or about_.has_fixed_endpoints) {
            return;
        }
        auto& mine = new_service(e, name);
        if (at(e).create(mine) != accepted) {
            mine.is_gone = true;
            return;
        }
        if (mine.is_gone) {
            return;
        }
        it.services[name] = &mine;
        auto const before = std::exchange(is_asking_, true);
        mine.local = at(e).local_of(mine.id);
        is_asking_ = before;
    }
    auto shut(std::uint32_t e, std::uint32_t name) -> void {
        auto& it = end_of(e);
        auto* const mine = it.services[name];
        if (mine == nullptr or about_.has_fixed_endpoints) {
            return;
        }
        it.services[name] = nullptr;
        if (at(e).destroy(mine->id) != accepted) {
            complain("destroy refused an endpoint that is there");
        }
        mine->is_gone = true; // its owner may free it
    }

    auto fill(std::span<std::byte> payload, std::uint32_t number, std::uint32_t name) -> void {
        std::memcpy(payload.data(), &number, 4);
        for (std::size_t i = 4; i < payload.size(); ++i) {
            payload[i] = static_cast<std::byte>(number * 7 + i * 13 + name * 101);
        }
    }
    static auto size_of(std::uint32_t number) -> std::size_t { return 5 + number % 8; }
    auto offer(std::uint32_t e, service& from) -> std::uint32_t {
        auto message = sent_message{.from = e, .name = from.name, .session = end_of(e).session, .began = ++moment_};
        for (auto const* to : end_of(1 - e).services) {
            if (to != nullptr and to->local == from.peer) {
                message.to_serial = to->serial;
            }
        }
        messages_.push_back(message);
        from.is_starved = true; // until the result is known
        return static_cast<std::uint32_t>(messages_.size()) - 1;
    }
    auto settle_offer(std::uint32_t number, service& from, int outcome) -> void {
        auto& it = messages_[number];
        it.ended = ++moment_;
        it.is_accepted = outcome == accepted;
        it.is_refused = outcome != accepted;
        if (it.is_refused and it.is_delivered) {
            complain("a message was refused, and delivered");
        }
        from.is_starved = from.is_starved and outcome == no_buffer; // unless `writable` was received meanwhile
        note_up(it.from);
        if (it.is_accepted and end_of(it.from).session != it.session) { // the link changed while it was sent
            it.to_serial = 0;
        }
    }

    auto send(std::uint32_t e, std::uint32_t name) -> int {
        auto* const from = end_of(e).services[name];
        if (from == nullptr) {
            return -1;
        }
        auto const may_send = from->peer != any_peer or due_ != nullptr;
        auto const number = offer(e, *from);
        auto payload = std::array<std::byte, 16>{};
        auto const used = std::span{payload}.first(size_of(number));
        fill(used, number, name);
        auto const outcome = at(e).send(from->id, used);
        settle_offer(number, *from, outcome);
        if (outcome == accepted and not may_send) {
            complain("an endpoint that is not bound has sent");
        }
        return outcome;
    }
    auto reserve(std::uint32_t e, std::uint32_t name) -> void {
        auto& it = end_of(e);
        auto* const from = it.services[name];
        if (from == nullptr or it.loans.size() >= about_.capacity[e]) {
            return;
        }
        auto const session = it.session;
        from->is_starved = true;
        auto const got = at(e).reserve(from->id);
        from->is_starved = from->is_starved and got.outcome == no_buffer;
        if (got.outcome != accepted) {
            return;
        }
        note_up(e);
        for (auto const& other : it.loans) {
            if (other.room.data() == got.payload.data()) { // also in an earlier session: a thread may still fill it
                complain("one buffer was lent twice");
            }
        }
        it.loans.push_back({got.place, from->serial, it.session == session ? session : 0, got.payload});
    }
    auto commit(std::uint32_t e, std::uint32_t n) -> void {
        auto& it = end_of(e);
        if (it.loans.empty()) {
            return;
        }
        auto const which = it.loans.begin() + static_cast<std::ptrdiff_t>(n % it.loans.size());
        auto const loan = *which;
        it.loans.erase(which);
        auto& from = *other_life(loan.serial);
        if (from.is_gone) { // a commit is refused and gives the buffer back
            if (at(e).commit(from.id, loan.place, 8) == accepted) {
                complain("an endpoint that is gone has sent");
            }
            return;
        }
        auto const is_known = loan.session != 0; // otherwise the link changed during the reserve
        auto const is_current = (loan.session == it.session or not is_known) and it.was_up;
        auto const number = offer(e, from);
        auto const size = size_of(number);
        if (is_current) {
            fill(loan.room.first(size), number, from.name);
        }
        auto const is_raced = due_ != nullptr and due_->when == moment::lock and due_->point == 0;
        auto const outcome = at(e).commit(from.id, loan.place, size);
        if (outcome == accepted and is_known and is_raced and due_ == nullptr and it.session != loan.session and
            not it.must_be_told) {
            complain("a loan of an earlier session was committed"); // it changed before the lock
        }
        settle_offer(number, from, outcome);
        if (outcome == accepted and not is_current and not it.must_be_told) {
            complain("a loan of an earlier session was committed");
        }
        if (outcome == no_buffer) {
            from.is_starved = false; // the error has another cause
        }
    }
    auto drop(std::uint32_t e, std::uint32_t n) -> void {
        auto& it = end_of(e);
        if (it.loans.empty()) {
            return;
        }
        auto const which = it.loans.begin() + static_cast<std::ptrdiff_t>(n % it.loans.size());
        auto const place = which->place;
        it.loans.erase(which);
        at(e).drop(place);
    }
    auto release(std::uint32_t e, std::uint32_t n) -> void {
        auto& it = end_of(e);
        if (it.kept.empty()) {
            return;
        }
        auto const which = it.kept.begin() + static_cast<std::ptrdiff_t>(n % it.kept.size());
        auto const place = which->place;
        it.kept.erase(which);
        at(e).release(place);
    }
    /// Checks that held messages do not change while the link is up.
    auto look_at_kept() -> void {
        for (std::uint32_t e = 0; e < 2; ++e) {
            for (auto const& it : end_of(e).kept) {
                if (it.session == end_of(e).session and not end_of(e).must_be_told and
                    not std::equal(it.content.begin(), it.content.end(), it.copy.begin())) {
                    complain("a message that " + name_of(e) + " holds has changed");
                }
            }
        }
    }

    /// Writes to stale loans, as a thread does that has not noticed that the link went down.
    auto fill_old_loans() -> void {
        for (auto& each : ends_) {
            for (auto const& it : each.loans) {
                if (it.session != each.session) {
                    std::fill(it.room.begin(), it.room.end(), std::byte{0x5a});
                }
            }
        }
    }

    auto poll(std::uint32_t e, std::uint32_t n) -> std::uint32_t {
        auto& it = end_of(e);
        auto const budget = n == 0 ? 64 : n;
        auto const is_inside = it.calls_inside > 1;
        auto const before = at(e).accesses();
        auto const rings_before = at(e).rings();
        if (it.calls_inside == 1) {
            it.is_fresh = false;
        }
        ++it.polls_inside;
        auto const handled = at(e).poll(budget, now_);
        --it.polls_inside;
        if (is_inside and handled != 0) {
            complain("a poll from within a handler has handled messages");
        }
        if (handled > budget) {
            complain("a poll has exceeded its budget");
        }
        if (not is_inside and due_ == nullptr) {
            auto const capacity = std::max(about_.capacity[host], about_.capacity[remote]);
            auto const most = std::min(budget, 4 * capacity + 8);
            if (at(e).accesses() - before > 600 + 60 * (most + capacity)) {
                complain("one poll of " + name_of(e) + " did more than a bounded amount of work");
            }
            if (at(e).rings() - rings_before > 12 + 3 * most) {
                complain("one poll of " + name_of(e) + " rang too many doorbells");
            }
        }
        if (not is_inside) {
            note_up(e);
        }
        return handled;
    }

    /// In dialects that do not detect a restart, the user resets the device once the driver has initialised its rings, before
    /// the device does anything else.
    auto tell_if_due(std::uint32_t e) -> void {
        auto& it = end_of(e);
        if (about_.tells_restarts or e != remote or not it.must_be_told or it.calls_inside > 0 or not ask_up(host)) {
            return;
        }
        if (it.is_started) {
            it.must_be_told = false;
            ++it.session;
            ++it.calls_inside;
            auto* const due = std::exchange(due_, nullptr); // the inner call belongs to the step itself
            reset_and_note(remote);
            due_ = due;
            --it.calls_inside;
            close_if_wanted(remote);
        }
    }
    /// A close from within a handler takes effect when the call returns that called the handler.
    auto close_if_wanted(std::uint32_t e) -> void {
        if (end_of(e).calls_inside == 0 and std::exchange(end_of(e).wants_close, false)) {
            note_closed(e);
        }
    }
    /// The driver's rings become invalid: the device must be reset, unless it never attached to them or detects it.
    auto driver_ends() -> void {
        if (not about_.tells_restarts) {
            is_driver_over_ = true;
            driver_life_ = at(host).laid_out();
            end_of(remote).must_be_told = true;
            ++end_of(remote).session;
            ++end_of(host).session;
        }
    }

    auto start(std::uint32_t e) -> void {
        auto& it = end_of(e);
        auto const is_told = e == remote and it.must_be_told and not it.is_started and ask_up(host);
        if (is_told and it.calls_inside == 1) { // the peer was restarted while this end was closed
            it.must_be_told = false;
            return reset_and_note(e);
        }
        auto const outcome = at(e).start();
        if (outcome == accepted and it.calls_inside > 1) {
            complain("a start from within a handler was not refused");
        }
        if (outcome == accepted) {
            it.is_fresh = it.is_fresh or not it.is_started;
            it.is_started = true;
        }
    }
    auto close(std::uint32_t e) -> void {
        if (end_of(e).calls_inside > 1) {
            end_of(e).wants_close = true; // takes effect when the outer call returns
            return at(e).close();
        }
        at(e).close();
        note_closed(e);
    }
    auto note_closed(std::uint32_t e) -> void {
        if (e == host) {
            driver_ends();
        }
        end_of(e).is_started = false;
        note_up(e);
        if (ask_up(e)) {
            complain("the link is up after close");
        }
    }
    auto reset(std::uint32_t e) -> void {
        auto& it = end_of(e);
        if (not about_.tells_restarts and e == remote) {
            return; // tell_if_due resets it after a restart
        }
        if (it.calls_inside > 1) {
            if (at(e).reset() == accepted) {
                complain("a reset from within a handler was not refused");
            }
            return;
        }
        reset_and_note(e);
        if (e == host) {
            driver_ends();
        }
    }
    auto reset_and_note(std::uint32_t e) -> void {
        auto& it = end_of(e);
        if (at(e).reset() == accepted) {
            it.is_started = it.is_fresh = true;
        } else {
            complain("a reset was refused");
        }
        note_up(e);
    }
    auto kill(std::uint32_t e, std::uint32_t n) -> void {
        auto& it = end_of(e);
        if (it.calls_inside > 1) {
            return;
        }
        if (e == host) {
            driver_ends();
        }
        for (auto*& each : it.services) {
            if (each != nullptr) {
                each->is_gone = true;
                each = nullptr;
            }
        }
        it.kept.clear();
        it.loans.clear();
        it.holds = 0;
        it.is_started = it.is_fresh = it.was_up = it.wants_close = false;
        ++it.session;
        at(e).kill();
        if (about_.has_fixed_endpoints) {
            fixed(e);
        } else {
            open(e, n); // the new end may have other services at the same addresses
        }
        if (e == remote and not about_.tells_restarts) {
            it.must_be_told = false;
            for (auto& each : messages_) {
                each.may_repeat = each.may_repeat or each.from == host; // messages taken and not returned are delivered again
            }
            if (end_of(host).is_started) { // the driver's user resets it before the device starts
                ++end_of(host).calls_inside;
                reset(host);
                (void)poll(host, 1);
                --end_of(host).calls_inside;
                it.must_be_told = false;
            }
        }
    }

    /// Runs the main loops of both ends a few times; only the caller's in dialects that do not detect a restart.
    auto run_both(std::uint32_t e) -> void {
        if (not is_between_ and end_of(e).calls_inside > 1) {
            return;
        }
        auto const inside = std::exchange(end_of(e).calls_inside, 0u);
        for (int i = 0; i < 6; ++i) {
            for (std::uint32_t each = 0; each < 2; ++each) {
                if (each == e or (about_.tells_restarts and not is_across_)) {
                    perform(each, act::ring, 3);
                    perform(each, act::poll, 0);
                }
            }
        }
        end_of(e).calls_inside = inside;
    }

    auto perform(std::uint32_t e, act what, std::uint32_t n) -> void {
        if (not wrong_.empty()) {
            return;
        }
        if (what != act::kill and what != act::wait and not is_between_) {
            tell_if_due(e);
        }
        auto& it = end_of(e);
        ++it.calls_inside;
        has_changed_ = has_changed_ or what == act::close or what == act::reset or what == act::kill or what == act::create or
                       what == act::destroy;
        auto const rings_before = at(e).rings();
        auto const is_alone = due_ == nullptr and it.calls_inside == 1;
        switch (what) {
        case act::start: start(e); break;
        case act::close: close(e); break;
        case act::reset: reset(e); break;
        case act::poll: (void)poll(e, n); break;
        case act::ring: world_->ring(e, n == 0 ? 3 : n); break;
        case act::send: (void)send(e, n & 1); break;
        case act::reserve: reserve(e, n & 1); break;
        case act::commit: commit(e, n); break;
        case act::drop: drop(e, n); break;
        case act::hold: it.holds = std::min(it.holds + 1, 2u); break;
        case act::release: release(e, n); break;
        case act::create: open(e, n & 1); break;
        case act::destroy: shut(e, n & 1); break;
        case act::kill: kill(e, n & 1); break;
        case act::run: run_both(e); break;
        default: now_ += 30; break;
        }
        --it.calls_inside;
        close_if_wanted(e);
        if (is_alone and (what == act::send or what == act::commit or what == act::drop or what == act::release) and
            at(e).rings() - rings_before > 4) {
            complain("one call of " + name_of(e) + " rang too many doorbells");
        }
        note_up(e);
    }

    /// In dialects that do not detect a restart, no restart may happen during a call of the other end.
    auto may_come_across(act what) -> bool {
        auto const is_harmless = what == act::poll or what == act::ring or what == act::send or what == act::reserve or
                                 what == act::commit or what == act::drop or what == act::release or what == act::hold;
        return about_.tells_restarts or (is_harmless and not end_of(remote).must_be_told and not is_driver_over_);
    }
    /// Makes the inner call when its point is reached.
    auto come_between(std::uint32_t e, moment when) -> void {
        if (due_ == nullptr or is_asking_ or due_->when != when or due_->end != e or not wrong_.empty()) {
            return;
        }
        if (points_left_ > 0) {
            --points_left_;
            return;
        }
        auto const what = *std::exchange(due_, nullptr);
        if (when != moment::lock and when != moment::other) {
            return perform(e, what.inner, what.inner_n);
        }
        // A call of another context does not count as a call from within a handler.
        auto const whose = when == moment::other ? 1 - e : e;
        if (whose != e and not may_come_across(what.inner)) {
            return;
        }
        auto const inside = std::exchange(end_of(whose).calls_inside, 0u);
        is_between_ = true;
        is_across_ = whose != e;
        perform(whose, what.inner, what.inner_n);
        is_between_ = is_across_ = false;
        end_of(whose).calls_inside = inside;
    }

  public:
    stage(maker make, std::uint32_t budget) : world_{make(*this)}, about_{world_->about()}, budget_{budget} {
        for (std::uint32_t e = 0; e < 2; ++e) {
            if (about_.has_fixed_endpoints) {
                fixed(e);
            } else {
                open(e, 0);
            }
        }
    }
    stage(stage const&) = delete;
    ~stage() override {
        is_asking_ = true;
        for (std::uint32_t e = 0; e < 2; ++e) {
            for (auto const& it : end_of(e).loans) {
                at(e).drop(it.place);
            }
            for (auto const& it : end_of(e).kept) {
                at(e).release(it.place);
            }
        }
    }

    [[nodiscard]] auto wrong() const -> std::string const& { return wrong_; }
    auto complain(std::string what) -> void override {
        if (wrong_.empty()) {
            wrong_ = std::move(what);
        }
    }

    auto on_lock(std::uint32_t end) -> void override {
        come_between(end, due_ != nullptr and due_->when == moment::other ? moment::other : moment::lock);
    }

    auto on_message(service& whose, std::uint32_t, std::span<std::byte const> payload, holder how) -> void override {
        auto const e = whose.end;
        if (whose.is_gone) {
            return complain("a message came to an endpoint of " + name_of(e) + " that was destroyed");
        }
        if (not whose.is_up) {
            complain("a message came to an endpoint of " + name_of(e) + " that was not told that the link is up");
        }
        if (whose.peer == any_peer) {
            complain("a message came to an endpoint of " + name_of(e) + " that was not told of a peer");
        }
        auto number = std::uint32_t{};
        if (payload.size() >= 5) {
            std::memcpy(&number, payload.data(), 4);
        }
        if (payload.size() < 5 or number >= messages_.size() or payload.size() != size_of(number)) {
            return complain(name_of(e) + " received a message that nobody sent");
        }
        auto& it = messages_[number];
        auto expected = std::array<std::byte, 16>{};
        fill(std::span{expected}.first(payload.size()), number, it.name);
        if (not std::equal(payload.begin(), payload.end(), expected.begin())) {
            return complain(name_of(e) + " received a message that was damaged");
        }
        if (it.from == e or it.is_refused) {
            return complain(name_of(e) + " received a message that was refused, or its own");
        }
        if (it.name != whose.name and not it.may_repeat) {
            return complain("a message came to another service of " + name_of(e));
        }
        auto const has_repeated = it.is_delivered;
        if (std::exchange(it.is_delivered, true) and not std::exchange(it.may_repeat, false)) {
            return complain(name_of(e) + " received a message twice");
        }
        if (latest_session_[it.from] == it.session) {
            auto const is_late = it.ended != 0 and it.ended < latest_began_[it.from] and not has_repeated;
            if (is_late) {
                return complain(name_of(e) + " received messages out of order");
            }
            latest_began_[it.from] = std::max(latest_began_[it.from], it.began);
        } else {
            latest_session_[it.from] = it.session;
            latest_began_[it.from] = it.began;
        }
        if (how.keep == nullptr) {
            return; // a copy, which comes outside of the handler
        }
        auto& own = end_of(e);
        if (own.holds > 0 and own.kept.size() < about_.most_held[e]) {
            --own.holds;
            keep(own, payload, how);
        }
        if (due_ != nullptr and due_->inner == act::hold and due_->when == moment::message and
            own.kept.size() >= about_.most_held[e]) {
            return;
        }
        come_between(e, moment::message);
        if (own.holds > 0 and own.kept.size() < about_.most_held[e]) { // the handler holds the message
            own.holds = 0;
            keep(own, payload, how);
        }
    }
    auto keep(end_state& own, std::span<std::byte const> payload, holder how) -> void {
        if (auto const place = how.keep(how.context); place >= 0) {
            note_up(static_cast<std::uint32_t>(&own - ends_.data()));
            own.kept.push_back({place, own.session, payload, {payload.begin(), payload.end()}});
        }
    }

    auto on_event(service& whose, happening what, std::uint32_t peer, std::uint32_t unreturned, bool by_peer) -> void override {
        auto const e = whose.end;
        auto const where = " (endpoint " + std::string{whose.name == 0 ? "a" : "b"} + " of " + name_of(e) + ")";
        note_up(e);
        if (whose.is_gone) {
            return complain("an event came to an endpoint that was destroyed" + where);
        }
        switch (what) {
        case happening::link_up:
            if (whose.is_up) {
                complain("link_up was told twice" + where);
            }
            if (not ask_up(e)) {
                complain("link_up was told of a link that is down" + where);
            }
            whose.is_up = true;
            break;
        case happening::link_down:
            if (not whose.is_up) {
                complain("link_down was told without link_up" + where);
            }
            if (whose.peer != any_peer) {
                complain("link_down was told without unbound" + where);
            }
            whose.is_up = whose.is_starved = false;
            if (by_peer) {
                compare_unreturned(e, unreturned);
            }
            break;
        case happening::bound:
            if (not whose.is_up or not ask_up(e)) {
                complain("bound was told on a dead link" + where);
            }
            if (whose.peer != any_peer) {
                complain("bound was told twice" + where);
            }
            whose.peer = peer;
            break;
        case happening::unbound:
            if (whose.peer == any_peer) {
                complain("unbound was told without bound" + where);
            }
            if (whose.peer != any_peer and whose.peer != peer) {
                complain("unbound was told of another peer" + where);
            }
            whose.peer = any_peer;
            break;
        case happening::writable:
            if (not whose.is_up) {
                complain("writable was told on a dead link" + where);
            }
            whose.is_starved = false;
            break;
        case happening::refused:
            if (whose.is_up) {
                complain("refused was told of a link that is up" + where);
            }
            return;
        case happening::other:
            if (not whose.is_up) {
                complain("an event came on a dead link" + where);
            }
            return;
        }
        constexpr auto moment_of =
            std::array{moment::link_up, moment::link_down, moment::bound, moment::unbound, moment::writable};
        come_between(e, moment_of[static_cast<std::size_t>(what)]);
    }
    /// Checks that link_down counts at least the undelivered messages as unreturned.
    auto compare_unreturned(std::uint32_t e, std::uint32_t unreturned) -> void {
        if (not about_.counts_unreturned or not about_.tells_restarts) {
            return;
        }
        std::uint32_t missing = 0;
        for (auto const& it : messages_) {
            missing += it.from == e and it.session + 1 == end_of(e).session and it.is_accepted and not it.is_delivered and
                               is_expected(it)
                           ? 1u
                           : 0u;
        }
        if (missing > unreturned) {
            complain("of messages that " + name_of(e) + " has sent more are missing than it was told");
        }
    }
    [[nodiscard]] auto is_expected(sent_message const& it) -> bool {
        auto const* const to = other_life(it.to_serial);
        return to != nullptr and not to->is_gone;
    }

    /// Whether the main loop has a reason to poll.
    auto is_pending(std::uint32_t e) -> bool { return end_of(e).is_started and (at(e).is_pending() or end_of(e).is_fresh); }
    auto deadline(std::uint32_t e) -> due_at {
        auto const before = std::exchange(is_asking_, true);
        auto const due = end_of(e).is_started or not about_.tells_restarts ? at(e).next_deadline(now_) : due_at{};
        is_asking_ = before;
        return due;
    }
    auto is_idle() -> bool {
        for (std::uint32_t e = 0; e < 2; ++e) {
            if (is_pending(e) or world_->under_way(e) != 0 or deadline(e).is_set) {
                return false;
            }
        }
        return about_.has_bells;
    }
    /// Describes work that is left although nothing is pending; empty when there is none.
    auto undone() -> std::string {
        if (not end_of(host).is_started or not end_of(remote).is_started or end_of(remote).must_be_told) {
            return {};
        }
        for (std::uint32_t e = 0; e < 2; ++e) {
            if (not ask_up(e)) {
                return "the link of " + name_of(e) + " is not up";
            }
        }
        for (std::uint32_t name = 0; name < 2; ++name) {
            auto* const a = end_of(host).services[name];
            auto* const b = end_of(remote).services[name];
            if (a == nullptr or b == nullptr) {
                continue;
            }
            for (auto const* each : {a, b}) {
                if (not each->is_up) {
                    return "an endpoint of " + name_of(each->end) + " was not told that the link is up";
                }
                auto const* const far = each == a ? b : a;
                if (is_short_of_buffers() or has_lost()) {
                    continue;
                }
                if (each->peer != far->local and not is_forgotten(*each, *far)) {
                    return "an endpoint of " + name_of(each->end) + " is not bound to its peer";
                }
            }
        }
        for (auto const& it : messages_) {
            auto const is_current = it.session == end_of(it.from).session;
            if (it.is_accepted and is_current and not it.is_delivered and is_expected(it) and not has_lost()) {
                return "a message that " + name_of(it.from) + " has sent is not delivered";
            }
        }
        for (std::uint32_t e = 0; e < 2; ++e) {
            for (auto const* each : end_of(e).services) {
                auto const is_free = end_of(e).loans.size() + end_of(1 - e).kept.size() < about_.capacity[e];
                if (each != nullptr and each->is_starved and is_free) {
                    return "an endpoint of " + name_of(e) + " is not told that there is room again";
                }
            }
        }
        return {};
    }
    /// Whether the medium has lost messages, where that is allowed.
    auto has_lost() -> bool { return about_.may_lose and at(host).lost() + at(remote).lost() > 0; }
    /// Whether an announcement may have to wait for the buffers that the users keep.
    auto is_short_of_buffers() -> bool {
        auto const is_short = [&](std::uint32_t e) {
            return end_of(e).loans.size() + end_of(1 - e).kept.size() >= about_.capacity[e];
        };
        return is_short(host) or is_short(remote);
    }
    /// Without acknowledgement an end announces its names once, when its link comes up. An endpoint that is created later is
    /// bound by the first message instead.
    auto is_forgotten(service const& it, service const& far) -> bool {
        return not about_.is_acknowledged and has_changed_ and it.peer == any_peer and far.peer == it.local;
    }
    /// Checks that the state of each endpoint is the one that its events reported.
    auto compare() -> void {
        if (not wrong_.empty()) {
            return;
        }
        look_at_kept();
        fill_old_loans();
        is_asking_ = true;
        for (std::uint32_t e = 0; e < 2; ++e) {
            auto const up = at(e).is_up();
            for (auto* each : end_of(e).services) {
                if (each == nullptr) {
                    continue;
                }
                if (each->is_up != up) {
                    complain(name_of(e) + (up ? ": the link is up, an endpoint was not told"
                                              : ": the link is down, an endpoint was not told"));
                }
                if (at(e).peer_of(each->id) != each->peer) {
                    complain(name_of(e) + ": an endpoint is bound to another peer than its events told");
                }
            }
        }
        is_asking_ = false;
    }

    auto take(step const& next) -> void {
        if (not wrong_.empty()) {
            return;
        }
        due_ = next.when != moment::never ? &next : nullptr;
        points_left_ = next.point;
        perform(next.end, next.what, next.n);
        due_ = nullptr;
        compare();
        if (wrong_.empty() and is_idle()) {
            if (auto const left = undone(); not left.empty()) {
                complain("nothing is pending, no doorbell is under way, no deadline is set, and " + left);
            }
        }
    }

    /// Runs the main loops of both ends: poll while work is pending, then sleep until a doorbell or the deadline.
    auto settle(char const* when) -> void {
        std::uint32_t times = 0;
        for (int rounds = 0; rounds < 3000 and wrong_.empty(); ++rounds) {
            auto acted = false;
            for (std::uint32_t e = 0; e < 2; ++e) {
                if (world_->under_way(e) != 0) {
                    perform(e, act::ring, 3);
                    acted = true;
                }
                if (is_pending(e) or not about_.has_bells) {
                    perform(e, act::poll, budget_);
                    acted = acted or about_.has_bells;
                    compare();
                }
            }
            if (acted) {
                continue;
            }
            if (not about_.has_bells and rounds < 40) {
                continue;
            }
            auto const left = undone();
            if (left.empty()) {
                return;
            }
            auto const dues = std::array{deadline(host), deadline(remote)};
            auto next = due_at{};
            for (auto const& due : dues) {
                if (due.is_set and (not next.is_set or static_cast<std::int32_t>(due.at - next.at) < 0)) {
                    next = due;
                }
            }
            if (not next.is_set or ++times > 60) {
                return complain(std::string{when} + ": " + left +
                                (next.is_set ? ", however long one waits" : ", and nothing is due"));
            }
            now_ = static_cast<std::int32_t>(next.at - now_) > 0 ? next.at : now_;
            for (std::uint32_t e = 0; e < 2; ++e) {
                if (dues[e].is_set and static_cast<std::int32_t>(dues[e].at - now_) <= 0) {
                    perform(e, act::poll, budget_);
                    compare();
                }
            }
        }
        if (wrong_.empty()) {
            complain(std::string{when} + ": the main loops never come to rest; undone: " + undone());
        }
    }
    auto begin(beginning from) -> void {
        if (from == beginning::nothing) {
            return;
        }
        perform(host, act::start, 0);
        perform(remote, act::start, 0);
        settle("at the beginning");
        if (from == beginning::used) {
            for (std::uint32_t i = 0; i < 3; ++i) {
                for (std::uint32_t e = 0; e < 2; ++e) {
                    perform(e, act::send, 0);
                    settle("at the beginning");
                }
            }
        }
    }
    /// Ends the transfers of an end by DMA, also those of the messages that wait: past their deadline they are aborted, and those
    /// that an abort does not stop end.
    auto end_transfers(std::uint32_t e) -> void {
        for (std::uint32_t i = 0; i < 2 * about_.capacity[e] + 2 and about_.sends_late; ++i) {
            now_ += 30;
            perform(e, act::ring, 3);
            perform(e, act::poll, budget_);
        }
    }
    /// Starts both ends, returns all messages and loans, and checks that each end can send as much as at the beginning.
    auto finish() -> void {
        settle("after the play");
        for (std::uint32_t e = 0; e < 2; ++e) {
            end_of(e).holds = 0;
            perform(e, act::start, 0);
        }
        settle("after both have started");
        for (std::uint32_t e = 0; e < 2; ++e) {
            perform(e, act::create, 0);
        }
        settle("after both have an endpoint");
        for (std::uint32_t e = 0; e < 2; ++e) {
            while (not end_of(e).kept.empty() and wrong_.empty()) {
                perform(e, act::release, 0);
            }
            while (not end_of(e).loans.empty() and wrong_.empty()) {
                perform(e, act::drop, 0);
            }
            end_transfers(e);
        }
        settle("after all was given back");
        for (int round = 0; round < 2 and wrong_.empty(); ++round) {
            for (std::uint32_t e = 0; e < 2; ++e) {
                auto const* const from = end_of(e).services[0];
                if (from == nullptr or from->peer == any_peer) {
                    continue;
                }
                if (about_.returns_late) {
                    perform(e, act::poll, budget_);
                }
                std::uint32_t count = 0;
                while (count < 200 and wrong_.empty()) {
                    perform(e, act::send, 0);
                    if (not messages_.back().is_accepted) {
                        break;
                    }
                    ++count;
                    end_transfers(e);
                }
                if (count < about_.capacity[e] and not has_lost()) {
                    complain(name_of(e) + " can send only " + std::to_string(count) + " messages in a row: buffers are lost");
                }
            }
            end_transfers(host);
            end_transfers(remote);
            settle("after full rings");
        }
    }
};

} // namespace

auto run(maker make, play const& what) -> std::string {
    auto it = stage{make, what.budget};
    it.begin(what.from);
    for (auto const& each : what.steps) {
        it.take(each);
    }
    it.finish();
    return it.wrong();
}

} // namespace state_search
