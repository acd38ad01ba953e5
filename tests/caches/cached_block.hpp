#pragma once

#include <rpmsg/testing/regions/noncoherent_region.hpp>
#include <rpmsg/transport/vring/layout.hpp>

#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <numeric>
#include <string_view>

inline auto report(std::string_view complaint, std::uint32_t offset) -> void {
    FAIL_CHECK(complaint << ", at byte " << offset << " of the block");
}

/// The memory of a block with a cache on each side that the other does not see. Lines have `Line` bytes, or as many fewer as
/// the configuration keeps apart. At its end the block fails a test in which a side did to its cache what no core may.
template <rpmsg::vring_config Config, std::uint32_t Line> class cached_block {
    static constexpr auto size = rpmsg::vring_layout<Config>::size();
    static constexpr auto has_boot_words = Config.dialect.attach == rpmsg::wire::attach_rule::boot_words;
    static constexpr auto widest = has_boot_words ? std::uint32_t{4} : Line; // words of both sides lie side by side
    static constexpr auto line = std::gcd(std::gcd(widest, Config.alignment), std::gcd(Config.size_of(0), Config.size_of(1)));
    using cache = rpmsg::testing::noncoherent_cache<size, line>;

  public:
    using region = rpmsg::testing::noncoherent_region<size, line>;

    rpmsg::testing::noncoherent_memory<size, line> memory{};

  private:
    cache of_driver_{memory};
    cache of_device_{memory};

  public:
    constexpr ~cached_block() {
        if (not memory.complaint.empty()) {
            report(memory.complaint, memory.complained_at);
        }
    }

    /// Each call is a new start of that core.
    constexpr auto driver_region() -> region {
        of_driver_.restart();
        return region{of_driver_};
    }
    constexpr auto device_region() -> region {
        of_device_.restart();
        return region{of_device_};
    }
};
