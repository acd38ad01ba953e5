#pragma once

#include <cstdint>

/// In an emulator: where the shared block lies (the build says it), and a word beside it that stands for the register that rings.
namespace board {

inline constexpr std::uintptr_t shared_start = SHARED_START;
inline constexpr std::uint32_t shared_size = 0x2400;

struct mailbox {
    auto ring(std::uint32_t queue) -> void { *reinterpret_cast<std::uint32_t volatile*>(shared_start + shared_size) = queue; }
};

} // namespace board
