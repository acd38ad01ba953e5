#include <rpmsg/testing/simulator/trace_text.hpp>

#include <catch2/catch_test_macros.hpp>

#include "two_cores.hpp"
#include <string>

using namespace two_cores;

TEST_CASE("the steps of a run are told in words") {
    auto found = two_cores::log{};
    auto all = world{1};
    auto& line = connect_rings(all, found);
    all.run_for(3ms);
    all.add_fault_step(fault::crash, 1);
    all.crash(*line.core_at(1), 1ms);
    line.core_at(0)->note(4, 5);
    all.run_for(5ms);
    all.add_mended_step();
    all.fail("this went wrong");
    auto const text = text_of_last_steps(all, 256);
    for (auto const* const part :
         {"client starts, life 1", "client polls, its clock shows ", "client is interrupted by rings, ", "link up: rings",
          "sends 16 bytes to ", "receives 16 bytes from ", "fault: crash, 1", "server starts, life 2",
          "link down: rings, peer restarted", "client notes 4, 5", "all faults end", "FAILED: this went wrong"}) {
        CAPTURE(part);
        CHECK(text.find(part) != std::string::npos);
    }
    CHECK(text_of_last_steps(all, 1).find('\n') == text_of_last_steps(all, 1).size() - 1);
}
