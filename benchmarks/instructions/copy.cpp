// Sends by copy, BURST messages between two polls of the other side.
#include "work.hpp"

namespace {
constexpr auto sink = rpmsg::endpoint<"sink">([](auto&, rpmsg::message const& m) { work::touch(m.payload); });

constinit auto host = rpmsg::channel{work::host_end{work::whole_block()}, rpmsg::endpoints{sink}};
constinit auto remote = rpmsg::channel{work::remote_end{work::whole_block()}, rpmsg::endpoints{sink}};
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    work::connect(host, remote);
    auto const from = host.get<"sink">();
    for (std::uint32_t sent = 0; sent < job.count; sent += job.burst) {
        for (std::uint32_t i = 0; i < job.burst; ++i) {
            work::must(from.send(job.payload).has_value(), "a send was refused");
        }
        remote.poll();
    }
}
