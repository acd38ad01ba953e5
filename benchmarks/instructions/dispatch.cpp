// Sends by copy to the first of two endpoints, one message between two polls of the other side. That side handles the messages
// by priority; with PLAIN in their order, by the same table alone.
#include "work.hpp"

namespace {
constexpr auto sink = rpmsg::endpoint<"sink">([](auto&, rpmsg::message const& m) { work::touch(m.payload); });
constexpr auto urgent = rpmsg::endpoint<"urgent">([](auto&, rpmsg::message const& m) { work::touch(m.payload); });
#ifdef PLAIN
constexpr auto table = rpmsg::endpoints{sink, urgent};
#else
constexpr auto table = rpmsg::dispatched{rpmsg::endpoints{sink, rpmsg::with_priority<1>(urgent)}, rpmsg::inline_worker<>{}};
#endif

constinit auto host = rpmsg::channel{work::host_end{work::whole_block()}, rpmsg::endpoints{sink, urgent}};
constinit auto remote = rpmsg::channel{work::remote_end{work::whole_block()}, table};
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    work::connect(host, remote);
    auto const from = host.get<"sink">();
    for (std::uint32_t sent = 0; sent < job.count; ++sent) {
        work::must(from.send(job.payload).has_value(), "a send was refused");
        remote.poll();
    }
}
