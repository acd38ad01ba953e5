// Fills the transmit buffer where it lies; the receiver holds the message and gives it back after the poll.
#include "work.hpp"
#include <utility>

namespace {
rpmsg::held_message kept{};

constexpr auto sink = rpmsg::endpoint<"sink">([](auto& link, rpmsg::message const& m) {
    work::touch(m.payload);
    kept = link.hold(m);
});

constinit auto host = rpmsg::channel{work::host_end{work::whole_block()}, rpmsg::endpoints{sink}};
constinit auto remote = rpmsg::channel{work::remote_end{work::whole_block()}, rpmsg::endpoints{sink}};
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    work::connect(host, remote);
    auto const from = host.get<"sink">();
    for (std::uint32_t sent = 0; sent < job.count; ++sent) {
        auto room = from.reserve();
        work::must(bool{room}, "no room");
        room.payload()[0] = std::byte{1};
        work::must(from.commit(std::move(room), job.payload.size()).has_value(), "a commit was refused");
        remote.poll();
        work::must(bool{kept}, "the message was not held");
        kept.release();
    }
}
