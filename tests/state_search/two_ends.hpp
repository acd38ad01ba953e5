#pragma once

#include "ring_wires.hpp"
#include "small_model.hpp"
#include <array>
#include <cstdint>
#include <string>
#include <type_traits>

namespace rpmsg::searched {

inline auto name_of(std::uint32_t end) -> std::string { return end == host ? "host" : "remote"; }

/// Base of the small models: two ends, doorbells that arrive when the search wants, time, and the main loops. `Model` has
///
///   with(e, f)      calls f(the channel of end e)
///   left_undone()   a description of work that is left although neither end has a reason to act, or nothing
template <typename Model, vring_config Config> class two_ends : public small_model {
    /// The searches of whole plays check what an end writes; these models do not.
    struct nobody final : listener {
        auto on_message(service&, std::uint32_t, std::span<std::byte const>, holder) -> void override {}
        auto on_event(service&, happening, std::uint32_t, std::uint32_t, bool) -> void override {}
        auto on_lock(std::uint32_t) -> void override {}
        auto complain(std::string) -> void override {}
    };
    nobody nobody_{};

    auto self() -> Model& { return static_cast<Model&>(*this); }
    template <typename Result = void> auto with(std::uint32_t e, auto&& f) -> Result {
        auto result = std::conditional_t<std::is_void_v<Result>, int, Result>{};
        self().with(e, [&](auto& link) {
            if constexpr (std::is_void_v<Result>) {
                f(link);
            } else {
                result = f(link);
            }
        });
        if constexpr (not std::is_void_v<Result>) {
            return result;
        }
    }

  protected:
    using wires = rings<Config>;
    wires wires_{nobody_};
    std::array<bool, 2> is_started_{};
    std::array<bool, 2> is_fresh_{}; ///< started, and not polled yet
    ticks now_ = 1000;

    auto is_pending(std::uint32_t e) -> bool {
        return with<bool>(e, [](auto& link) { return link.is_pending(); }) or is_fresh_[e];
    }
    auto deadline(std::uint32_t e) -> poll_deadline {
        return with<poll_deadline>(e, [&](auto& link) { return link.next_deadline(now_); });
    }
    auto is_up(std::uint32_t e) -> bool {
        return with<bool>(e, [](auto& link) { return link.is_up(); });
    }
    auto poll(std::uint32_t e, std::uint32_t messages) -> void {
        is_fresh_[e] = false;
        with(e, [&](auto& link) {
            if (link.poll({.messages = messages}, now_) > messages) {
                complain("a poll has exceeded its budget");
            }
        });
    }
    auto ring(std::uint32_t e) -> void {
        with(e, [&](auto& link) { wires_.ring(e, 3, link); });
    }
    auto start(std::uint32_t e) -> void {
        with(e, [&](auto& link) {
            if (not link.start()) {
                complain("a start was refused");
            }
        });
        is_fresh_[e] = is_fresh_[e] or not is_started_[e];
        is_started_[e] = true;
    }
    auto close(std::uint32_t e) -> void {
        with(e, [](auto& link) { link.close(); });
        is_started_[e] = is_fresh_[e] = false;
    }
    auto reset(std::uint32_t e) -> void {
        with(e, [&](auto& link) {
            if (not link.reset()) {
                complain("a reset was refused");
            }
        });
        is_started_[e] = is_fresh_[e] = true;
    }
    /// Whether no end has a reason to act.
    auto is_at_rest() -> bool {
        for (std::uint32_t e = 0; e < 2; ++e) {
            if (is_pending(e) or wires_.under_way(e) != 0 or deadline(e).is_set) {
                return false;
            }
        }
        return true;
    }
    auto look() -> void {
        if (not is_wrong() and is_at_rest()) {
            if (auto const left = self().left_undone(); not left.empty()) {
                complain("nothing is pending, no doorbell is under way, no deadline is set, and " + left);
            }
        }
    }
    /// The main loops of both ends: poll while work is pending, then sleep until a doorbell or the deadline. Another context, if
    /// the model has one, is one more loop: act() returns whether it did something.
    auto settle(std::uint32_t budget, auto&& act) -> void {
        auto sleeps = 0;
        for (auto rounds = 0; rounds < 4000 and not is_wrong(); ++rounds) {
            auto has_acted = act();
            for (std::uint32_t e = 0; e < 2; ++e) {
                if (wires_.under_way(e) != 0) {
                    ring(e);
                    has_acted = true;
                }
                if (is_pending(e)) {
                    poll(e, budget);
                    has_acted = true;
                }
            }
            if (has_acted) {
                continue;
            }
            auto const left = self().left_undone();
            if (left.empty()) {
                return;
            }
            auto const due = detail::earlier(deadline(host), deadline(remote), now_);
            if (not due.is_set or ++sleeps > 60) {
                return complain(left + (due.is_set ? ", however long one waits" : ", and nothing is due"));
            }
            now_ = has_passed(due.at, now_) ? now_ : due.at;
            for (std::uint32_t e = 0; e < 2; ++e) {
                if (auto const at = deadline(e); at.is_set and has_passed(at.at, now_)) {
                    poll(e, budget);
                }
            }
        }
        if (not is_wrong()) {
            complain("the main loops never come to rest; " + self().left_undone());
        }
    }
    auto settle(std::uint32_t budget = 64) -> void {
        settle(budget, [] { return false; });
    }
};

} // namespace rpmsg::searched
