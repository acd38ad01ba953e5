#pragma once

// A link through memory that two processes share. Both poll it: examples/two_processes has doorbells.
#include <rpmsg/host/directory_store.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/files/file_server.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

inline constexpr auto serving = rpmsg::file_server_config{.sessions = 1, .longest_path = 4096};

class shared_link {
    static constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 4096};
    struct block {
        alignas(64) std::byte rings[rpmsg::vring_layout<shared_link::rings>::size()];
        std::atomic<bool> is_over;
    };
    block* block_{};

    auto region() { return rpmsg::mapped_region{block_->rings, std::uint32_t{sizeof block_->rings}}; }

  public:
    shared_link() {
        auto* const memory = mmap(nullptr, sizeof(block), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        block_ = memory != MAP_FAILED ? new (memory) block{} : nullptr;
    }
    explicit operator bool() const { return block_ != nullptr; }
    auto driver() { return rpmsg::vring_driver<rings, rpmsg::mapped_region<>>{region()}; }
    auto device() { return rpmsg::vring_device<rings, rpmsg::mapped_region<>>{region()}; }
    auto end() -> void { block_->is_over = true; }
    [[nodiscard]] auto is_over() const -> bool { return block_->is_over; }

    /// Polls until `is_done()`.
    auto run(auto& channel, auto is_done) -> void {
        (void)channel.start();
        while (not is_done()) {
            channel.notify();
            channel.poll(rpmsg::host::steady_clock::now());
            rpmsg::give_way();
        }
    }
    /// One call, with at most ten seconds for its answer.
    auto call(auto& channel, auto& client, rpmsg::file_request const& what) -> rpmsg::file_result<rpmsg::file_answer> {
        auto const made = client.start(channel, what, rpmsg::host::steady_clock::now() + 10'000);
        if (not made) {
            return made.error();
        }
        auto got = rpmsg::file_result<rpmsg::file_answer>{rpmsg::file_error::try_again};
        run(channel, [&] { return (got = client.take(*made)).error() != rpmsg::file_error::try_again; });
        return got;
    }
};

/// Runs the first function in another process, the second one here; returns the worse of their results.
inline auto in_two_processes(auto there, auto here) -> int {
    auto link = shared_link{};
    auto const child = link ? fork() : -1;
    if (child < 0) {
        return std::perror("remote_files: no memory or no process"), 2;
    }
    if (child == 0) {
        auto const outcome = there(link);
        std::fflush(nullptr);
        _exit(outcome);
    }
    auto const outcome = here(link);
    auto status = 0;
    waitpid(child, &status, 0);
    auto const of_child = WIFEXITED(status) ? WEXITSTATUS(status) : 2;
    return outcome > of_child ? outcome : of_child;
}
