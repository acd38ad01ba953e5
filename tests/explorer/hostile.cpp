#include <catch2/catch_test_macros.hpp>

#include "report.hpp"
#include "stage.hpp"
#include <array>
#include <cstdint>
#include <span>
#include <type_traits>

namespace {

using namespace stage;

/// Every loop of one call must end: no call makes more accesses than this.
constexpr auto accesses_of_a_call = std::uint32_t{120};

/// Counts accesses, for the bound above.
class counted_region : public explored_region {
    std::uint32_t* accesses_;

  public:
    counted_region(explored_memory& memory, std::uint32_t& accesses) : explored_region{memory}, accesses_{&accesses} {}
    template <rpmsg::site Site, typename T> [[nodiscard]] auto load(std::uint32_t offset) -> T {
        ++*accesses_;
        return explored_region::load<Site, T>(offset);
    }
    template <rpmsg::site Site, typename T> auto store(std::uint32_t offset, T value) -> void {
        ++*accesses_;
        explored_region::store<Site>(offset, value);
    }
};

/// Hands out views that begin too early: a bug for the checks below to find.
class shifted_region : public counted_region {
  public:
    using counted_region::counted_region;
    [[nodiscard]] auto view(std::uint32_t offset, std::uint32_t size) -> rpmsg::bytes {
        return counted_region::view(offset < 64 ? 0 : offset - 64, size);
    }
};

struct no_bell {
    auto ring(std::uint32_t) -> bool { return true; }
};

/// One end of a link whose peer may have written anything, at any load: every value of a small domain each time. It uses
/// the link for some steps; whatever happens, its accounting must hold and nothing may leave the buffers.
template <template <rpmsg::vring_config, typename, typename, typename> typename End, rpmsg::vring_config Config,
          typename Region>
class victim {
    using layout = rpmsg::vring_layout<Config>;
    using end = End<Config, Region, no_bell, layout>;
    static constexpr bool is_device = std::is_same_v<end, rpmsg::vring_device<Config, Region, no_bell, layout>>;
    using peer = std::conditional_t<is_device, rpmsg::vring_driver<Config, Region, no_bell, layout>,
                                    rpmsg::vring_device<Config, Region, no_bell, layout>>;

    static constexpr auto theirs_at_start = is_device ? std::uint32_t{Config.buffers} : std::uint32_t{};

    explorer engine_;
    explored_memory memory_{engine_, layout::size()};
    std::uint32_t accesses_{};
    end end_{Region{memory_, accesses_}, no_bell{}};

    /// Buffers that are not ours must be those that were given and did not come back.
    auto check_queue(auto const& queue) -> void {
        auto ours = std::uint32_t{};
        for (std::uint32_t id = 0; id < Config.buffers; ++id) {
            ours += queue.owns(id) ? 1u : 0u;
        }
        auto const moved = static_cast<std::int16_t>(queue.given() - queue.taken());
        engine_.check(Config.buffers - ours == theirs_at_start + static_cast<std::uint32_t>(moved),
                      "buffers and indices do not agree");
    }
    auto check_bounds(rpmsg::const_bytes part) -> void {
        auto const start = static_cast<std::uint64_t>(part.data() - memory_.view(0, layout::size()).data());
        engine_.check(start >= layout::buffers and start + part.size() <= layout::size(),
                      "memory outside of the buffers was handed out");
    }
    auto call(auto&& f) {
        accesses_ = 0;
        auto const outcome = f();
        engine_.check(accesses_ <= accesses_of_a_call, "a call does not end");
        check_queue(end_.tx_queue());
        check_queue(end_.rx_queue());
        accesses_ = 0;
        return outcome;
    }
    auto step() -> void {
        (void)call([&] { return end_.poll(0); });
        auto const room = call([&] { return end_.reserve(); });
        if (room) {
            check_bounds(room.space);
            call([&] {
                end_.commit(room, {.source = rpmsg::address{1}, .destination = rpmsg::address{2}, .length = 1});
                return 0;
            });
        } else {
            (void)call([&] { return end_.writable(); });
        }
        auto const message = call([&] { return end_.receive(); });
        if (message.outcome == rpmsg::rx_outcome::message) {
            check_bounds(message.payload);
            call([&] {
                end_.release(message.token);
                return 0;
            });
        }
    }

  public:
    explicit victim(std::span<std::uint32_t const> values) {
        auto other = peer{Region{memory_, accesses_}, no_bell{}};
        rpmsg::expects(end_.start().has_value() and other.start().has_value());
        for (auto i = 0; i < 8; ++i) {
            (void)end_.poll(0);
            (void)other.poll(0);
        }
        rpmsg::expects(end_.is_up());
        memory_.lie_to(0, values);
        engine_.keep(std::as_writable_bytes(std::span{&end_, 1}));
        engine_.keep(std::as_writable_bytes(std::span{&accesses_, 1}));
    }

