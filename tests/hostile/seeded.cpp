#include <catch2/catch_test_macros.hpp>

#include "fuzz/ring_play.hpp"
#include "rig.hpp"
#include <array>
#include <csignal>
#include <cstdio>
#include <functional>
#include <set>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

// Each test harness must find a seeded bug, every time.

using namespace hostile;
namespace wire = rpmsg::wire;
using rpmsg::site;
using rpmsg::testing::access_kind;
using rpmsg::testing::memory_access;

namespace {

enum class bug { none, id_unchecked, window_unchecked, length_unchecked, length_read_twice, drop_forgets_buffer };

/// A simple receive of a device that is correct except for one bug.
template <rpmsg::region Region> class careless_device {
    Region shared_;
    raw_link where_;
    bug bug_;
    std::uint16_t taken_{};
    std::uint16_t returned_{};
    std::set<std::uint32_t> ours_{};
    bool is_broken_{};

    auto give_back(std::uint32_t id) -> void {
        ours_.erase(id);
        auto const entry = where_.used_entry(1, returned_++);
        shared_.template store<site::own_entry>(entry, id);
        shared_.template store<site::own_index>(where_.used_index(1), returned_);
        shared_.template fence<site::doorbell_fence>();
    }

  public:
    careless_device(Region shared, raw_link const& where, bug which) : shared_{shared}, where_{where}, bug_{which} {}

    [[nodiscard]] auto is_broken() const -> bool { return is_broken_; }

    /// Calls f(payload) for each message, at most `budget` of them.
    auto poll(std::uint32_t budget, auto&& f) -> std::uint32_t {
        std::uint32_t handled = 0;
        auto const index = shared_.template load<site::peer_index, std::uint16_t>(where_.available_index(1));
        auto const waiting = static_cast<std::uint16_t>(index - taken_);
        if (waiting > where_.counts[1] - ours_.size() and bug_ != bug::window_unchecked) {
            is_broken_ = true;
            return 0;
        }
        for (; taken_ != index and handled < budget and not is_broken_; ++handled) {
            auto const id = shared_.template load<site::peer_entry, std::uint16_t>(where_.available_entry(1, taken_++));
            auto const is_theirs = id < where_.counts[1] and not ours_.contains(id);
            if (not is_theirs and bug_ != bug::id_unchecked) {
                is_broken_ = true;
                return handled;
            }
            ours_.insert(id);
            auto const at = where_.descriptor(1, id);
            auto const address = shared_.template load<site::descriptor_load, std::uint32_t>(at);
            auto const frame = static_cast<std::uint32_t>(address - where_.base);
            auto length = shared_.template load<site::header_load, std::uint32_t>(frame + 12) & 0xffff;
            if (length > where_.sizes[1] - 16 and bug_ != bug::length_unchecked) {
                if (bug_ != bug::drop_forgets_buffer) {
                    give_back(id);
                }
                continue;
            }
            if (bug_ == bug::length_read_twice) {
                length = shared_.template load<site::header_load, std::uint32_t>(frame + 12) & 0xffff;
            }
            auto payload = rpmsg::bytes{where_.memory.data() + frame + 16, length}; // and not through `view`
            f(payload);
            give_back(id);
        }
        return handled;
    }
};

constexpr auto config = [] {
    auto made = rpmsg::vring_config{.buffers = 4, .buffer_size = 64};
    made.dialect = wire::dialects::linux_virtio;
    return made;
}();
using layout = rpmsg::vring_layout<config>;
using script = std::function<void(memory_access const&)>;
using shared_region = rpmsg::testing::counting_region<rpmsg::testing::hostile_region<rpmsg::mapped_region<>, script>>;

/// The careless device with a correct driver, forged words, and the values that a hostile case checks.
struct stage {
    guarded_memory memory{layout::size()};
    raw_link raw = raw_view<layout>(memory.content(), config);
    rpmsg::mapped_region<> plain{memory.content().data(), memory.size()};
    rpmsg::vring_driver<config> driver{plain};
    script before{[](memory_access const&) {}};
    rpmsg::testing::access_counts counts{};
    careless_device<shared_region> device;
    std::uint32_t delivered{};

    explicit stage(bug which) : device{shared_region{{plain, before}, counts}, raw, which} {
        (void)driver.start();
        (void)driver.poll(0);
    }
    auto send(std::uint16_t length = 8) -> bool {
        auto const room = driver.reserve();
        return room and driver.commit(room, {.length = length});
    }
    auto last_position() const -> std::uint32_t { return raw.get<std::uint16_t>(raw.available_index(1)) - 1u; }
    auto poll() -> void {
        counts.clear();
        counts.begin_decision();
        (void)device.poll(0x1'0000, [&](rpmsg::bytes payload) {
            ++delivered;
            auto sum = 0u;
            for (auto const each : payload) {
                sum += static_cast<std::uint32_t>(each);
            }
            volatile auto keep = sum;
            (void)keep;
        });
    }
};

