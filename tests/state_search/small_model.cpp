#include "small_model.hpp"

#include "dice.hpp"
#include <string>
#include <vector>

namespace state_search {
namespace {

/// Runs a play, and notes which numbers were asked for; returns its fault.
auto run(small_maker make, std::vector<turn>& play, std::string* said = nullptr) -> std::string {
    auto const it = make();
    for (auto& each : play) {
        each.asked = 0;
        if (not it->is_wrong()) {
            it->take(each);
            it->say("\n");
        }
    }
    if (not it->is_wrong()) {
        it->finish();
    }
    if (said != nullptr) {
        *said = it->said();
    }
    return it->wrong();
}

auto shrunk(small_maker make, std::vector<turn> play) -> std::vector<turn> {
    for (auto is_less = true; is_less;) {
        is_less = false;
        auto const keep_if_wrong = [&](std::vector<turn> less) {
            if (run(make, less).empty()) {
                return false;
            }
            play = less;
            return is_less = true;
        };
        for (auto size = play.size(); size > 0; --size) {
            for (std::size_t at = 0; at + size <= play.size();) {
                auto less = play;
                auto const first = less.begin() + static_cast<std::ptrdiff_t>(at);
                less.erase(first, first + static_cast<std::ptrdiff_t>(size));
                at += keep_if_wrong(less) ? 0u : 1u;
            }
        }
        for (std::size_t at = 0; at < play.size(); ++at) {
            for (std::size_t i = 0; i < turn::most; ++i) {
                for (auto const value : {0u, 1u}) {
                    if (auto less = play; value < less[at].values[i]) {
                        less[at].values[i] = value;
                        (void)keep_if_wrong(less);
                    }
                }
            }
        }
    }
    return play;
}

auto report(small_maker make, std::vector<turn> const& found) -> std::string {
    auto least = shrunk(make, found);
    auto said = std::string{};
    auto const wrong = run(make, least, &said);
    return said + "// " + wrong;
}

} // namespace

auto search_small(small_maker make, std::uint64_t seed, std::uint32_t plays, std::uint32_t longest) -> std::string {
    auto numbers = dice{seed};
    for (std::uint32_t i = 0; i < plays; ++i) {
        auto play = std::vector<turn>(1 + numbers.below(longest));
        for (auto& each : play) {
            for (auto& value : each.values) {
                value = numbers.below(0x7fff'ffff);
            }
        }
        if (not run(make, play).empty()) {
            return report(make, play);
        }
    }
    return {};
}

auto search_all_small(small_maker make, std::size_t turns) -> std::string {
    auto play = std::vector<turn>(turns);
    while (true) {
        if (not run(make, play).empty()) {
            return report(make, play);
        }
        // The next play: the last number that has not reached its limit grows, all behind it begin anew.
        auto is_grown = false;
        for (auto at = turns; at > 0 and not is_grown; --at) {
            auto& it = play[at - 1];
            for (auto i = it.asked; i > 0 and not is_grown; --i) {
                is_grown = ++it.values[i - 1] < it.limits[i - 1];
                it.values[i - 1] = is_grown ? it.values[i - 1] : 0;
            }
        }
        if (not is_grown) {
            return {};
        }
    }
}

} // namespace state_search
