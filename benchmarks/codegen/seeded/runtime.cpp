// Wrong on purpose: everything that a firmware image of this library must not need.
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>

struct noisy {
    noisy() { value = static_cast<int*>(std::malloc(sizeof(int))); }
    ~noisy() { std::free(value); }
    int* value;
};
struct abstract {
    virtual auto answer() -> int = 0;
};
struct concrete : abstract {
    auto answer() -> int override { return 1; }
};

auto make() -> int*;
auto touch(std::atomic<std::uint64_t>& counter) -> std::uint64_t;
auto at(std::array<int, 4> const& list, std::size_t i) -> int;
auto keep() -> abstract*;

noisy global;
concrete object;
auto make() -> int* {
    static noisy local;
    return new int{*local.value};
}
auto touch(std::atomic<std::uint64_t>& counter) -> std::uint64_t { return counter.fetch_add(1); }
auto at(std::array<int, 4> const& list, std::size_t i) -> int { return list.at(i); }
struct half_made : abstract {
    half_made();
};
half_made::half_made() { keep(); }
auto keep() -> abstract* { return &object; }