/// Runs a hostile case by its name; returns whether the device passes.
auto holds(bug which, char const* question) -> bool {
    auto s = stage{which};
    auto const asked = std::string{question};
    if (asked == "id out of range breaks") {
        (void)s.send();
        s.raw.set(s.raw.available_entry(1, s.last_position()), std::uint16_t{0xffff});
        s.poll();
        return s.device.is_broken() and s.delivered == 0;
    }
    if (asked == "index jump breaks with bounded work") {
        s.raw.set(s.raw.available_index(1), std::uint16_t{0x8000});
        s.poll();
        return s.device.is_broken() and s.delivered == 0 and s.counts.loads() < 64;
    }
    if (asked == "long payload is dropped and its buffer returned") {
        for (auto i = 0; i < 9; ++i) {
            if (not s.send()) {
                return false;
            }
            auto const id = s.raw.get<std::uint16_t>(s.raw.available_entry(1, s.last_position()));
            s.raw.set(s.raw.frame(1, id) + 12, std::uint16_t{49});
            s.poll();
        }
        return s.delivered == 0;
    }
    // "fetches once"
    (void)s.send();
    s.poll();
    return s.delivered == 1 and s.counts.double_fetches() == 0;
}

/// Whether f returns true in a child process; false also when a trap or a sanitizer ended the process.
auto ends_well(std::function<bool()> const& f) -> bool {
    auto const child = ::fork();
    if (child == 0) {
        for (auto const signal : {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT}) {
            (void)std::signal(signal, SIG_DFL);
        }
        (void)!std::freopen("/dev/null", "w", stderr);
        ::_exit(f() ? 0 : 1);
    }
    auto outcome = 0;
    ::waitpid(child, &outcome, 0);
    return WIFEXITED(outcome) and WEXITSTATUS(outcome) == 0;
}

constexpr auto questions = std::array{"id out of range breaks", "index jump breaks with bounded work",
                                      "long payload is dropped and its buffer returned", "fetches once"};

} // namespace

TEST_CASE("The questions of the hostile cases are answered well by a device without a bug") {
    for (auto const* const question : questions) {
        INFO(question);
        CHECK(ends_well([&] { return holds(bug::none, question); }));
    }
}

TEST_CASE("The hostile cases find an unchecked id, window and length, and a forgotten buffer") {
    CHECK_FALSE(ends_well([] { return holds(bug::id_unchecked, "id out of range breaks"); }));
    CHECK_FALSE(ends_well([] { return holds(bug::window_unchecked, "index jump breaks with bounded work"); }));
    CHECK_FALSE(ends_well([] { return holds(bug::length_unchecked, "long payload is dropped and its buffer returned"); }));
    CHECK_FALSE(ends_well([] { return holds(bug::drop_forgets_buffer, "long payload is dropped and its buffer returned"); }));
}

TEST_CASE("The counting region finds a length that is read twice") {
    CHECK(holds(bug::none, "fetches once"));
    CHECK_FALSE(holds(bug::length_read_twice, "fetches once"));
}

TEST_CASE("A hostile region traps an access outside of it, and a misaligned one") {
    auto const access_at = [](std::uint32_t offset) {
        return ends_well([=] {
            auto s = stage{bug::none};
            auto shared = rpmsg::testing::hostile_region{s.plain, s.before};
            return shared.load<site::header_load, std::uint32_t>(offset) == 0;
        });
    };
    CHECK(access_at(layout::size() - 4));
    CHECK_FALSE(access_at(layout::size()));
    CHECK_FALSE(access_at(layout::size() - 2));
    CHECK_FALSE(access_at(0xffff'fffc));
    CHECK_FALSE(access_at(2));
}

namespace {

/// The library's link with one wrong result.
template <rpmsg::vring_config Config> class lengthens_payloads : public fuzz::device<Config> {
  public:
    using fuzz::device<Config>::device;
    auto receive() -> rpmsg::rx_buffer {
        auto message = fuzz::device<Config>::receive();
        if (not message.payload.empty()) {
            message.payload = {message.payload.data(), message.payload.size() + 1};
        }
        return message;
    }
};
template <rpmsg::vring_config Config> class lends_too_much : public fuzz::driver<Config> {
  public:
    using fuzz::driver<Config>::driver;
    auto reserve() -> rpmsg::tx_buffer {
        auto room = fuzz::driver<Config>::reserve();
        if (room) {
            room.space = {room.space.data(), room.space.size() + 1};
        }
        return room;
    }
};
template <rpmsg::vring_config Config> class lends_twice : public fuzz::driver<Config> {
    rpmsg::tx_buffer last_{};

  public:
    using fuzz::driver<Config>::driver;
    auto reserve() -> rpmsg::tx_buffer {
        auto const room = fuzz::driver<Config>::reserve();
        last_ = room ? room : last_;
        return room ? room : last_;
    }
};

/// Runs a fuzz target with random inputs, without libFuzzer. Returns the number of the first input that fails.
auto first_failure(auto const& target, std::uint32_t limit) -> std::uint32_t {
    auto random = std::uint64_t{0x1234'5678'9abc'def1};
    auto input = std::vector<std::uint8_t>(400);
    for (std::uint32_t run = 1; run <= limit; ++run) {
        for (auto& each : input) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            each = static_cast<std::uint8_t>(random >> 32);
        }
        if (not target(input.data(), input.size())) {
            return run;
        }
    }
    return limit + 1;
}

} // namespace

TEST_CASE("The fuzz targets find a payload and a room that are one byte too long, a buffer lent twice") {
    constexpr auto limit = 20000u;
    CHECK(first_failure(fuzz::play_any<lengthens_payloads>, limit) <= limit);
    CHECK(first_failure(fuzz::play_any<lends_too_much>, limit) <= limit);
    CHECK(first_failure(fuzz::play_any<lends_twice>, limit) <= limit);
}

TEST_CASE("The fuzz targets find nothing in the shipped rings") {
    CHECK(first_failure(fuzz::play_any<fuzz::device>, 3000) == 3001);
    CHECK(first_failure(fuzz::play_any<fuzz::driver>, 3000) == 3001);
}
