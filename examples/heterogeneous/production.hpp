#pragma once

#include "../linux_peer/laptop/guest.hpp"
#include "chip.hpp"
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

/// Linux and the processes beside it: starts, kills and watches them.
class production {
    chip::shared_memory& memory_;
    void (*run_b_)(chip::shared_memory&);
    std::string root_;
    std::string tools_; ///< a folder that Linux sees as /host
    std::optional<guest> linux_{};
    std::array<pid_t, chip::cores> processes_{};
    std::uint64_t random_;
    std::string why_{};

    auto roll(std::uint32_t sides) -> std::uint32_t;
    auto shuffled() -> std::array<std::uint32_t, chip::cores>;
    auto start(std::uint32_t i) -> void;
    auto stop(std::uint32_t i) -> void;
    auto boot() -> bool;

  public:
    production(chip::shared_memory& memory, void (*run_b)(chip::shared_memory&), std::string root, std::string tools,
               std::uint64_t seed)
        : memory_{memory}, run_b_{run_b}, root_{std::move(root)}, tools_{std::move(tools)}, random_{seed} {}
    production(production const&) = delete;
    auto operator=(production const&) -> production& = delete;
    ~production();

    /// Kills and starts a set of processes, and the driver of Linux. False when Linux is not up in time.
    auto restart(std::uint32_t victims) -> bool;
    /// Types a line into the shell of Linux.
    auto tell(std::string const& line) -> void { linux_->tell(line); }
    /// Waits until Linux has printed a text; false when it does not, or a process has ended by itself.
    auto waits_for(std::string_view text) -> bool;
    [[nodiscard]] auto why() const -> std::string const& { return why_; }
    /// Prints what each process sees.
    auto draw() const -> void;
};
