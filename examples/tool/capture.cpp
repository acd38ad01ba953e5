// Records a link; between two programs it stands as a tap that passes every frame on.
#include <rpmsg/core/bytes.hpp>

#include "command.hpp"
#include "pump.hpp"
#include <array>

namespace tool {
namespace {
using rpmsg::host::steady_clock;

/// One of the two links of a tap, without endpoints: frames are passed on as they are, those of the name service too.
template <bool Acknowledged> class relay_end final : public carried {
    std::unique_ptr<carrier> under_;
    watched_frames<Acknowledged> over_;
    bool is_up_{};

  public:
    relay_end(std::unique_ptr<carrier> under, frames<Acknowledged> over, traffic& seen)
        : under_{std::move(under)}, over_{std::move(over), seen} {
        if (not under_->starts()) {
            (void)over_.start();
        }
    }
    auto start() -> rpmsg::status override { return over_.start(); }
    auto close() -> void override { over_.close(); }
    auto notify(std::uint32_t queue) -> void override { over_.notify(queue); }

    [[nodiscard]] auto is_up() const -> bool { return is_up_; }
    auto watch(std::vector<pollfd>& into) -> void { under_->watch(into); }
    /// Returns whether the link went down.
    auto poll() -> bool {
        under_->serve(*this);
        auto const change = over_.poll(steady_clock::now());
        auto const went_down = change.event == rpmsg::link_event::down;
        is_up_ = change.event == rpmsg::link_event::up or (is_up_ and not went_down);
        return went_down;
    }
    /// Begins anew, so that the peer sees that the other one has gone.
    auto restart() -> void {
        over_.close();
        is_up_ = false;
        if (not under_->starts()) {
            (void)over_.start();
        }
    }
    /// Passes the frames of this side on while `other` has room; returns whether one was.
    auto pass_on(auto& other) -> bool {
        auto has_moved = false;
        while (is_up_ and other.is_up_) {
            auto const room = other.over_.reserve();
            if (room.space.data() == nullptr) {
                (void)other.over_.writable();
                break;
            }
            auto const got = over_.receive();
            if (got.outcome != rpmsg::rx_outcome::message) {
                other.over_.discard(room);
                if (got.outcome == rpmsg::rx_outcome::dropped) {
                    continue;
                }
                break;
            }
            auto const size = std::min(got.payload.size(), room.space.size());
            rpmsg::snapshot(got.payload.first(size), room.space.first(size));
            (void)other.over_.commit(
                room, {.source = got.source, .destination = got.destination, .length = static_cast<std::uint16_t>(size)});
            over_.release(got.token);
            has_moved = true;
        }
        over_.flush();
        other.over_.flush();
        return has_moved;
    }
    auto finish() -> void {
        over_.close();
        under_->leave();
    }
};

auto relay(auto& one, auto& other) -> void {
    auto polled = std::vector<pollfd>{};
    while (not interrupt::is_asked()) {
        if (one.poll()) {
            other.restart();
        }
        if (other.poll()) {
            one.restart();
        }
        auto const there = one.pass_on(other);
        if (other.pass_on(one) or there) {
            continue;
        }
        polled = {{.fd = interrupt::descriptor(), .events = POLLIN, .revents = 0}};
        one.watch(polled);
        other.watch(polled);
        (void)::poll(polled.data(), polled.size(), 50);
    }
    one.finish();
    other.finish();
}

auto record_between(options const& chosen) -> int {
    auto all = begin_capture(chosen.capture);
    if (not all) {
        return fail(all.error());
    }
    auto under = std::vector<std::unique_ptr<carrier>>{};
    auto seen = std::array<traffic, 2>{};
    for (auto const& text : {chosen.address, chosen.through}) {
        auto where = parse_address(text);
        if (not where) {
            return fail(where.error(), exit_status::wrong_arguments);
        }
        auto opened = open_carrier(*where);
        if (not opened) {
            return fail(opened.error());
        }
        auto link = all->add_link(name_of(*where), (*opened)->dialect());
        if (not link) {
            return fail(link.error());
        }
        if (under.empty()) { // one of the two tells all
            seen[0].record(std::move(*link));
        }
        under.push_back(std::move(*opened));
    }
    auto const is_same = std::visit(
        [&]<bool One, bool Other>(frames<One> one, frames<Other> other) {
            if constexpr (One == Other) {
                auto first = relay_end<One>{std::move(under[0]), std::move(one), seen[0]};
                auto second = relay_end<One>{std::move(under[1]), std::move(other), seen[1]};
                relay(first, second);
            }
            return One == Other;
        },
        under[0]->transport(), under[1]->transport());
    all->finish();
    if (not is_same) {
        return fail("one of the links acknowledges names and the other does not: they cannot be joined",
                    exit_status::wrong_arguments);
    }
    fmt::print(stderr, "{} messages there, {} back\n", seen[0].in.messages, seen[0].out.messages);
    return all->error().empty() ? exit_status::done : fail(all->error());
}
} // namespace

auto capture(options const& chosen) -> int {
    if (not chosen.through.empty()) {
        return record_between(chosen);
    }
    return on_session(chosen, [&](session& link) {
        auto none = std::vector<pollfd>{};
        while (not interrupt::is_asked()) {
            if (not link.trouble().empty()) {
                return fail(link.trouble());
            }
            if (not link.turn()) {
                link.wait(none, 200);
            }
        }
        fmt::print(stderr, "{} messages received, {} sent\n", link.watched().in.messages, link.watched().out.messages);
        return exit_status::done;
    });
}

} // namespace tool
