// Wrong on purpose: a chain of comparisons finds the handler.
#include <cstddef>
#include <cstdint>
#include <utility>

template <std::size_t> auto handle() -> void;

extern std::uint32_t addresses[16];

template <std::size_t... I> auto dispatch(std::uint32_t address, std::index_sequence<I...>) -> void {
    (void)((address == addresses[I] and (handle<I>(), true)) or ...);
}
auto dispatch(std::uint32_t address) -> void;
auto dispatch(std::uint32_t address) -> void { dispatch(address, std::make_index_sequence<16>{}); }
