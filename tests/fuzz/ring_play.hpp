#pragma once

#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/testing/explorer/site_name.hpp>
#include <rpmsg/testing/regions/counting_region.hpp>
#include <rpmsg/testing/regions/hostile_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include "../transport/device_table.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace fuzz {

/// The bytes of one run; zeros when they are used up.
class input {
    std::uint8_t const* data_;
    std::size_t size_;

  public:
    input(std::uint8_t const* data, std::size_t size) : data_{data}, size_{size} {}
    [[nodiscard]] auto is_empty() const -> bool { return size_ == 0; }
    template <typename T = std::uint8_t> auto take() -> T {
        auto value = T{};
        auto const size = std::min(sizeof(T), size_);
        std::memcpy(&value, data_, size);
        data_ += size;
        size_ -= size;
        return value;
    }
    /// A number that is often one that matters.
    auto number() -> std::uint32_t {
        auto const kind = take();
        if (kind < 160) {
            return kind % 80;
        }
        return kind < 220 ? take<std::uint16_t>() : take<std::uint32_t>();
    }
};

/// What the peer's loads answer: as the memory is, or what the input says.
struct liar {
    std::byte* memory{};
    input* bytes{};
    bool lies{};

    auto operator()(rpmsg::testing::memory_access const& what) -> void {
        if (not lies or what.kind != rpmsg::testing::access_kind::load or not rpmsg::testing::loads_from_peer(what.where)) {
            return;
        }
        auto const mood = bytes->take();
        if (mood < 96) {
            return;
        }
        auto value = std::uint32_t{};
        std::memcpy(&value, memory + what.offset, what.size);
        value = mood < 176 ? value + (mood & 7) - 2 : bytes->number();
        std::memcpy(memory + what.offset, &value, what.size);
    }
};

template <rpmsg::vring_config Config> using layout_of = rpmsg::vring_layout<Config>;
using scripted = rpmsg::testing::counting_region<rpmsg::testing::hostile_region<rpmsg::mapped_region<>, liar>>;

