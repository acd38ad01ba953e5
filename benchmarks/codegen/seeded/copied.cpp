// Wrong on purpose: a word of the wire is copied by a call, because the compiler does not know that it is aligned.
#include <cstdint>
#include <cstring>

auto length_of(std::uint8_t const* header) -> std::uint32_t;
auto length_of(std::uint8_t const* header) -> std::uint32_t {
    auto length = std::uint32_t{};
    std::memcpy(&length, header + 12, sizeof(length));
    return length;
}
