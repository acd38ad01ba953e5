// What a simulated core costs: `messages CORES` runs as many cores in pairs over rings, each sending numbered messages that are
// checked for order, content and loss, and each event for its place. Prints messages per second of processor time, and the
// bytes of memory of a core with its half of the wire.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/testing/simulator/conversation.hpp>
#include <rpmsg/testing/simulator/event_rules.hpp>
#include <rpmsg/testing/simulator/ring_wire.hpp>
#include <rpmsg/testing/simulator/world.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <malloc.h>
#include <memory>
#include <tuple>
#include <vector>

namespace {
namespace simulator = rpmsg::testing::simulator;
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 64};
constexpr rpmsg::ticks period = 100;

struct way {
    simulator::conversation from[2];
};
/// Sends eight messages each 100 ticks, and checks what it receives.
struct talker {
    simulator::core* me;
    way* both;
    std::uint32_t end;
    simulator::event_rules rules{};
    rpmsg::ticks next_at{};

    static constexpr auto name() -> std::string_view { return "talk"; }
    auto demand(std::string_view wrong) -> void {
        if (not wrong.empty()) {
            me->fail(std::string{wrong});
        }
    }
    auto on_message(auto&, rpmsg::message const& m) -> void {
        demand(rules.on_message());
        demand(both->from[1 - end].receive(m.payload));
    }
    auto on_event(auto&, rpmsg::event const& what) -> void {
        demand(rules.on_event(what));
        if (what.kind == rpmsg::event_kind::link_up) {
            both->from[end].begin_session(me->life());
        }
    }
    auto on_poll(auto& link, rpmsg::ticks now) -> void {
        if (not rules.is_bound() or not rpmsg::has_passed(next_at, now)) {
            return;
        }
        next_at = now + period;
        auto content = std::array<std::byte, 16>{};
        for (int i = 0; i < 8; ++i) {
            both->from[end].write(content);
            if (not link.send(content)) {
                return;
            }
            both->from[end].accept();
        }
    }
    auto next_deadline(rpmsg::ticks) -> rpmsg::poll_deadline { return {.is_set = rules.is_bound(), .at = next_at}; }
};
template <typename Transport> class program {
    talker service_;
    rpmsg::channel<Transport, rpmsg::endpoints<rpmsg::ref<talker>>> link_;

  public:
    program(simulator::core& me, way& both, std::uint32_t end, Transport transport)
        : service_{&me, &both, end, {}, me.now()}, link_{std::move(transport), rpmsg::endpoints{rpmsg::ref{service_}}} {}
    auto links() { return std::tie(link_); }
};
} // namespace

auto main(int count, char** arguments) -> int {
    auto const cores = count > 1 ? static_cast<std::uint32_t>(std::atoi(arguments[1])) : 2u;
    auto const before = mallinfo2().uordblks;
    auto all = simulator::world{1, cores};
    auto ways = std::vector<std::unique_ptr<way>>{};
    for (std::uint32_t i = 0; i + 1 < cores; i += 2) {
        auto& wire = all.add_wire<simulator::ring_wire<rings>>("rings");
        ways.push_back(std::make_unique<way>());
        auto* const both = ways.back().get();
        auto& a = all.add_core("driver", {}, [&wire, both](simulator::core& me) {
            return program{me, *both, 0, wire.driver()};
        });
        auto& b = all.add_core("device", {}, [&wire, both](simulator::core& me) {
            return program{me, *both, 1, wire.device()};
        });
        wire.connect(a, 0, b, 0);
    }
    all.run_for(simulator::nanoseconds{5'000'000});
    auto const memory = (mallinfo2().uordblks - before) / cores;
    auto const begin = std::clock();
    auto const from = all.messages();
    while (std::clock() - begin < CLOCKS_PER_SEC / 2 and all.failure().empty()) {
        all.run_for(simulator::nanoseconds{1'000'000});
    }
    auto const seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    std::printf("%.0f %zu\n", static_cast<double>(all.messages() - from) / seconds, static_cast<std::size_t>(memory));
    if (not all.failure().empty()) {
        std::fprintf(stderr, "%s\n", all.failure().c_str());
    }
    return all.failure().empty() ? 0 : 1;
}
