#pragma once

#include <rpmsg/host/descriptor.hpp>
#include <rpmsg/host/fuse/file_operations.hpp>
#include <rpmsg/host/fuse/mount_options.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/steady_clock.hpp>
#include <rpmsg/platform/clock.hpp>
#include <rpmsg/service/files/file_request.hpp>
#include <rpmsg/wire/service/files/file_error.hpp>
#include <rpmsg/wire/service/files/file_status.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fuse3/fuse_log.h>
#include <fuse3/fuse_lowlevel.h>
#include <memory>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace rpmsg::host {

namespace detail {
/// What libfuse said last, which it would write to the terminal.
struct fuse_words {
    std::mutex mutex{};
    std::string text{};

    static auto here() -> fuse_words& {
        static auto it = fuse_words{};
        return it;
    }
    static auto hear(fuse_log_level, char const* format, va_list values) -> void {
        auto line = std::array<char, 256>{};
        (void)std::vsnprintf(line.data(), line.size(), format, values);
        auto const guard = std::lock_guard{here().mutex};
        here().text = line.data();
        while (here().text.ends_with('\n')) {
            here().text.pop_back();
        }
    }
    static auto take() -> std::string {
        auto const guard = std::lock_guard{here().mutex};
        return std::exchange(here().text, {});
    }
};
} // namespace detail

/// Remote files as a directory of this computer, by libfuse 3. `at` mounts, `run` serves the kernel until somebody unmounts or
/// `stop` is called, and the destructor unmounts. Meanwhile another thread polls the link. As many requests of the kernel are
/// under way as the client has calls; each ends within the timeout of `Files`, whatever becomes of the link. Link with
/// `rpmsg::fuse`.
template <typename Files> class file_mount {
    using operations = file_operations<Files>;

    struct state {
        typename operations::mounted what;
        fuse* made{};
        bool is_mounted{};
        descriptor stopped{};

        state(Files files, mount_options const& options) : what{files, options} {}
        state(state const&) = delete;
        auto operator=(state const&) -> state& = delete;
        ~state() {
            if (is_mounted) {
                fuse_unmount(made);
            }
            if (made != nullptr) {
                fuse_destroy(made);
            }
        }
    };
    std::unique_ptr<state> it_;

    explicit file_mount(std::unique_ptr<state> it) : it_{std::move(it)} {}

    /// Why nothing can be mounted at a place; empty when it can.
    [[nodiscard]] static auto refusal_of(std::string const& point) -> std::string {
        struct stat found {};
        if (stat(point.c_str(), &found) != 0) {
            return errno == ENOTCONN ? "the program of an earlier mount has ended: umount it first" : words_of(errno);
        }
        if (not S_ISDIR(found.st_mode)) {
            return words_of(ENOTDIR);
        }
        auto const kernel = descriptor{::open("/dev/fuse", O_RDWR | O_CLOEXEC)};
        return kernel                               ? std::string{}
               : errno == ENOENT or errno == ENODEV ? "there is no /dev/fuse: load the kernel module fuse"
                                                    : "/dev/fuse: " + words_of(errno);
    }
    /// Why the other side has nothing to mount. Its link may come up meanwhile.
    [[nodiscard]] static auto refusal_of(mount_options const& options, Files files) -> file_error {
        auto found = file_status{};
        auto const deadline = steady_clock::now() + options.timeout;
        auto got = files.call(file_calls::status_of(options.root, found));
        while (got.error() == file_error::connection_reset and not has_passed(deadline, steady_clock::now())) {
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
            got = files.call(file_calls::status_of(options.root, found));
        }
        return got and found.type != file_type::directory ? file_error::not_a_directory : got.error();
    }
    static auto serve(fuse_session* session, int stopped) -> void {
        auto request = fuse_buf{};
        while (fuse_session_exited(session) == 0) {
            auto waited = std::array{pollfd{fuse_session_fd(session), POLLIN, 0}, pollfd{stopped, POLLIN, 0}};
            if (poll(waited.data(), waited.size(), -1) < 0 or waited[1].revents != 0) {
                if (waited[1].revents != 0) {
                    break;
                }
                continue; // a signal
            }
            auto const got = fuse_session_receive_buf(session, &request); // another thread may have taken it
            if (got > 0) {
                fuse_session_process_buf(session, &request);
            } else if (got != -EINTR and got != -EAGAIN) {
                break;
            }
        }
        std::free(request.mem);
    }

  public:
    /// Mounts, when the other side answers. Failures say what is wrong with the place, the peer or the system. The link is polled already.
    [[nodiscard]] static auto at(mount_options const& options, Files files) -> outcome<file_mount> {
        auto const place = "'" + options.point + "' cannot be mounted on: ";
        if (auto const why = refusal_of(options.point); not why.empty()) {
            return failure{place + why};
        }
        if (auto const why = refusal_of(options, files); why != file_error::none) {
            return failure{"'" + options.root + "' of the other side cannot be mounted: " + std::string{describe(why)}};
        }
        fuse_set_log_func(detail::fuse_words::hear);
        auto const list = std::string{"fsname=rpmsg,subtype=rpmsg"} + (options.is_read_only ? ",ro" : "") +
                          (options.is_for_all ? ",allow_other,default_permissions" : "");
        auto words = std::array<std::string, 3>{"rpmsg", "-o", list};
        auto arguments = std::array<char*, 3>{words[0].data(), words[1].data(), words[2].data()};
        auto given = fuse_args{.argc = static_cast<int>(arguments.size()), .argv = arguments.data(), .allocated = 0};
        auto made = std::make_unique<state>(files, options);
        auto const table = operations::table();
        made->made = fuse_new(&given, &table, sizeof table, &made->what);
        made->stopped = descriptor{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
        made->is_mounted = made->made != nullptr and made->stopped and fuse_mount(made->made, options.point.c_str()) == 0;
        fuse_opt_free_args(&given);
        if (not made->is_mounted) {
            auto const why = detail::fuse_words::take();
            return failure{place + (why.empty() ? "libfuse refuses" : why)};
        }
        auto const kernel = fuse_session_fd(fuse_get_session(made->made));
        (void)fcntl(kernel, F_SETFL, fcntl(kernel, F_GETFL) | O_NONBLOCK); // several threads wait for one request
        return file_mount{std::move(made)};
    }

    /// Serves the kernel in as many threads as the client has calls. Returns when the mount is gone, or after `stop`.
    auto run() -> void {
        auto* const session = fuse_get_session(it_->made);
        auto threads = std::vector<std::thread>{};
        for (std::uint32_t i = 1; i < Files::calls; ++i) {
            threads.emplace_back([&] { serve(session, it_->stopped.number()); });
        }
        serve(session, it_->stopped.number());
        for (auto& each : threads) {
            each.join();
        }
    }
    /// Ends `run`; from any thread, or in a signal handler.
    auto stop() -> void {
        auto const one = std::uint64_t{1};
        (void)!write(it_->stopped.number(), &one, sizeof one);
    }
};

} // namespace rpmsg::host
