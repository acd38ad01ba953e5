#pragma once

#include <cstdint>

/// All that the measured firmware knows of its chip: where the shared block lies, and a register that rings.
namespace board {

inline constexpr std::uintptr_t shared_start = 0x2001'0000;
inline constexpr std::uint32_t shared_size = 0x4000;

struct mailbox {
    auto ring(std::uint32_t queue) -> void { *reinterpret_cast<std::uint32_t volatile*>(0x4000'0000) = queue; }
};

} // namespace board
