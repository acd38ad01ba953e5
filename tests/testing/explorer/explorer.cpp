#include <rpmsg/testing/explorer/explorer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdint>
#include <span>

using rpmsg::testing::exploration;
using rpmsg::testing::exploration_options;
using rpmsg::testing::explorer;
using enum rpmsg::testing::ordering;
using rpmsg::testing::ordering;

namespace {

using registers = std::array<std::uint32_t, 4>;
constexpr auto x = std::uint32_t{0};
constexpr auto y = std::uint32_t{1};

/// Whether some execution of a litmus program ends with registers for which `outcome` holds.
auto allows(exploration_options options, auto&& program, auto&& outcome) -> bool {
    auto engine = explorer{options};
    auto values = registers{};
    auto is_seen = false;
    engine.keep(std::as_writable_bytes(std::span{values}));
    program(engine, values);
    engine.at_end([&] { is_seen = is_seen or outcome(values); });
    auto const found = engine.run();
    REQUIRE(found.is_clean());
    REQUIRE(found.is_exhaustive);
    return is_seen;
}

auto store_buffering(ordering fence, exploration_options options = {}) -> bool {
    return allows(
        options,
        [fence](explorer& engine, registers& r) {
            engine.add_core("0", [&engine, &r, fence] {
                engine.store(x, relaxed, 1);
                engine.fence(fence);
                r[0] = engine.load(y, relaxed);
            });
            engine.add_core("1", [&engine, &r, fence] {
                engine.store(y, relaxed, 1);
                engine.fence(fence);
                r[1] = engine.load(x, relaxed);
            });
        },
        [](registers const& r) { return r[0] == 0 and r[1] == 0; });
}

auto message_passing(ordering store, ordering load, exploration_options options = {}) -> bool {
    return allows(
        options,
        [=](explorer& engine, registers& r) {
            engine.add_core("0", [&engine, store] {
                engine.store(x, relaxed, 1);
                engine.store(y, store, 1);
            });
            engine.add_core("1", [&engine, &r, load] {
                r[0] = engine.load(y, load);
                r[1] = engine.load(x, relaxed);
            });
        },
        [](registers const& r) { return r[0] == 1 and r[1] == 0; });
}

auto independent_reads(ordering fence, exploration_options options = {}) -> bool {
    return allows(
        options,
        [fence](explorer& engine, registers& r) {
            engine.add_core("0", [&engine] { engine.store(x, release, 1); });
            engine.add_core("1", [&engine] { engine.store(y, release, 1); });
            engine.add_core("2", [&engine, &r, fence] {
                r[0] = engine.load(x, acquire);
                engine.fence(fence);
                r[1] = engine.load(y, acquire);
            });
            engine.add_core("3", [&engine, &r, fence] {
                r[2] = engine.load(y, acquire);
                engine.fence(fence);
                r[3] = engine.load(x, acquire);
            });
        },
        [](registers const& r) { return r[0] == 1 and r[1] == 0 and r[2] == 1 and r[3] == 0; });
}

auto coherence(exploration_options options = {}) -> bool {
    return allows(
        options,
        [](explorer& engine, registers& r) {
            engine.add_core("0", [&engine] {
                engine.store(x, relaxed, 1);
                engine.store(x, relaxed, 2);
            });
            engine.add_core("1", [&engine, &r] {
                r[0] = engine.load(x, relaxed);
                r[1] = engine.load(x, relaxed);
            });
        },
        [](registers const& r) { return r[1] < r[0]; });
}

constexpr auto sequential = exploration_options{.sequential = true};

} // namespace

TEST_CASE("litmus: store buffering is forbidden by full fences alone") {
    CHECK(store_buffering(relaxed));
    CHECK(store_buffering(release));
    CHECK(store_buffering(acquire_release));
    CHECK_FALSE(store_buffering(full));
}

TEST_CASE("litmus: message passing needs both a release and an acquire") {
    CHECK(message_passing(relaxed, relaxed));
    CHECK(message_passing(release, relaxed));
    CHECK(message_passing(relaxed, acquire));
    CHECK_FALSE(message_passing(release, acquire));
}

TEST_CASE("litmus: readers of independent writes may disagree but for full fences") {
    CHECK(independent_reads(relaxed));
    CHECK_FALSE(independent_reads(full));
}

TEST_CASE("litmus: a later read of one word never sees an older store") { CHECK_FALSE(coherence()); }

TEST_CASE("sequential memory shows none of these") {
    CHECK_FALSE(store_buffering(relaxed, sequential));
    CHECK_FALSE(message_passing(relaxed, relaxed, sequential));
    CHECK_FALSE(independent_reads(relaxed, sequential));
    CHECK_FALSE(coherence(sequential));
}

TEST_CASE("a race is found where it needs an unordered schedule") {
    for (auto const how : {relaxed, release}) {
        auto engine = explorer{};
        engine.add_core("writer", [&] {
            engine.write(0, "payload");
            engine.store(x, how, 1);
        });
        engine.add_core("reader", [&] {
            if (engine.load(x, acquire) == 1) {
                engine.read(0, "payload");
            }
        });
        CHECK(engine.run().failure == (how == relaxed ? "data race: read of payload" : ""));
    }
}

TEST_CASE("who sleeps without a doorbell to come is found, who idles is not") {
    auto const sleeps = [](bool is_idle) {
        auto engine = explorer{};
        engine.add_core("ringer", [&] {
            if (engine.load(x, relaxed) == 0) {
                engine.ring(1);
            }
        });
        engine.add_core("sleeper", [&, is_idle] {
            engine.store(x, relaxed, 1);
            is_idle ? engine.idle() : engine.sleep();
        });
        return engine.run().failure;
    };
    CHECK(sleeps(false) == "lost wakeup: sleeper sleeps for ever");
    CHECK(sleeps(true).empty());
}
