#pragma once

#include <chrono>

/// A limit for tests that wait for others, which does not depend on the speed of the machine: it has passed a minute after the
/// last progress.
class progress_limit {
    using clock = std::chrono::steady_clock;
    unsigned long long last_{};
    clock::time_point since_ = clock::now();

  public:
    /// Returns whether `progress`, a count of what has happened, has not changed for a minute.
    auto is_stuck(unsigned long long progress) -> bool {
        if (progress != last_) {
            last_ = progress;
            since_ = clock::now();
        }
        return clock::now() - since_ > std::chrono::minutes{1};
    }
};
