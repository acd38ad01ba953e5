#pragma once

#include <rpmsg/core/atomic_word.hpp>
#include <rpmsg/platform/cache.hpp>
#include <rpmsg/platform/region.hpp>

#include <cstdint>

namespace rpmsg {

/// Shared memory from an address in a register on, which the optimiser does not know.
struct formed_memory {
    std::uintptr_t address;

    [[nodiscard]] auto start() const -> std::uintptr_t { return address; }
    static constexpr auto size() -> std::uint32_t { return 0; }
    static auto formed(std::uintptr_t where) -> std::uintptr_t {
        asm("" : "+r"(where));
        return where;
    }
};

/// Shared memory at a constant address of the board. It stores nothing.
template <std::uintptr_t Start, std::uint32_t Size> struct fixed_memory {
    static constexpr bool is_constant = true;

    static constexpr auto start() -> std::uintptr_t { return Start; }
    static constexpr auto size() -> std::uint32_t { return Size; }
    /// Hides the address from the optimiser, so that small cores form it once and reach its fields from there; otherwise each
    /// field needs a constant of its own.
    static auto formed(std::uintptr_t address) -> std::uintptr_t {
        asm("" : "+r"(address));
        return address;
    }
};

/// Shared memory at a pointer: an object in a linker section, a mapping of the operating system.
class memory_at {
    std::byte* start_{};
    std::uint32_t size_{};

  public:
    constexpr memory_at(std::byte* start, std::uint32_t size) : start_{start}, size_{size} {}
    [[nodiscard]] auto start() const -> std::uintptr_t { return reinterpret_cast<std::uintptr_t>(start_); }
    [[nodiscard]] constexpr auto size() const -> std::uint32_t { return size_; }
    static constexpr auto formed(std::uintptr_t address) -> std::uintptr_t { return address; }
};

/// The region for production: plain loads and stores at an integer base, in the order of their site. `Memory` has start(), a
/// multiple of 8, size(), and the static formed(address), which may hide from the optimiser how an address was formed.
template <typename Memory = memory_at, cache_policy Cache = coherent> class mapped_region {
    [[no_unique_address]] Memory memory_;
    [[no_unique_address]] Cache cache_{};

    template <typename T>
    [[gnu::always_inline]] [[nodiscard]] auto at(std::uint32_t offset, std::uint32_t distance = 0) const -> T* {
        auto const address = memory_.start() + offset;
        return reinterpret_cast<T*>(reinterpret_cast<std::byte*>(Memory::formed(address)) +
                                    static_cast<std::int32_t>(distance));
    }

  public:
    static constexpr std::uint32_t line = Cache::line;

    constexpr mapped_region(Memory memory = {}, Cache cache = {}) : memory_{memory}, cache_{cache} {}
    constexpr mapped_region(std::byte* start, std::uint32_t size) : memory_{start, size} {}

    [[nodiscard]] constexpr auto size() const -> std::uint32_t { return memory_.size(); }
    [[nodiscard]] constexpr auto handle() const -> mapped_region { return *this; }
    /// On small cores, at a constant address: the region from an offset on, for several accesses around it.
    [[nodiscard]] auto from(std::uint32_t offset) const -> mapped_region<formed_memory, Cache>
    requires(sizeof(void*) <= 4 and requires { Memory::is_constant; }) {
        return {formed_memory{Memory::formed(memory_.start() + offset)}, cache_};
    }

    template <site Site, typename T>
    [[gnu::always_inline]] [[nodiscard]] auto load(std::uint32_t offset, std::uint32_t distance = 0) -> T {
        static_assert(sizeof(T) <= 4, "no chip need have 8-byte atomic loads: read two words");
        if constexpr (is_plain(Site)) {
            return *const_cast<T const volatile*>(at<T>(offset, distance));
        } else {
            return detail::atomic_load<static_cast<int>(order_of(Site))>(*at<T>(offset, distance));
        }
    }
    template <site Site, typename T>
    [[gnu::always_inline]] auto store(std::uint32_t offset, T value, std::uint32_t distance = 0) -> void {
        static_assert(sizeof(T) <= 4, "no chip need have 8-byte atomic stores: write two words");
        if constexpr (is_plain(Site)) {
            *const_cast<T volatile*>(at<T>(offset, distance)) = value;
        } else {
            detail::atomic_store<static_cast<int>(order_of(Site))>(*at<T>(offset, distance), value);
        }
    }
    template <site Site> auto fence() -> void { __atomic_thread_fence(static_cast<int>(order_of(Site))); }

    [[nodiscard]] auto view(std::uint32_t offset, std::uint32_t size) -> bytes {
        auto const whole = memory_.size();
        return offset <= whole and size <= whole - offset ? bytes{at<std::byte>(offset), size} : bytes{};
    }
    /// As `view`, for bytes that are known to lie inside.
    [[nodiscard]] auto inner(std::uint32_t offset, std::uint32_t distance, std::uint32_t size) -> bytes {
        return {at<std::byte>(offset, distance), size};
    }
    auto clean(std::uint32_t offset, std::uint32_t size) -> void { cache_.clean(memory_.start() + offset, size); }
    auto invalidate(std::uint32_t offset, std::uint32_t size) -> void { cache_.invalidate(memory_.start() + offset, size); }
};
mapped_region(std::byte*, std::uint32_t)->mapped_region<memory_at, coherent>;
static_assert(region<mapped_region<>>);

} // namespace rpmsg
