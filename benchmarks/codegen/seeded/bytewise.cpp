// Wrong on purpose: a word of the wire is put together from bytes.
#include <cstdint>

auto length_of(std::uint8_t const* header) -> std::uint32_t;
auto length_of(std::uint8_t const* header) -> std::uint32_t { return static_cast<std::uint32_t>(header[12] | header[13] << 8); }
