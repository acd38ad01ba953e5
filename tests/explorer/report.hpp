#pragma once

#include <rpmsg/testing/explorer/exploration.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace stage {

/// Explores scenarios one after the other; each must be clean and exhausted. Prints what was covered.
class campaign {
    using clock = std::chrono::steady_clock;
    std::uint64_t states_{};
    std::uint64_t crashes_{};
    std::uint32_t scenarios_{};
    clock::time_point start_ = clock::now();

  public:
    campaign() = default;
    campaign(campaign const&) = delete;
    auto operator=(campaign const&) -> campaign& = delete;
    ~campaign() {
        auto const seconds = std::chrono::duration<double>(clock::now() - start_).count();
        std::printf("%u scenarios, %llu states, %llu crashes, %.1f s, %.2f M states/s\n", scenarios_,
                    static_cast<unsigned long long>(states_), static_cast<unsigned long long>(crashes_), seconds,
                    static_cast<double>(states_) / seconds / 1e6);
    }

    auto expect_clean(std::string const& name, rpmsg::testing::exploration const& found) -> void {
        INFO(name << ": " << found.story());
        CHECK(found.is_clean());
        CHECK(found.is_exhaustive);
        states_ += found.states;
        crashes_ += found.crashes;
        ++scenarios_;
    }
};

} // namespace stage
