// Linux's AF_QIPCRTR sockets and a qrtr node of this library: net/qrtr of the kernel's own source, not changed.
#include <rpmsg/service/qrtr/qrtr_node.hpp>

#include "numbered.hpp"
#include "stage.hpp"
#include <cstdint>
#include <string>

using namespace linux_peer;

namespace {
/// An echo as service 15, and as service 16 one that sends as many messages as it is asked for.
struct server {
    std::uint32_t wanted{};
    std::uint32_t sent{};
    std::uint32_t refused{};
    std::uint32_t lost{}; ///< echoes that found no buffer
    std::uint32_t next{}; ///< messages of a flood
    rpmsg::qrtr_address to{};

    auto node() {
        return rpmsg::make_qrtr_node(rpmsg::qrtr_service<15>([this](auto& link, rpmsg::qrtr_message const& m) {
                                         lost += link.send(m.source, m.data) ? 0u : 1u;
                                     }),
                                     rpmsg::qrtr_service<16, 7>([this](auto&, rpmsg::qrtr_message const& m) {
                                         if (m.data.size() == sizeof wanted) {
                                             wanted = rpmsg::load<std::uint32_t>(m.data);
                                             to = m.source;
                                         } else {
                                             next += numbered::is(m.data, next, 40) ? 1u : 0u;
                                         }
                                     }));
    }
    auto pour(auto& node, auto const& endpoint) -> void {
        while (sent < wanted) {
            auto const outcome = node.send(endpoint, 1, to, numbered::message{sent, 40}.bytes());
            refused += outcome.error() == rpmsg::error::would_block ? 1u : 0u;
            if (not outcome) {
                return;
            }
            ++sent;
        }
    }
};
} // namespace

TEST_CASE("a program in Linux finds a qrtr service of the remote core and talks to it") {
    auto served = server{};
    auto node = served.node();
    auto run = staged<flags>(rpmsg::endpoints{rpmsg::ref{node}});
    run.linux.tell("load qrtr qrtr-smd && guest_qrtr lookup 15");
    run.says("service 15 instance 1 at node 2 port 16384");
    run.says("guest: status 0");
    // With five under way a confirmation is there before the tenth answer.
    run.does("guest_qrtr echo 15 3000 5", 120);
    CHECK(served.lost == 0);
    CHECK(node.counts().malformed == 0);
    CHECK(node.counts().received == 3000);
    run.ends();
}

TEST_CASE("Linux and a qrtr node of the remote core stop at ten packets that are not confirmed") {
    auto served = server{};
    auto node = served.node();
    auto run = staged<flags>(rpmsg::endpoints{rpmsg::ref{node}});
    run.does("load qrtr qrtr-smd && guest_qrtr lookup 16", 120);
    run.linux.tell("guest_qrtr drink 16 500");
    run.until("500 messages", [&] {
        served.pour(node, run.link.get<"IPCRTR">());
        return served.sent == 500;
    });
    run.says("guest: status 0");
    CHECK(served.refused > 0);

    auto const before = node.counts().received;
    run.linux.tell("guest_qrtr flood 16 1000");
    run.says("flooding");
    for (auto pauses = 0; pauses < 3; ++pauses) {
        run.stands_still = true;
        for (auto const end = steady_clock::now() + 500; not rpmsg::has_passed(end, steady_clock::now());) {
            run.step();
        }
        run.stands_still = false;
        auto const received = node.counts().received;
        run.link.poll({.messages = 64}, steady_clock::now());
        CHECK(node.counts().received <= received + 10);
    }
    run.until("1000 messages", [&] { return node.counts().received == before + 1000; });
    CHECK(served.next == 1000);
    run.ends();
}
