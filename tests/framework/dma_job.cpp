// What a job does within a policy is tested in dma_sender.cpp and dma_receiver.cpp.
#include <rpmsg/framework/dma_job.hpp>
#include <rpmsg/testing/late_dma.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include <array>
#include <cstdint>

namespace {
using rpmsg::dma_ref;
using rpmsg::testing::late_dma;

/// A lock that records whether it is held.
struct watched_lock {
    bool* is_held;
    constexpr auto lock() -> void {
        check(not *is_held);
        *is_held = true;
    }
    constexpr auto unlock() -> void {
        check(*is_held);
        *is_held = false;
    }
};
using job = rpmsg::detail::dma_job<int, dma_ref<late_dma>, watched_lock>;

constexpr auto counters_stop_at_their_maximum() -> bool {
    auto dma = late_dma{};
    auto is_held = false;
    auto it = job{dma_ref{dma}, watched_lock{&is_held}};
    for (auto i = 0; i < 65540; ++i) {
        check(it.take_end() == job::end::none);
    }
    return it.counts().spurious == 0xffff and not is_held;
}
constexpr auto what_a_transfer_holds_comes_back_once() -> bool {
    auto dma = late_dma{};
    auto is_held = false;
    auto it = job{dma_ref{dma}, watched_lock{&is_held}};
    auto target = std::array<std::byte, 8>{};
    check(it.begin(7, "hello"_payload, target, {}) and it.is_running() and not it.next_deadline().is_set);
    check(not it.begin(8, "other"_payload, target, {}) and it.counts().by_core == 1);
    dma.finish();
    check(it.take_end(0) == job::end::copied and it.held() == 7);
    check(it.take_end(0) == job::end::none and it.abandon() == job::end::none); // the policy still uses the buffer
    check(it.is_running() and not it.begin(8, "other"_payload, target, {}));
    it.finish();
    check(not it.is_running() and it.counts().by_core == 2);
    return it.counts().spurious == 0 and it.counts().started == 1;
}
} // namespace

TEST_CASE("the counters of a DMA job stop at their maximum") { STATIC_REQUIRE(counters_stop_at_their_maximum()); }
TEST_CASE("what a DMA transfer holds comes back once, with its end") {
    STATIC_REQUIRE(what_a_transfer_holds_comes_back_once());
}
