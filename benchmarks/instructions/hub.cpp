// Sends by copy through a hub to a third side, BURST messages between two polls of each.
#include "work.hpp"

namespace {
constexpr auto sink = rpmsg::endpoint<"sink">([](auto&, rpmsg::message const& m) { work::touch(m.payload); });
alignas(work::page) constinit std::array<std::byte, work::block_size> second_block{};

constinit auto sender = rpmsg::channel{work::host_end{work::whole_block()}, rpmsg::endpoints{sink}};
constinit auto receiver =
    rpmsg::channel{work::remote_end{work::region{second_block.data(), work::block_size}}, rpmsg::endpoints{sink}};
constinit auto hub = rpmsg::router_hub{
    rpmsg::plain_edge<"first">(work::remote_end{work::whole_block()}),
    rpmsg::plain_edge<"second">(work::host_end{work::region{second_block.data(), work::block_size}}),
};
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    work::must(hub.start().has_value() and sender.start().has_value() and receiver.start().has_value(),
               "a side does not start");
    for (auto turn = 0; turn < 16; ++turn) {
        sender.notify();
        sender.poll();
        hub.poll(0);
        receiver.notify();
        receiver.poll();
    }
    auto const from = sender.get<"sink">();
    work::must(from.is_bound(), "the route does not come up");
    for (std::uint32_t sent = 0; sent < job.count; sent += job.burst) {
        for (std::uint32_t i = 0; i < job.burst; ++i) {
            work::must(from.send(job.payload).has_value(), "a send was refused");
        }
        hub.poll(0);
        receiver.poll();
    }
}