    auto run(std::uint32_t steps) -> exploration {
        engine_.add_core("victim", [this, steps] {
            for (std::uint32_t i = 0; i < steps; ++i) {
                step();
            }
        });
        return engine_.run();
    }
};

/// One queue alone, whose user remembers by itself what it holds.
template <template <rpmsg::vring_config, rpmsg::detail::ring_role> typename Queue, rpmsg::vring_config Config,
          rpmsg::detail::ring_role Role>
auto use_queue(std::uint32_t steps, std::span<std::uint32_t const> lies) -> exploration {
    constexpr auto starts_full = Role == rpmsg::detail::ring_role::driver;
    auto engine = explorer{};
    auto memory = explored_memory{engine, 256};
    memory.lie_to(0, lies);
    struct {
        Queue<Config, Role> queue;
        std::array<bool, Config.buffers> held;
    } state{};
    engine.keep(std::as_writable_bytes(std::span{&state, 1}));
    engine.add_core("victim", [&] {
        auto shared = explored_region{memory};
        constexpr auto at = rpmsg::wire::place_vring(0, Config.buffers, 4);
        state.queue.reset(0, 0xfffe, 0xfffe, starts_full);
        state.held.fill(starts_full);
        for (std::uint32_t i = 0; i < steps; ++i) {
            auto const got = state.queue.pop(shared, at);
            if (got.outcome == rpmsg::detail::pop_outcome::taken) {
                engine.check(got.id < Config.buffers and not state.held[got.id], "a buffer came back twice");
                state.held[got.id] = true;
            }
            auto const id = engine.pick(Config.buffers + 1);
            if (id < Config.buffers and state.held[id]) {
                state.queue.push(shared, at, id, 16);
                state.held[id] = false;
                (void)state.queue.publish(shared, at);
            }
            (void)state.queue.enable_notification(shared, at);
            for (std::uint32_t each = 0; each < Config.buffers; ++each) {
                engine.check(state.queue.owns(each) == state.held[each], "the queue forgot what it holds");
            }
        }
    });
    return engine.run();
}

/// Believes every id.
template <rpmsg::vring_config Config, rpmsg::detail::ring_role Role>
struct trusting_queue : rpmsg::detail::virtqueue<Config, Role> {
    auto pop(auto& shared, rpmsg::wire::vring_parts const& at) -> rpmsg::detail::popped_buffer {
        auto got = rpmsg::detail::virtqueue<Config, Role>::pop(shared, at);
        if (got.outcome == rpmsg::detail::pop_outcome::bad_id) {
            got = {.outcome = rpmsg::detail::pop_outcome::taken};
        }
        return got;
    }
};

using rpmsg::detail::ring_role;
using rpmsg::detail::virtqueue;

template <bool EventIndex> constexpr auto one = config<1, EventIndex>;
template <bool EventIndex> constexpr auto two = config<2, EventIndex>;

/// Values near what is right, and far from it: indices, ids, lengths, and where the first buffer lies.
template <rpmsg::vring_config Config>
constexpr auto lies = std::array{0u, 1u, 2u, 20u, 0xffffu, 0x1'0000u, rpmsg::vring_layout<Config>::buffers, 0xffff'fffcu};
template <rpmsg::vring_config Config> constexpr auto few_lies = std::array{0u, 1u, 20u, rpmsg::vring_layout<Config>::buffers};
constexpr auto queue_lies = std::array{0u, 1u, 2u, 0x8000u, 0xfffeu, 0xffffu, 0x1'0000u, 0xffff'ffffu};

template <rpmsg::vring_config Config>
auto expect_safe(campaign& runs, std::uint32_t steps, std::span<std::uint32_t const> values) -> void {
    runs.expect_clean("device", victim<rpmsg::vring_device, Config, counted_region>{values}.run(steps));
    runs.expect_clean("driver", victim<rpmsg::vring_driver, Config, counted_region>{values}.run(steps));
}

} // namespace

TEST_CASE("exhaustive, hostile: one queue keeps its accounting whatever the peer's words are") {
    auto runs = campaign{};
    constexpr auto steps = 6u;
    runs.expect_clean("device, flags", use_queue<virtqueue, two<false>, ring_role::device>(steps, queue_lies));
    runs.expect_clean("device, event index", use_queue<virtqueue, two<true>, ring_role::device>(steps, queue_lies));
    runs.expect_clean("driver, flags", use_queue<virtqueue, two<false>, ring_role::driver>(steps, queue_lies));
    runs.expect_clean("driver, event index", use_queue<virtqueue, two<true>, ring_role::driver>(steps, queue_lies));
}

TEST_CASE("exhaustive, hostile: both ends keep accounting and bounds whatever the peer's words are") {
    auto runs = campaign{};
    expect_safe<one<false>>(runs, 1, lies<one<false>>);
    expect_safe<one<true>>(runs, 1, lies<one<true>>);
    expect_safe<two<true>>(runs, 1, few_lies<two<true>>);
    expect_safe<one<false>>(runs, 2, few_lies<one<false>>);
    expect_safe<two<false>>(runs, 3, std::array{0u, 1u});
}

TEST_CASE("seeded bug: a queue that believes every id is found") {
    CHECK_FALSE(use_queue<trusting_queue, two<false>, ring_role::driver>(3, queue_lies).is_clean());
    CHECK_FALSE(use_queue<trusting_queue, two<false>, ring_role::device>(3, queue_lies).is_clean());
}

TEST_CASE("seeded bug: a view that leaves the buffers is found") {
    CHECK_FALSE(victim<rpmsg::vring_device, one<false>, shifted_region>{lies<one<false>>}.run(1).is_clean());
    CHECK_FALSE(victim<rpmsg::vring_driver, one<false>, shifted_region>{lies<one<false>>}.run(1).is_clean());
}

TEST_CASE("exhaustive, hostile: two buffers, more values and more steps", "[.nightly]") {
    auto runs = campaign{};
    expect_safe<two<true>>(runs, 1, lies<two<true>>);
    expect_safe<two<true>>(runs, 2, few_lies<two<true>>);
}
