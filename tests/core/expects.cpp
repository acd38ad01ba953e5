#include <rpmsg/core/expects.hpp>

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

namespace {
template <bool Condition> consteval auto is_kept() -> bool {
    rpmsg::expects(Condition);
    return true;
}
} // namespace

TEST_CASE("a precondition that is kept costs nothing in constant evaluation") { STATIC_REQUIRE(is_kept<true>()); }

TEST_CASE("a precondition that is broken ends the program with a trap") {
    auto const child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        (void)std::signal(SIGILL, SIG_DFL);
        (void)std::signal(SIGTRAP, SIG_DFL);
        rpmsg::expects(child != 0);
        _exit(0);
    }
    int state = 0;
    REQUIRE(waitpid(child, &state, 0) == child);
    CHECK(WIFSIGNALED(state));
}
