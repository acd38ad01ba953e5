#pragma once

#include <array>
#include <cpu.hpp>
#include <cstdint>
#include <string_view>

/// Lets firmware in an emulator communicate with the user (semihosting of Arm; RISC-V uses it, too). A chip without a debugger
/// takes a fault at the first call.
namespace semihosting {

inline auto print(char const* text) -> void { cpu::call_debugger(0x04, text); } // SYS_WRITE0

inline auto print(std::uint32_t number) -> void {
    auto digits = std::array<char, 11>{};
    auto* at = &digits[10];
    do {
        *--at = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    print(at);
}

/// Prints several texts and numbers in one line.
inline auto print_line(auto const&... parts) -> void {
    (print(parts), ...);
    print("\n");
}

/// Ends the emulator with this exit status.
[[noreturn]] inline auto end(std::uint32_t status) -> void {
    auto const reason = std::array<std::uint32_t, 2>{0x2'0026, status}; // ADP_Stopped_ApplicationExit
    while (true) {
        cpu::call_debugger(0x20, reason.data()); // SYS_EXIT_EXTENDED
    }
}

/// Returns the time of the user's clock in seconds.
inline auto seconds() -> std::uint32_t { return cpu::call_debugger(0x11, nullptr); } // SYS_TIME

/// Returns whether the emulator was started with a word: `-semihosting-config enable=on,arg=WORD`.
inline auto has_argument(std::string_view word) -> bool {
    struct {
        char* text;
        std::uint32_t size;
    } line{};
    auto text = std::array<char, 128>{};
    line = {text.data(), text.size()};
    if (cpu::call_debugger(0x15, &line) != 0) { // SYS_GET_CMDLINE
        return false;
    }
    auto const said = std::string_view{text.data(), line.size};
    return said.find(word) != std::string_view::npos;
}

} // namespace semihosting
