// One seeded bug: this file is compiled against headers of which one was changed, with another name for the library's namespace.
// ../mutants.cmake defines the change and the wire over which it is searched.
#include "../seeded.hpp"
#include "../small_wires.hpp"

namespace rpmsg::traffic {
namespace {
auto find(unsigned seeds) -> std::string {
    auto settings = simulator::campaign_settings{.command = "nothing", .seeds = seeds, .faults = faults_of_wires()};
    auto const build = [](world& all) {
        auto const it = std::make_shared<plan>(all, 2);
        all.at_end([it] { return std::string{}; });
        SEEDED_WIRE(*it, "wire", 0, 1);
    };
    auto const failure = simulator::campaign{settings, build}.run().failure;
    return failure.substr(0, failure.find('\n'));
}
[[maybe_unused]] auto const is_seeded = ::simulator_tests::seed({SEEDED_NAME, find});
} // namespace
} // namespace rpmsg::traffic
