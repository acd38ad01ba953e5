// A slow service does not delay the others: its handler holds the message, a worker thread answers it through the link and
// gives the buffer back. Both cores live in this one program.
#include <rpmsg/rpmsg.hpp>

#include <fmt/format.h>

#include <array>
#include <mutex>
#include <thread>
#include <unistd.h>
#include <utility>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 4, .buffer_size = 128};
alignas(64) std::array<std::byte, rpmsg::vring_layout<rings>::size()> memory{};

auto order = rpmsg::held_message{};
auto quick_answers = 0;
auto slow_answers = 0;
} // namespace

auto main() -> int {
    auto const region = rpmsg::mapped_region{memory.data(), std::uint32_t{memory.size()}};
    auto mutex = std::mutex{}; // makes one link safe for the poller and the worker
    auto server = rpmsg::channel{
        rpmsg::vring<rings>{region},
        rpmsg::endpoints{rpmsg::endpoint<"slow">([](auto& link, rpmsg::message const& m) { order = link.hold(m); }),
                         rpmsg::endpoint<"quick">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); })},
        rpmsg::lock_ref{mutex}};
    auto client = rpmsg::channel{rpmsg::vring_driver<rings>{region},
                                 rpmsg::endpoints{rpmsg::endpoint<"slow">([](auto&, auto&) { ++slow_answers; }),
                                                  rpmsg::endpoint<"quick">([](auto&, auto&) { ++quick_answers; })}};
    if (not server.start() or not client.start()) {
        return 1;
    }
    auto worker = std::thread{};
    auto const payload = std::array{std::byte{1}};
    auto is_asked = false;
    for (auto turn = 0; turn < 5000 and slow_answers == 0; ++turn) {
        server.poll();
        client.poll();
        is_asked = is_asked or client.get<"slow">().send(payload).has_value();
        (void)client.get<"quick">().send(payload);
        if (order and not worker.joinable()) {
            worker = std::thread{[&server, held = std::move(order)]() mutable {
                usleep(50'000); // the slow work
                (void)server.get<"slow">().send_to(held.source(), held.payload());
                held.release();
            }};
        }
        usleep(1000);
    }
    if (worker.joinable()) {
        worker.join();
    }
    fmt::print("{} quick answers came before the slow one\n", quick_answers);
    return slow_answers == 1 and quick_answers > 1 ? 0 : 1;
}
