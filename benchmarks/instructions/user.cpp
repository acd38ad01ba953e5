// Copies as users write them: channels that are local to main, handlers by reference, every buffer given back at once, and 16
// endpoints, of which the last receives.
#define BATCH 1
#include "work.hpp"

namespace {
struct looking {
    std::uint32_t calls{};
    auto operator()(auto&, rpmsg::message const& m) -> void {
        ++calls;
        work::touch(m.payload);
    }
};
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    auto service = looking{};
    auto on_message = [&service](auto& link, rpmsg::message const& m) { service(link, m); };
    auto const endpoints = [&] {
        return rpmsg::endpoints{
            rpmsg::endpoint<"a">(on_message), rpmsg::endpoint<"b">(on_message), rpmsg::endpoint<"c">(on_message),
            rpmsg::endpoint<"d">(on_message), rpmsg::endpoint<"e">(on_message), rpmsg::endpoint<"f">(on_message),
            rpmsg::endpoint<"g">(on_message), rpmsg::endpoint<"h">(on_message), rpmsg::endpoint<"i">(on_message),
            rpmsg::endpoint<"j">(on_message), rpmsg::endpoint<"k">(on_message), rpmsg::endpoint<"l">(on_message),
            rpmsg::endpoint<"m">(on_message), rpmsg::endpoint<"n">(on_message), rpmsg::endpoint<"o">(on_message),
            rpmsg::endpoint<"p">(on_message)};
    };
    auto host = rpmsg::channel{work::host_end{work::whole_block()}, endpoints()};
    auto remote = rpmsg::channel{work::remote_end{work::whole_block()}, endpoints()};
    work::connect(host, remote);
    auto const from = host.get<"p">();
    for (std::uint32_t sent = 0; sent < job.count; sent += job.burst) {
        for (std::uint32_t i = 0; i < job.burst; ++i) {
            work::must(from.send(job.payload).has_value(), "a send was refused");
        }
        remote.poll();
    }
    work::must(service.calls != 0 or job.count == 0, "no message came");
}
