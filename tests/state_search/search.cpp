#include "dice.hpp"
#include "play.hpp"
#include "races.hpp"
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace state_search {
namespace {

constexpr auto names =
    std::array<char const*, 16>{"start", "close", "reset",   "poll",   "ring",    "send", "reserve", "commit",
                                "drop",  "hold",  "release", "create", "destroy", "kill", "wait",    "run"};
constexpr auto moments =
    std::array<char const*, 9>{"never", "message", "link_up", "link_down", "bound", "unbound", "writable", "lock", "other"};

/// The frequency of each act, also as an inner call.
constexpr auto weights = std::array<std::uint32_t, 16>{4, 4, 2, 14, 10, 10, 5, 4, 3, 4, 4, 3, 3, 2, 1, 2};

auto chosen(dice& dice, std::uint32_t allowed) -> act {
    while (true) {
        std::uint32_t sum = 0;
        for (auto const each : weights) {
            sum += each;
        }
        auto rest = dice.below(sum);
        std::uint32_t i = 0;
        while (rest >= weights[i]) {
            rest -= weights[i++];
        }
        if ((allowed >> i & 1) != 0) {
            return static_cast<act>(i);
        }
    }
}
auto number_for(dice& dice, act what) -> std::uint32_t {
    switch (what) {
    case act::poll: return dice.below(3);
    case act::ring: return 1 + dice.below(3);
    case act::send:
    case act::reserve:
    case act::create:
    case act::destroy: return dice.one_in(3) ? 1 : 0;
    case act::kill:
    case act::commit:
    case act::drop:
    case act::release: return dice.one_in(3) ? 1 : 0;
    default: return 0;
    }
}
auto bit(act what) -> std::uint32_t { return 1u << static_cast<unsigned>(what); }

/// Whether another context may call one of both acts between the locks of the other one (table of contexts, channel.hpp).
auto may_race(act outer, act inner) -> bool {
    auto const is_free = [](act it) {
        return it == act::ring or it == act::send or it == act::reserve or it == act::commit or it == act::drop or
               it == act::release;
    };
    auto const is_poller = [](act it) {
        return it == act::poll or it == act::start or it == act::close or it == act::reset or it == act::run;
    };
    return (is_free(outer) and (is_free(inner) or is_poller(inner))) or
           ((is_poller(outer) or outer == act::create or outer == act::destroy) and is_free(inner));
}

auto random_play(dice& dice, std::uint32_t longest) -> play {
    auto made = play{};
    made.from = static_cast<beginning>(dice.below(3));
    made.budget = dice.below(3);
    // Each play omits some kinds of calls, so that the others are more frequent.
    auto allowed = static_cast<std::uint32_t>((1u << 16) - 1);
    for (auto const which :
         {act::close, act::reset, act::kill, act::create, act::destroy, act::reserve, act::hold, act::wait}) {
        if (dice.one_in(2)) {
            allowed &= ~bit(which);
        }
    }
    auto const has_inner = not dice.one_in(3);
    auto const length = 2 + dice.below(longest - 1);
    for (std::uint32_t i = 0; i < length; ++i) {
        auto next = step{};
        next.end = dice.below(2);
        next.what = chosen(dice, allowed);
        next.n = number_for(dice, next.what);
        if (has_inner and dice.one_in(3)) {
            next.when = static_cast<moment>(1 + dice.below(8));
            next.inner = chosen(dice, allowed & ~bit(act::kill) & ~bit(act::wait));
            next.inner_n = number_for(dice, next.inner);
            auto const is_at_a_lock = next.when == moment::lock or next.when == moment::other;
            if (is_at_a_lock and dice.one_in(4)) {
                next.inner = act::run;
            }
            next.point = is_at_a_lock and dice.one_in(2) ? dice.below(14) : dice.one_in(3) ? 1 : 0;
            auto const has_handlers =
                next.what == act::poll or next.what == act::close or next.what == act::reset or next.what == act::create;
            if (next.when == moment::lock and not may_race(next.what, next.inner)) {
                next.when = moment::never;
            } else if (not is_at_a_lock and not has_handlers) {
                next.what = act::poll;
                next.n = dice.below(3);
            }
        }
        // Repetitions fill the rings, and a killed end is started again, more often than by chance.
        auto const times = dice.one_in(8) ? 1 + dice.below(5) : 1;
        made.steps.insert(made.steps.end(), times, next);
        if (next.what == act::kill and not dice.one_in(3)) {
            made.steps.push_back({.end = next.end, .what = act::start});
        }
    }
    return made;
}

auto is_new(std::string const& wrong, faults const& known) -> bool {
    return not wrong.empty() and
           std::none_of(known.begin(), known.end(), [&](auto const& each) { return wrong.find(each) != std::string::npos; });
}

auto report(maker make, play const& found, faults const& known) -> std::string {
    auto const least = shrunk(make, found, known);
    return printed(least) + "// " + run(make, least) + "\n";
}

} // namespace

auto shrunk(maker make, play what, faults const& known) -> play {
    auto const fails = [&](play const& it) { return is_new(run(make, it), known); };
    auto is_shorter = true;
    while (is_shorter) {
        is_shorter = false;
        auto const keep_if = [&](play const& it) {
            if (fails(it)) {
                what = it;
                is_shorter = true;
                return true;
            }
            return false;
        };
        for (auto size = what.steps.size(); size > 0; --size) {
            for (std::size_t i = 0; i + size <= what.steps.size();) {
                auto less = what;
                less.steps.erase(less.steps.begin() + static_cast<std::ptrdiff_t>(i),
                                 less.steps.begin() + static_cast<std::ptrdiff_t>(i + size));
                if (not keep_if(less)) {
                    ++i;
                }
            }
        }
        for (std::size_t i = 0; i < what.steps.size(); ++i) {
            auto const& now = what.steps[i];
            if (now.when != moment::never) {
                auto less = what;
                less.steps[i] = {.end = now.end, .what = now.what, .n = now.n};
                (void)keep_if(less);
            }
            if (what.steps[i].point > 0) {
                auto less = what;
                --less.steps[i].point;
                (void)keep_if(less);
            }
            if (what.steps[i].what == act::poll and what.steps[i].n != 0) {
                auto less = what;
                less.steps[i].n = 0;
                (void)keep_if(less);
            }
            if (what.steps[i].what == act::ring and what.steps[i].n != 3) {
                auto less = what;
                less.steps[i].n = 3;
                (void)keep_if(less);
            }
        }
        if (what.from == beginning::used) {
            auto less = what;
            less.from = beginning::linked;
            (void)keep_if(less);
        }
        if (what.budget != 0) {
            auto less = what;
            less.budget = 0;
            (void)keep_if(less);
        }
    }
    return what;
}

auto printed(play const& what) -> std::string {
    constexpr auto beginnings = std::array<char const*, 3>{"nothing", "linked", "used"};
    auto text = std::string{"play{beginning::"} + beginnings[static_cast<std::size_t>(what.from)] + ", " +
                std::to_string(what.budget) + ", {\n";
    for (auto const& each : what.steps) {
        text += std::string{"    {"} + (each.end == host ? "host" : "remote") +
                ", act::" + names[static_cast<std::size_t>(each.what)] + ", " + std::to_string(each.n);
        if (each.when != moment::never) {
            text += std::string{", moment::"} + moments[static_cast<std::size_t>(each.when)] +
                    ", act::" + names[static_cast<std::size_t>(each.inner)] + ", " + std::to_string(each.inner_n) + ", " +
                    std::to_string(each.point);
        }
        text += "},\n";
    }
    return text + "}}\n";
}

auto search(maker make, extent const& how) -> std::string {
    auto numbers = dice{how.seed};
    for (std::uint32_t i = 0; i < how.plays; ++i) {
        auto const it = random_play(numbers, how.longest);
        if (is_new(run(make, it), how.known)) {
            return report(make, it, how.known);
        }
    }
    return {};
}

auto search_all(maker make, std::uint32_t steps, beginning from, faults const& known) -> std::string {
    auto alphabet = std::vector<step>{};
    for (auto const e : {host, remote}) {
        for (auto const what : {act::start, act::close, act::reset, act::poll, act::ring, act::send, act::hold, act::release}) {
            alphabet.push_back({.end = e, .what = what, .n = what == act::poll ? 1u : what == act::ring ? 3u : 0u});
        }
    }
    auto at = std::vector<std::size_t>(steps);
    while (true) {
        auto it = play{.from = from, .budget = 1};
        for (auto const i : at) {
            it.steps.push_back(alphabet[i]);
        }
        if (is_new(run(make, it), known)) {
            return report(make, it, known);
        }
        std::size_t digit = 0;
        while (digit < at.size() and ++at[digit] == alphabet.size()) {
            at[digit++] = 0;
        }
        if (digit == at.size()) {
            return {};
        }
    }
}

auto search_races(maker make, faults const& known) -> std::string {
    auto before = std::vector<step>{};
    auto raced = std::vector<step>{};
    for (auto const e : {host, remote}) {
        for (auto const what : {act::send, act::reserve, act::hold, act::reset, act::close, act::start, act::run}) {
            before.push_back({.end = e, .what = what});
        }
        before.push_back({.end = e, .what = act::kill, .n = 1});
        for (auto const what : {act::send, act::reserve, act::commit, act::drop, act::release, act::poll, act::close}) {
            for (auto const inner : {act::run, act::poll, act::close, act::reset, act::send, act::commit, act::release}) {
                for (std::uint32_t point = 0; may_race(what, inner) and point < 2; ++point) {
                    raced.push_back({.end = e, .what = what, .when = moment::lock, .inner = inner, .point = point});
                }
            }
        }
    }
    for (auto const& first : before) {
        for (auto const& second : before) {
            for (auto const& third : raced) {
                auto const it = play{.from = beginning::linked, .steps = {first, second, third}};
                if (is_new(run(make, it), known)) {
                    return report(make, it, known);
                }
            }
        }
    }
    return {};
}

} // namespace state_search
