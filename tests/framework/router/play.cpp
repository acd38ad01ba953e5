// Random plays of two edges and a hub: sends, floods, holds, names that come and go, restarts of each, and messages that no
// honest edge sends. After each play all has to come to rest, be bound again and carry messages.
#include <catch2/catch_test_macros.hpp>

#include "framework/router/world.hpp"
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {
using routed::world;
using namespace rpmsg;

class dice {
    std::uint64_t state_;

  public:
    explicit dice(std::uint64_t seed) : state_{seed * 0x9e37'79b9'7f4a'7c15 + 1} {}
    auto operator()(std::uint32_t sides) -> std::uint32_t {
        state_ = state_ * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
        return static_cast<std::uint32_t>(state_ >> 33) % sides;
    }
};

/// A message that no honest edge sends.
auto scribble(auto& core, dice& roll) -> void {
    auto const noise = core.link.template get<"noise">();
    auto raw = std::array<std::byte, 40>{};
    for (auto& each : raw) {
        each = static_cast<std::byte>(roll(256));
    }
    auto const announce = [&](std::string_view name, std::uint32_t kinds) {
        auto const where = address{1024 + roll(64)};
        (void)noise.send_to(name_service_address, std::as_bytes(std::span<wire::announcement const, 1>{std::array{
                                                      wire::announce(name, where, wire::announcement_kind{roll(kinds)})}}));
    };
    switch (roll(8)) {
    case 0: (void)noise.send_to(name_service_address, raw); return;
    case 1: (void)noise.send_to(name_service_address, const_bytes{raw}.first(roll(40))); return;
    case 2: (void)noise.send_to(address{1024 + roll(32)}, const_bytes{raw}.first(roll(41))); return;
    case 3: (void)noise.send_to(address{roll(0xffff'ffff)}, raw); return;
    case 4: announce("r:b:r:a:loop", 3); return;
    case 5: announce("router:nobody", 3); return;
    case 6: announce("r:nobody:echo", 3); return;
    default: announce(roll(2) == 0 ? "r:a:junk" : "r:b:junk", 3); return;
    }
}

template <when_full Policy> auto play(std::uint64_t seed, bool has_noise) -> std::string {
    auto roll = dice{seed};
    auto it = std::make_unique<world<Policy>>();
    auto const restarts = roll(3);
    for (int i = 0; i < 120; ++i) {
        auto const one = roll(2) == 0;
        auto const with = [&](auto&& f) { one ? f(*it->a) : f(*it->b); };
        switch (roll(16)) {
        case 0:
        case 1:
        case 2:
        case 3: with([&](auto& core) { (void)core.send(roll(3), 16 + roll(97)); }); break;
        case 4:
            with([&](auto& core) {
                for (auto n = roll(30); n > 0; --n) {
                    (void)core.send(roll(3), 16 + roll(97));
                }
            });
            break;
        case 5: with([&](auto& core) { core.talkers()[roll(3)]->holds = roll(2) == 0; }); break;
        case 6:
            with([&](auto& core) {
                auto& held = core.talkers()[roll(3)]->held;
                if (not held.empty()) {
                    roll(2) == 0 ? held.pop_front() : held.pop_back();
                }
            });
            break;
        case 7: with([&](auto& core) { core.open_or_close(roll(2)); }); break;
        case 8:
            if (has_noise) {
                with([&](auto& core) { scribble(core, roll); });
            }
            break;
        case 9:
            if (restarts > 0 and roll(4) == 0) {
                roll(3) == 0 ? it->start_hub() : one ? it->start_a() : it->start_b();
            }
            break;
        case 10:
            if (restarts > 1 and roll(3) == 0) {
                with([&](auto& core) { core.close_or_start_edge(); });
            }
            break;
        case 11:
            if (restarts > 1 and roll(4) == 0) {
                roll(2) == 0 ? it->hub().close() : check(it->hub().start().has_value());
            }
            break;
        default:
            for (auto n = roll(12); n > 0; --n) {
                (void)it->step(1 + roll(4));
            }
        }
    }
    auto const found = it->finding();
    if (not found.empty() and std::getenv("SEED") != nullptr) {
        it->print();
    }
    return found;
}

template <when_full Policy> auto play_all(std::uint64_t first, std::uint64_t count) -> void {
    if (auto const* only = std::getenv("SEED")) {
        first = std::strtoull(only, nullptr, 0);
        count = 1;
    }
    for (auto seed = first; seed < first + count; ++seed) {
        auto const found = play<Policy>(seed, seed % 2 == 0);
        if (not found.empty()) {
            INFO("seed " << seed << ": " << found);
            CHECK(false);
        }
    }
}

TEST_CASE("Random plays of a hub that drops end with all names bound and no message lost") {
    play_all<when_full::drop>(1, is_sanitized ? 250 : 1000);
}
TEST_CASE("Random plays of a hub that lets edges wait end with all names bound and no message lost") {
    play_all<when_full::wait>(1'000'000, is_sanitized ? 250 : 1000);
}
} // namespace
