// Wrong on purpose: everything that a firmware image of this library must not need.
#include <atomic>
#include <cstdlib>

struct noisy {
    noisy() { value = static_cast<int*>(std::malloc(sizeof(int))); }
    ~noisy() { std::free(value); }
    int* value;
};
auto make() -> int*;
auto touch(std::atomic<int>& counter) -> int;

noisy global;
auto make() -> int* {
    static noisy local;
    return new int{*local.value};
}
auto touch(std::atomic<int>& counter) -> int { return counter.fetch_add(1); }
