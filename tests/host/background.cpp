#include <rpmsg/host/background.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {
struct run_result {
    int status{};
    std::string said{};
};
/// A program that goes into the background and then does `body`.
auto run(bool stays, auto body) -> run_result {
    auto ends = std::array<int, 2>{};
    REQUIRE(pipe(ends.data()) == 0);
    auto const child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        auto it = rpmsg::host::background{stays};
        body(it);
        _exit(7);
    }
    close(ends[1]);
    auto made = run_result{};
    waitpid(child, &made.status, 0);
    made.status = WIFEXITED(made.status) ? WEXITSTATUS(made.status) : -1;
    auto piece = std::array<char, 200>{};
    for (auto got = read(ends[0], piece.data(), piece.size()); got > 0; got = read(ends[0], piece.data(), piece.size())) {
        made.said.append(piece.data(), static_cast<std::size_t>(got));
    }
    close(ends[0]);
    return made;
}
} // namespace

TEST_CASE("a program in the background has ended for its caller once it works, and only then") {
    auto const well = run(false, [](auto& it) { it.tell(""); });
    CHECK((well.status == 0 and well.said.empty()));
    auto const failed = run(false, [](auto& it) { it.tell("no place to mount on"); });
    CHECK((failed.status == 1 and failed.said == "no place to mount on\n"));
    auto const ended = run(false, [](auto&) {});
    CHECK((ended.status == 1 and ended.said == "the program ended before it was ready\n"));
    auto const stays = run(true, [](auto& it) { it.tell("no place to mount on"); });
    CHECK((stays.status == 7 and stays.said == "no place to mount on\n"));
}
