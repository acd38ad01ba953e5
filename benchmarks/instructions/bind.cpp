// Announces names to a pool of ENDPOINTS endpoints and takes them back, by turns and in no order; a bound one is acknowledged.
#include "work.hpp"
#include <span>
#include <string_view>

namespace {
constexpr auto sink = rpmsg::endpoint<"sink">([](auto&, rpmsg::message const& m) { work::touch(m.payload); });

constinit auto host = rpmsg::channel{work::host_end{work::whole_block()}, rpmsg::endpoints{sink}};
constinit auto remote = rpmsg::channel{work::remote_end{work::whole_block()}, rpmsg::endpoint_pool<ENDPOINTS>{}};
} // namespace

auto main(int count, char** arguments) -> int {
    auto const job = work::read_job(count, arguments);
    static auto handler = [](auto&, rpmsg::message const& m) { work::touch(m.payload); };
    for (std::uint32_t i = 0; i < ENDPOINTS; ++i) {
        auto const name = work::name_of(i);
        work::must(remote.create(std::string_view{name.data(), name.size()}, handler).has_value(),
                   "an endpoint could not be made");
    }
    work::connect(host, remote);
    for (auto turn = 0; turn < ENDPOINTS; ++turn) { // until all are announced: nobody rings here
        host.poll();
        remote.notify();
        remote.poll();
    }
    auto random = std::uint32_t{1};
    for (std::uint32_t sent = 0; sent < job.count; ++sent) {
        auto const takes_back = sent % 2 != 0;
        random = takes_back ? random : random * 1664525 + 1013904223;
        auto const name = work::name_of((random >> 8) % ENDPOINTS);
        auto const announced = rpmsg::wire::announcement{.name = rpmsg::wire::pad({name.data(), name.size()}),
                                                         .where = rpmsg::address{2000 + sent / 2},
                                                         .kind = takes_back ? rpmsg::wire::announcement_kind::destroy
                                                                            : rpmsg::wire::announcement_kind::create};
        work::must(host.get<"sink">().send_to(rpmsg::name_service_address, std::as_bytes(std::span{&announced, 1})).has_value(),
                   "an announcement was refused");
        remote.poll();
        host.poll(); // the acknowledgement
    }
}
