#include <rpmsg/testing/simulator/loopback_wire.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"

using namespace two_cores;

TEST_CASE("a loopback carries messages, also after a crash of either core") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = all.add_wire<loopback_wire<>>("loopback");
    connect(
        all, line, found, [](auto& it) { return it.first(); }, [](auto& it) { return it.second(); });
    all.run_for(50ms);
    CHECK(found.answers > 40);
    for (std::uint32_t end = 0; end < 2; ++end) {
        CHECK_FALSE(line.suits(fault::scribble));
        all.crash(*line.core_at(end), 5ms);
        auto const before = found.answers;
        all.run_for(50ms);
        CHECK(found.answers > before + 30);
    }
    auto const steps = all.steps().count();
    all.drain(1ms);
    CHECK(all.steps().count() < steps + 100); // nobody polls without a reason
}