/// One end of a link against a peer that the input plays. `Link` is `vring_device` or `vring_driver` over a `scripted` region.
/// Answers whether all that must hold did hold.
template <rpmsg::vring_config Config, typename Link> auto play(std::uint8_t const* data, std::size_t size) -> bool {
    using layout = layout_of<Config>;
    static constexpr auto count = Config.buffers;
    // Exactly as long as the block, so that the sanitizer sees the next byte.
    static auto* const memory = static_cast<std::byte*>(::operator new (layout::size(), std::align_val_t{64}));
    std::memset(memory, 0, layout::size());
    put_device_table<Config>(
        [](std::uint32_t offset, std::uint32_t word) { std::memcpy(memory + offset, &word, sizeof(word)); });
    {
        auto const honest = rpmsg::mapped_region<>{memory, layout::size()};
        auto driver = rpmsg::vring_driver<Config, rpmsg::mapped_region<>>{honest};
        (void)driver.start();
        (void)driver.poll(0);
    }

    auto bytes = input{data, size};
    auto script = liar{memory, &bytes, false};
    auto counts = rpmsg::testing::access_counts{};
    auto link = Link{scripted{{rpmsg::mapped_region<>{memory, layout::size()}, script}, counts}};
    auto held = std::vector<rpmsg::rx_buffer>{};
    auto rooms = std::vector<rpmsg::tx_buffer>{};
    auto holds = true;
    auto const must = [&](bool condition) { holds = holds and condition; };
    auto const work = [&](std::uint32_t bound) { must(counts.loads() <= bound); };
    auto const inside = [&](auto span) {
        auto const* const start = reinterpret_cast<std::byte const*>(span.data());
        return start >= memory + layout::buffer(0, 0) and start + span.size() <= memory + layout::size();
    };

    // What the header of a frame said when it was read.
    auto const length_before = [](rpmsg::const_bytes payload) {
        auto length = std::uint16_t{};
        std::memcpy(&length, payload.data() - 4, sizeof(length));
        return length;
    };

    (void)link.start();
    link.notify(0);
    (void)link.poll(0);
    script.lies = true;
    auto now = rpmsg::ticks{};
    for (auto step = 0; step < 200 and not bytes.is_empty() and holds; ++step) {
        counts.clear();
        counts.begin_decision();
        auto const action = bytes.take();
        switch (action & 7) {
        case 0:
            now += action;
            if (link.poll(now).event == rpmsg::link_event::down) {
                held.clear();
                rooms.clear();
            }
            work(64);
            break;
        case 1:
        case 2: {
            auto const message = link.receive();
            work(16);
            must(counts.double_fetches() == 0);
            if (message.outcome == rpmsg::rx_outcome::message) {
                must(message.payload.size() == length_before(message.payload) and inside(message.payload));
                auto const is_new =
                    std::none_of(held.begin(), held.end(), [&](auto const& it) { return it.token.id == message.token.id; });
                must(is_new and message.token.id < count and held.size() < count);
                auto sum = 0u; // all of it may be read
                for (auto const each : message.payload) {
                    sum += static_cast<std::uint32_t>(each);
                }
                must(sum <= 255 * message.payload.size());
                held.push_back(message);
            }
            break;
        }
        case 3:
            if (not held.empty()) {
                auto const which = static_cast<std::size_t>(action >> 3) % held.size();
                link.release(held[which].token);
                must(counts.double_fetches() == 0);
                held.erase(held.begin() + static_cast<std::ptrdiff_t>(which));
            }
            break;
        case 4: {
            auto const room = link.reserve();
            work(16 * (count + 1));
            // What the index had told of was of no use: it may be looked at again, which is another decision.
            must(counts.double_fetches() == 0 or
                 (counts.double_fetches() <= count and counts.double_fetched() == rpmsg::site::peer_index));
            if (room) {
                auto const is_new =
                    std::none_of(rooms.begin(), rooms.end(), [&](auto const& it) { return it.token == room.token; });
                must(is_new and inside(room.space) and room.space.size() <= link.tx_limit() and rooms.size() < count);
                std::fill(room.space.begin(), room.space.end(), std::byte{0x55});
                rooms.push_back(room);
            }
            break;
        }
        case 5:
            if (not rooms.empty()) {
                auto const length = static_cast<std::uint16_t>(bytes.number());
                auto const room = rooms.back();
                if (length > room.space.size()) {
                    link.discard(room);
                } else {
                    (void)link.commit(room, {.length = length});
                }
                must(counts.double_fetches() == 0);
                rooms.pop_back();
            }
            break;
        case 6:
            (void)link.writable();
            must(counts.double_fetches() == 0);
            must(link.in_flight() <= count);
            link.flush();
            break;
        default:
            if (action < 0xf0) {
                link.notify(bytes.take<std::uint32_t>());
            } else {
                link.close();
                held.clear();
                rooms.clear();
                (void)link.start();
            }
            break;
        }
    }
    return holds;
}

constexpr auto with(rpmsg::wire::dialect dialect, bool event_index = false) -> rpmsg::vring_config {
    auto config = rpmsg::vring_config{.buffers = 4, .buffer_size = 64};
    config.dialect = dialect;
    config.event_index = event_index;
    return config;
}

template <rpmsg::vring_config Config> using device = rpmsg::vring_device<Config, scripted>;
template <rpmsg::vring_config Config> using driver = rpmsg::vring_driver<Config, scripted>;

/// The first byte of the input says which dialect.
template <template <rpmsg::vring_config> typename Link> auto play_any(std::uint8_t const* data, std::size_t size) -> bool {
    namespace dialects = rpmsg::wire::dialects;
    if (size == 0) {
        return true;
    }
    switch (data[0] % 5) {
    case 0: return play<with(dialects::openamp), Link<with(dialects::openamp)>>(data + 1, size - 1);
    case 1: return play<with(dialects::linux_virtio, true), Link<with(dialects::linux_virtio, true)>>(data + 1, size - 1);
    case 2: return play<with(dialects::rpmsg_lite), Link<with(dialects::rpmsg_lite)>>(data + 1, size - 1);
    case 3: return play<with(dialects::rpmsg), Link<with(dialects::rpmsg)>>(data + 1, size - 1);
    default: return play<with(dialects::linux_virtio), Link<with(dialects::linux_virtio)>>(data + 1, size - 1);
    }
}

} // namespace fuzz
