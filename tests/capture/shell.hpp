#pragma once

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstdio>
#include <string>

namespace capture {

/// What a command prints, and whether it ends with 0.
struct answer {
    std::string text{};
    bool is_well{};

    explicit answer(std::string const& command) {
        auto* const output = popen((command + " 2>&1").c_str(), "r");
        REQUIRE(output != nullptr);
        auto part = std::array<char, 4096>{};
        while (std::fgets(part.data(), static_cast<int>(part.size()), output) != nullptr) {
            auto const line = std::string{part.data()};
            text += line.starts_with("Running as user") ? "" : line;
        }
        is_well = pclose(output) == 0;
    }
};
/// Skips the test where a program is missing.
inline auto need(std::string const& program) -> void {
    if (not answer{"command -v " + program}.is_well) {
        SKIP(program + " is not installed; the package tshark has it");
    }
}

} // namespace capture
