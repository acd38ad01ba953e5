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

namespace {
/// Takes all loans that it gets, and keeps them.
template <typename Transport> class keeper {
    using link_type = rpmsg::channel<Transport, rpmsg::endpoints<rpmsg::ref<answering>>>;
    answering service_{};
    link_type link_;
    std::vector<typename link_type::endpoint::loan> loans_{};
    std::size_t* count_;

  public:
    keeper(Transport transport, std::size_t& count)
        : link_{std::move(transport), rpmsg::endpoints{rpmsg::ref{service_}}}, count_{&count} {}
    auto links() { return std::tie(link_); }
    auto run(rpmsg::ticks) -> void {
        for (auto room = link_.at(0).reserve(); room; room = link_.at(0).reserve()) {
            loans_.push_back(std::move(room));
        }
        *count_ = loans_.size();
    }
};
} // namespace

TEST_CASE("a core that closes its loopback with loans out has all buffers in its next life") {
    auto all = world{1};
    auto loans = std::array<std::size_t, 2>{};
    auto& line = all.add_wire<loopback_wire<>>("loopback");
    auto& a = all.add_core("a", {}, [&](core&) { return keeper{line.first(), loans[0]}; });
    auto& b = all.add_core("b", {}, [&](core&) { return keeper{line.second(), loans[1]}; });
    line.connect(a, 0, b, 0);
    all.run_for(20ms);
    for (auto const ends : {&world::restart, &world::crash}) {
        CHECK(loans[0] > 2); // the others hold announcements
        auto const before = std::exchange(loans[0], 0);
        (all.*ends)(a, 5ms);
        all.run_for(50ms);
        CHECK(loans[0] == before);
    }
}
