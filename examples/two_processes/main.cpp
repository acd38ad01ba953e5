#include <fmt/format.h>

#include "options.hpp"
#include "screen.hpp"
#include "shared_block.hpp"
#include "side.hpp"
#include "supervisor.hpp"
#include <csignal>
#include <unistd.h>

namespace {
auto catch_signals() -> void {
    struct sigaction action {};
    action.sa_handler = [](int) { demo::ask_to_end(); };
    for (auto const which : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) {
        sigaction(which, &action, nullptr);
    }
}
} // namespace

auto main(int count, char** arguments) -> int {
    auto chosen = demo::parse(count, arguments);
    if (not chosen) {
        demo::complain(chosen.error() + "; --help tells more");
        return 2;
    }
    if (chosen->help) {
        fmt::print("{}", demo::help_text);
        return 0;
    }
    if (chosen->only != demo::role::remote) {
        if (auto const file = demo::read_file(chosen->file); not file) {
            demo::complain(file.error());
            return 2;
        }
    }
    catch_signals();
    auto const by_hand = chosen->only.has_value();
    auto const name = by_hand ? chosen->name : fmt::format("rpmsg-demo-{}", getpid());
    auto memory = rpmsg::host::shared_memory::open(name, sizeof(demo::block), demo::block::fingerprint());
    if (not memory) {
        demo::complain(memory.error());
        return 1;
    }
    if (memory->was_unused()) {
        memory->at<demo::block>(0).sides = {};
    }
    demo::say("memory", fmt::format("/dev/shm/{}: {} buffers of {} bytes each way, returned by {}", name, demo::rings.buffers,
                                    demo::rings.buffer_size, demo::rings.batch));
    auto const status = by_hand ? demo::run_side(*chosen->only, *chosen, *memory, true) : demo::supervise(*chosen, *memory);
    by_hand ? memory->leave() : memory->remove();
    return status;
}
