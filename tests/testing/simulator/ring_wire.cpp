#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"

using namespace two_cores;
namespace dialects = rpmsg::wire::dialects;

namespace {
template <rpmsg::wire::dialect Dialect> auto answers_after_restarts() -> bool {
    constexpr auto base = Dialect.attach == rpmsg::wire::attach_rule::base_word ? 0x1000u : 0u;
    constexpr auto config =
        rpmsg::vring_config{.buffers = 4, .buffer_size = 64, .device_base = base, .retry_ticks = 1'000, .dialect = Dialect};
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = all.add_wire<ring_wire<config>>("rings");
    connect(
        all, line, found, [](auto& it) { return it.driver(); }, [](auto& it) { return it.device(); });
    all.run_for(50ms);
    auto is_well = found.answers > 30;
    for (std::uint32_t end = 0; end < 2; ++end) {
        all.crash(*line.core_at(end), 2ms);
        auto const before = found.answers;
        all.run_for(50ms);
        is_well = is_well and found.answers > before + 30;
    }
    auto const is_told = all.seen().of("a program was told of the restart of its peer") > 0;
    return is_well and all.failure().empty() and is_told != line.tells_restarts() and line.is_sound();
}
} // namespace

TEST_CASE("rings of each dialect carry messages, also after a crash of either core") {
    CHECK(answers_after_restarts<dialects::rpmsg>());
    CHECK(answers_after_restarts<dialects::linux_virtio>());
    CHECK(answers_after_restarts<dialects::linux_bufsz>());
    CHECK(answers_after_restarts<dialects::openamp>());
    CHECK(answers_after_restarts<dialects::openamp_bufsz>());
    CHECK(answers_after_restarts<dialects::zephyr>());
    CHECK(answers_after_restarts<dialects::rpmsg_lite>());
    CHECK(answers_after_restarts<dialects::nuttx>());
    CHECK(answers_after_restarts<dialects::nuttx_lite>());
    CHECK(answers_after_restarts<dialects::openvela>());
}

TEST_CASE("memory that a hostile core scribbles on harms nobody, and carries messages when both cores have restarted") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = connect_rings(all, found);
    CHECK(line.suits(fault::scribble));
    CHECK_FALSE(line.suits(fault::line_noise));
    all.run_for(20ms);
    auto random = seeded_random{5};
    for (int i = 0; i < 50; ++i) {
        line.strike(fault::scribble, random);
        all.run_for(1ms);
    }
    CHECK(line.is_tainted());
    all.crash(*line.core_at(0), 1ms);
    all.crash(*line.core_at(1), 1ms);
    auto const before = found.answers;
    all.run_for(30ms);
    CHECK(found.answers > before + 20);
    CHECK(line.memory().size() == rpmsg::vring_layout<rings>::size());
}
