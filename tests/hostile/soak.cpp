#include <catch2/catch_test_macros.hpp>

#include "rig.hpp"
#include <array>

using namespace hostile;
using rpmsg::testing::access_kind;
using rpmsg::testing::memory_access;

namespace {

class chance {
    std::uint64_t state_;

  public:
    explicit chance(std::uint64_t seed) : state_{seed * 0x9e37'79b9'7f4a'7c15u + 1} {}
    auto next() -> std::uint32_t {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 7;
        state_ ^= state_ << 17;
        return static_cast<std::uint32_t>(state_ >> 16);
    }
    auto below(std::uint32_t limit) -> std::uint32_t { return next() % limit; }
    auto one_in(std::uint32_t n) -> bool { return below(n) == 0; }
    /// A random value, often near a limit.
    auto value() -> std::uint32_t {
        constexpr auto edges = std::array{
            0u,  1u,      3u,      4u,      5u,      15u,      16u,         17u,         47u,         48u,         49u,
            64u, 0x7fffu, 0x8000u, 0xfffcu, 0xffffu, 0x10000u, 0xffffff00u, 0x7fffffffu, 0x80000000u, 0xfffffff0u, 0xffffffffu};
        return one_in(3) ? next() : edges[below(edges.size())];
    }
};

/// Writes a random word, mostly to a place that the victim reads.
auto tamper(rig& r, chance& luck) -> void {
    auto const ring = luck.below(2);
    auto const position = luck.below(8);
    switch (luck.below(8)) {
    case 0: r.raw.set(r.peer_index(ring), static_cast<std::uint16_t>(luck.value())); break;
    case 1: r.move_peer_index(ring, luck.below(6) - 1); break;
    case 2: r.write_peer_entry(ring, position, luck.one_in(2) ? luck.below(5) : luck.value()); break;
    case 3: r.raw.set(r.raw.descriptor(ring, position & (r.raw.counts[ring] - 1)) + 4 * luck.below(4), luck.value()); break;
    case 4: r.raw.set(r.raw.frame(ring, position & (r.raw.counts[ring] - 1)) + 4 * luck.below(16), luck.value()); break;
    case 5:
        r.raw.set(r.raw.frame(ring, position & (r.raw.counts[ring] - 1)) + 12, static_cast<std::uint16_t>(luck.below(70)));
        break;
    case 6: r.raw.set(static_cast<std::uint32_t>(luck.below(r.raw.frame(0, 0) / 4)) * 4, luck.value()); break;
    default:
        if (r.raw.control != rpmsg::nowhere) {
            r.raw.set(r.raw.control + 4 * luck.below(32), luck.one_in(2) ? luck.below(4) : luck.value());
        } else if (r.raw.status != rpmsg::nowhere) {
            r.raw.set(r.raw.status, static_cast<std::uint8_t>(luck.value()));
        }
        break;
    }
}

auto one_step(rig& r, chance& luck) -> void {
    r.now += luck.below(40);
    switch (luck.below(8)) {
    case 0:
        (void)r.send_to_victim(rpmsg::address{luck.one_in(4) ? luck.value() : 0x100}, some_bytes(luck.next(), luck.below(49)));
        break;
    case 1: (void)r.poll_peer(); break;
    case 2: (void)r.send_from_victim(some_bytes(luck.next(), luck.below(60))); break;
    case 3: r.notify_victim(luck.value()); break;
    case 4:
        r.victim_box.keeps = luck.one_in(3);
        if (luck.one_in(2) and not r.victim_box.kept.empty()) {
            r.victim_box.kept.erase(r.victim_box.kept.begin() +
                                    luck.below(static_cast<std::uint32_t>(r.victim_box.kept.size())));
        }
        break;
    case 5:
        if (luck.one_in(2)) {
            if (auto const room = r.take_loan(); not room.empty()) {
                room[luck.below(static_cast<std::uint32_t>(room.size()))] = std::byte{1};
            }
        } else if (r.owns_loan()) {
            (void)r.commit_loan(luck.one_in(4) ? luck.value() : luck.below(49));
        }
        break;
    case 6: tamper(r, luck); break;
    default: r.poll_victim(luck.one_in(4) ? luck.below(3) : 64); break;
    }
    r.victim_box.letters.clear();
    r.peer_box.letters.clear();
    r.named_box.letters.clear();
    r.learning_box.letters.clear();
    r.victim_box.events.clear();
    r.named_box.events.clear();
    r.learning_box.events.clear();
}

/// Restarts a correct peer, and also the victim where the dialect does not detect the restart.
auto behave(rig& r) -> bool {
    r.script = {};
    r.victim_box.keeps = false;
    r.victim_box.kept.clear();
    r.drop_loan();
    r.clear_boxes();
    r.revive_peer();
    if (not r.has_epochs()) {
        (void)r.start_victim();
        r.recover();
        return true;
    }
    r.run();
    return r.victim_is_up() and r.peer_is_up();
}

auto soak(std::function<std::vector<std::unique_ptr<rig>>()> const& make, std::uint32_t seeds) -> void {
    auto neighbours = make();
    auto rigs = make();
    for (std::size_t which = 0; which < rigs.size(); ++which) {
        auto& r = *rigs[which];
        auto& neighbour = *neighbours[(which + 1) % rigs.size()];
        for (auto seed = 1u; seed <= seeds; ++seed) {
            INFO(r.name << ", seed " << seed);
            auto luck = chance{seed * 1000 + which};
            auto const mischief = 4 + luck.below(60); // average number of accesses between two changes
            r.script = [&](memory_access const&) {
                if (luck.one_in(mischief)) {
                    tamper(r, luck);
                }
            };
            for (auto step = 0; step < 250; ++step) {
                one_step(r, luck);
            }
            CHECK(neighbour.carries(2));
            REQUIRE(behave(r));
            REQUIRE(r.carries(9));
        }
    }
}

} // namespace

TEST_CASE("soak: a peer that breaks the rules at random harms nobody, and when it obeys again the link is back") {
    soak(all_rigs, 100);
}

TEST_CASE("soak: the same with rings of other sizes") { soak(odd_rigs, 50); }

TEST_CASE("soak: the same for long", "[.nightly]") { soak(all_rigs, 20000); }
