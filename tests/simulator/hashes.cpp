// The same seed is the same run with each compiler, with and without sanitizers, on each machine: the hashes are written down.
// A change of the library changes them; then the new ones, which this test prints, take their place.
#include <catch2/catch_test_macros.hpp>

#include "small_wires.hpp"

namespace {
using namespace rpmsg::traffic;

auto hash_of(auto connect, char const* schedule) -> std::uint64_t {
    auto one = simulator::campaign{simulator::campaign_settings{}, [connect](world& all) {
                                       auto const it = std::make_shared<plan>(all, 2);
                                       all.at_end([it] { return std::string{}; });
                                       connect(*it, "wire", 0, 1);
                                   }};
    auto const report = one.replay(schedule);
    CHECK(report.failure == "");
    return report.hash;
}
} // namespace

TEST_CASE("a seed is the same run with each compiler") {
    CHECK(hash_of(own_pool, "1.7.ffdff.2.2") == 0xb9d7'9e90'6cd4'e096);
    CHECK(hash_of(serial, "1.8.ffdff.2.2") == 0x54e3'7e7e'968d'0105);
    CHECK(hash_of(bus, "1.9.ffdff.2.2") == 0x06d5'3141'c08b'3e5c);
}
