// Sends by copy, the other side answers by copy from its handler.
#include "work.hpp"

namespace {
constexpr auto sink = rpmsg::endpoint<"echo">([](auto&, rpmsg::message const& m) { work::touch(m.payload); });
constexpr auto echo = rpmsg::endpoint<"echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); });

constinit auto host = rpmsg::channel{work::host_end{work::whole_block()}, rpmsg::endpoints{sink}};
constinit auto remote = rpmsg::channel{work::remote_end{work::whole_block()}, rpmsg::endpoints{echo}};
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    work::connect(host, remote);
    auto const from = host.get<"echo">();
    for (std::uint32_t sent = 0; sent < job.count; ++sent) {
        work::must(from.send(job.payload).has_value(), "a send was refused");
        remote.poll();
        host.poll();
    }
}
