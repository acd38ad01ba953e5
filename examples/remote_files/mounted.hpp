#pragma once

// The tree as a directory of this computer: any program uses it.
#include "tree.hpp"
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#ifdef RPMSG_FUSE
#include <rpmsg/host/fuse/file_mount.hpp>
#endif

/// Runs a program, calls said() for each line of it, and returns its status.
inline auto run_program(std::array<char const*, 5> const& words, auto said) -> int {
    auto ends = std::array<int, 2>{};
    auto const child = pipe(ends.data()) == 0 ? fork() : -1;
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        execvp(words[0], const_cast<char* const*>(words.data()));
        _exit(127);
    }
    close(ends[1]);
    auto* const lines = fdopen(ends[0], "r");
    for (auto each = std::fgetc(lines); each != EOF; each = std::fgetc(lines)) {
        if (each == '\n') {
            said();
        }
    }
    std::fclose(lines);
    auto status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

inline auto can_mount() -> bool {
#ifdef RPMSG_FUSE
    if (access("/dev/fuse", R_OK | W_OK) == 0 and geteuid() == 0) {
        return true;
    }
#endif
    std::puts("this program cannot mount here (libfuse3-dev, /dev/fuse, root): it copies by calls");
    return false;
}

/// Returns 0 when all was copied and nothing differs.
inline auto copy_from_mount([[maybe_unused]] auto const& files, [[maybe_unused]] sample const& folders) -> int {
#ifdef RPMSG_FUSE
    auto point = (std::filesystem::temp_directory_path() / "remote_files-XXXXXX").string();
    if (mkdtemp(point.data()) == nullptr) {
        return std::perror("remote_files: no place to mount on"), 2;
    }
    auto mount =
        rpmsg::host::file_mount<std::remove_cvref_t<decltype(files)>>::at({.point = point, .is_read_only = true}, files);
    if (not mount) {
        return std::fprintf(stderr, "remote_files: %s\n", mount.error().c_str()), rmdir(point.c_str()), 2;
    }
    auto server = std::thread{[&] { mount->run(); }};
    std::printf("mounted at %s\n", point.c_str());
    auto count = 0u;
    auto const copied = run_program({"cp", "-rv", point.c_str(), folders.to.c_str(), nullptr}, [&] {
        if (++count % 250 == 0) {
            std::printf("cp -r: %u names\n", count);
            std::fflush(stdout);
        }
    });
    auto differences = 0u;
    auto const compared =
        run_program({"diff", "-r", folders.from.c_str(), folders.to.c_str(), nullptr}, [&] { ++differences; });
    mount->stop();
    server.join();
    mount = rpmsg::host::failure{};
    std::printf("%u names copied, %u lines of diff -r\n", count, differences);
    return copied == 0 and compared == 0 and rmdir(point.c_str()) == 0 ? 0 : 1; // it is no mount any more
#else
    return 2;
#endif
}
