#include <rpmsg/testing/simulator/fault_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"

using namespace two_cores;

TEST_CASE("each fault that suits the world strikes, and all end with heal") {
    for (std::size_t i = 0; i < fault_count; ++i) {
        auto const which = static_cast<fault>(i);
        auto found = two_cores::log{};
        auto all = world{3};
        auto& line = connect_rings(all, found);
        auto faults = fault_driver{all};
        all.run_for(10ms);
        faults.begin({which});
        all.run_for(2s);
        faults.heal();
        auto const suits_rings = which < fault::line_noise or line.suits(which);
        CAPTURE(describe(which));
        CHECK((all.seen().of(which) > 3) == suits_rings);
        all.run_for(200ms);
        auto const before = found.answers;
        auto const struck = all.seen().of(which);
        all.run_for(100ms);
        CHECK(found.answers > before + 80);
        CHECK(all.seen().of(which) == struck);
        CHECK(all.failure().empty());
        CHECK(line.core_at(0)->is_on());
        CHECK(line.core_at(1)->is_on());
    }
}

TEST_CASE("a fault strikes at the same moments whatever other faults there are") {
    auto const first_crash = [](fault_set some) {
        auto found = two_cores::log{};
        auto all = world{3};
        auto& line = connect_rings(all, found);
        auto faults = fault_driver{all};
        all.run_for(10ms);
        faults.begin(some);
        while (line.core_at(0)->is_on() and line.core_at(1)->is_on()) {
            all.run_for(1us);
        }
        return all.now();
    };
    CHECK(first_crash({fault::crash}) == first_crash({fault::crash, fault::slow, fault::doorbell_spurious}));
}
