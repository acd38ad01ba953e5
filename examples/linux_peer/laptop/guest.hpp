#pragma once

#include <rpmsg/host/descriptor.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <poll.h>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

/// Linux in a process: Debian's User-Mode Linux with the root file system of examples/linux_peer/guest, and a shell on its
/// console. When this process ends, in whatever way, a warden process ends the guest's processes and removes its folder.
class guest {
    std::string folder_{};
    rpmsg::host::descriptor console_{};
    rpmsg::host::descriptor input_{};
    rpmsg::host::descriptor life_{}; ///< when it is closed, the warden ends the guest
    pid_t warden_{-1};
    std::string output_{};
    std::size_t seen_{};
    bool has_ended_{};

    static auto pair(int flags) -> std::array<rpmsg::host::descriptor, 2> {
        auto ends = std::array<int, 2>{-1, -1};
        (void)!pipe2(ends.data(), O_CLOEXEC | flags);
        return {rpmsg::host::descriptor{ends[0]}, rpmsg::host::descriptor{ends[1]}};
    }

    [[noreturn]] static auto run(std::vector<std::string> const& arguments, std::string const& preloaded, int in, int out)
        -> void {
        setsid();
        setenv("LD_PRELOAD", preloaded.c_str(), 1);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        personality(ADDR_NO_RANDOMIZE); // otherwise the random start of the heap leaves a hole in the guest's memory
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
        auto words = std::vector<char*>{};
        for (auto const& argument : arguments) {
            words.push_back(const_cast<char*>(argument.c_str()));
        }
        words.push_back(nullptr);
        execvp(words.front(), words.data());
        _exit(127);
    }

    /// Waits for all processes of the guest: they are many, and some are children of others.
    [[noreturn]] static auto guard(std::string const& folder, pid_t guest, int life) -> void {
        auto waited = pollfd{.fd = life, .events = 0, .revents = 0};
        while (poll(&waited, 1, 20) <= 0 and waitpid(guest, nullptr, WNOHANG) == 0) {}
        kill(-guest, SIGKILL);
        for (auto i = 0; i < 10'000 and waitpid(-1, nullptr, WNOHANG) >= 0; ++i) {
            usleep(1000);
        }
        auto failed = std::error_code{};
        std::filesystem::remove_all(folder, failed);
        _exit(0);
    }

  public:
    guest() : folder_{"/dev/shm/rpmsg-guest-XXXXXX"} {
        if (mkdtemp(folder_.data()) == nullptr) {
            folder_.clear();
        }
    }
    guest(guest const&) = delete;
    auto operator=(guest const&) -> guest& = delete;
    ~guest() { end(); }
    /// Ends the whole guest at once.
    auto end() -> void {
        life_.close();
        if (warden_ > 0) {
            waitpid(std::exchange(warden_, -1), nullptr, 0);
        } else if (not folder_.empty()) {
            rmdir(folder_.c_str());
        }
        folder_.clear();
    }

    [[nodiscard]] auto folder() const -> std::string const& { return folder_; }
    /// Returns the socket to which the guest's front end connects.
    [[nodiscard]] auto socket() const -> std::string { return folder_ + "/link"; }

    /// Boots the guest. `root` is its file system; the library that guest/build made for the kernel is beside it. `tools` is a
    /// folder of this machine that the guest sees as /host; `more` are words for its command line.
    auto boot(std::string const& root, std::string const& tools, std::string const& memory, std::string const& more) -> void {
        auto arguments = std::vector<std::string>{"linux.uml",
                                                  "mem=" + memory,
                                                  "initrd=" + root,
                                                  "con=null",
                                                  "ssl=null",
                                                  "con0=fd:0,fd:1",
                                                  "uml_dir=" + folder_,
                                                  "umid=guest",
                                                  "quiet",
                                                  "panic=-1",
                                                  "pty.legacy_count=0", // this and the next save 2/3 of booting
                                                  "initcall_blacklist=raid6_select_algo",
                                                  "virtio_uml.device=" + socket() + ":7",
                                                  "tools=" + tools};
        auto words = std::istringstream{more};
        std::copy(std::istream_iterator<std::string>{words}, {}, std::back_inserter(arguments));
        auto to_guest = pair(0);
        auto from_guest = pair(0);
        auto life = pair(0);
        warden_ = fork();
        if (warden_ == 0) {
            setsid();
            prctl(PR_SET_CHILD_SUBREAPER, 1);
            life[1].close();
            setenv("TMPDIR", folder_.c_str(), 1);
            setenv("HOME", folder_.c_str(), 1);
            auto const started = fork();
            if (started == 0) {
                run(arguments, root + ".so", to_guest[0].number(), from_guest[1].number());
            }
            if (started < 0) {
                _exit(127);
            }
            to_guest = {};
            from_guest = {};
            guard(folder_, started, life[0].number());
        }
        console_ = std::move(from_guest[0]);
        input_ = std::move(to_guest[1]);
        life_ = std::move(life[1]);
        fcntl(console_.number(), F_SETFL, O_NONBLOCK);
    }

    [[nodiscard]] auto descriptor() const -> int { return has_ended_ ? -1 : console_.number(); }
    [[nodiscard]] auto has_ended() const -> bool { return has_ended_; }
    [[nodiscard]] auto output() const -> std::string const& { return output_; }

    /// Reads the output of the guest.
    auto listen() -> void {
        auto text = std::array<char, 4096>{};
        auto got = read(console_.number(), text.data(), text.size());
        for (; got > 0; got = read(console_.number(), text.data(), text.size())) {
            output_.append(text.data(), static_cast<std::size_t>(got));
        }
        has_ended_ = has_ended_ or got == 0 or (errno != EAGAIN and errno != EINTR);
    }
    /// Sends bytes to its console.
    auto type(std::string const& text) const -> void { (void)!write(input_.number(), text.data(), text.size()); }
    /// Sends a line to its shell.
    auto tell(std::string const& line) const -> void { type(line + "\n"); }
    /// Returns whether it printed a text after the one that was found last.
    auto says(std::string_view text) -> bool {
        auto const at = output_.find(text, seen_);
        if (at == std::string::npos) {
            return false;
        }
        seen_ = at + text.size();
        return true;
    }
};
