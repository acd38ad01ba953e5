// Sends by copy to the endpoints of a pool in no order. Built with -DENDPOINTS=N, the size of the pool.
#include "work.hpp"

namespace {
constexpr auto sink = rpmsg::endpoint<"sink">([](auto&, rpmsg::message const& m) { work::touch(m.payload); });

constinit auto host = rpmsg::channel{work::host_end{work::whole_block()}, rpmsg::endpoints{sink}};
constinit auto remote = rpmsg::channel{work::remote_end{work::whole_block()}, rpmsg::endpoint_pool<ENDPOINTS>{}};

std::array<rpmsg::address, 1024> order{};

// Fills the pool, lets every endpoint learn its peer, and draws the order.
auto prepare(rpmsg::const_bytes payload) -> void {
    static auto handler = [](auto&, rpmsg::message const& m) { work::touch(m.payload); };
    auto everyone = std::array<rpmsg::address, ENDPOINTS>{};
    for (auto& one : everyone) {
        auto const made = remote.create("", handler);
        work::must(made.has_value(), "an endpoint could not be made");
        one = remote.at(*made).self();
        work::must(host.get<"sink">().send_to(one, payload).has_value(), "a send was refused");
        work::must(remote.poll() == 1, "a message was not delivered");
    }
    auto random = std::uint32_t{1};
    for (auto& next : order) {
        random = random * 1664525 + 1013904223;
        next = everyone[(random >> 8) % ENDPOINTS];
    }
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    work::connect(host, remote);
    prepare(job.payload);
    auto const from = host.get<"sink">();
    for (std::uint32_t sent = 0; sent < job.count; ++sent) {
        auto const to = order[sent % order.size()];
        work::must(from.send_to(to, job.payload).has_value(), "a send was refused");
        remote.poll();
    }
}
