#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>

#include "ring_play.hpp"
#include <string_view>

namespace {

constexpr auto acknowledged = fuzz::with(rpmsg::wire::dialects::rpmsg);
constexpr auto silent = fuzz::with(rpmsg::wire::dialects::linux_virtio, true);

/// A channel with a pool against a peer that keeps to the rings and says what the input says: announcements, messages
/// to anybody from anybody. Handlers answer, hold, create and destroy. At the end the link still carries messages.
template <rpmsg::vring_config Base> auto converse(std::uint8_t const* data, std::size_t size) -> void {
    static constexpr auto config = [] {
        auto made = Base;
        made.buffer_size = 128;
        return made;
    }();
    using layout = rpmsg::vring_layout<config>;
    static auto* const memory = static_cast<std::byte*>(::operator new (layout::size(), std::align_val_t{64}));
    std::memset(memory, 0, layout::size());
    auto const shared = rpmsg::mapped_region<>{memory, layout::size()};
    auto peer = rpmsg::vring_driver<config>{shared};
    using victim_channel = rpmsg::channel<rpmsg::vring_device<config>, rpmsg::endpoint_pool<4, 2>>;
    auto victim = victim_channel{rpmsg::vring_device<config>{shared}};
    auto bytes = fuzz::input{data, size};
    auto kept = std::vector<rpmsg::held_message>{};
    auto made = std::vector<std::uint32_t>{};
    auto alive = 0u;
    auto final_messages = 0u;

    struct service {
        fuzz::input* bytes;
        victim_channel* channel;
        std::vector<rpmsg::held_message>* kept;
        std::vector<std::uint32_t>* made;
        unsigned* final_messages;
        bool is_final{};
        auto operator()(rpmsg::link_ref link, rpmsg::message const& m) -> void {
            if (is_final) {
                ++*final_messages;
                return;
            }
            switch (bytes->take() % 6) {
            case 0: (void)link.reply(m, m.payload); break;
            case 1: (void)link.send(m.payload); break;
            case 2: kept->push_back(link.hold(m)); break;
            case 3:
                if (not made->empty()) {
                    (void)channel->destroy((*made)[bytes->take() % made->size()]);
                }
                break;
            case 4: (void)channel->poll(); break;
            default: break;
            }
        }
    };
    auto handler = service{&bytes, &victim, &kept, &made, &final_messages};

    constexpr std::array<std::string_view, 4> names{"a", "bb", "ccc", ""};
    auto const create = [&] {
        auto const local = bytes.take();
        auto const where = local < 128 ? rpmsg::any_address : rpmsg::address{1020u + local % 16};
        if (auto const id = victim.create(names[bytes.take() % 4], handler, rpmsg::endpoint_addresses{.local = where}); id) {
            made.push_back(*id);
        }
    };
    auto const send = [&](std::uint32_t to, std::uint32_t from, std::uint16_t length, auto const& fill) {
        auto const room = peer.reserve();
        if (room) {
            auto const fits = std::min<std::size_t>(length, room.space.size());
            fill(room.space.first(fits));
            (void)peer.commit(room, {.source = rpmsg::address{from},
                                     .destination = rpmsg::address{to},
                                     .length = static_cast<std::uint16_t>(fits)});
        }
    };
    auto const run = [&] {
        for (auto i = 0; i < 4; ++i) {
            (void)peer.poll(0);
            victim.notify();
            (void)victim.poll();
            for (auto got = peer.receive(); got.outcome == rpmsg::rx_outcome::message; got = peer.receive()) {
                peer.release(got.token);
            }
            peer.flush();
        }
    };
    rpmsg::expects(victim.start().has_value() and peer.start().has_value());
    run();
    run();
    rpmsg::expects(victim.is_up());

    for (auto step = 0; step < 100 and not bytes.is_empty(); ++step) {
        switch (bytes.take() % 8) {
        case 0: create(); break;
        case 1:
            if (not made.empty()) {
                (void)victim.destroy(made[bytes.take() % made.size()]);
            }
            break;
        case 2:
            if (not kept.empty()) {
                kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(bytes.take() % kept.size()));
            }
            break;
        case 3:
        case 4: // an announcement, right or nearly so
            send(53, bytes.number(), bytes.take() < 230 ? 40 : bytes.take(), [&](rpmsg::bytes room) {
                std::fill(room.begin(), room.end(), std::byte{});
                if (room.size() == 40) {
                    auto const name = names[bytes.take() % 3];
                    std::memcpy(room.data(), name.data(), name.size());
                    rpmsg::store(room.subspan(32), bytes.number());
                    rpmsg::store(room.subspan(36), bytes.take() % 4u);
                }
                for (auto changes = bytes.take() % 4; changes > 0 and not room.empty(); --changes) {
                    room[bytes.take() % room.size()] = static_cast<std::byte>(bytes.take());
                }
            });
            break;
        case 5:
            send(bytes.take() < 200 ? 1024u + bytes.take() % 16 : bytes.number(), bytes.number(), bytes.take(),
                 [&](rpmsg::bytes room) { std::fill(room.begin(), room.end(), static_cast<std::byte>(bytes.take())); });
            break;
        default: run(); break;
        }
        alive = 0;
        for (auto i = 0u; i < victim.endpoint_table().size(); ++i) {
            alive += victim.endpoint_table().is_live(i) ? 1 : 0;
        }
        rpmsg::expects(alive <= 4 and victim.is_up());
    }

    // Nothing is lost: every buffer still carries a message.
    kept.clear();
    handler.is_final = true;
    for (auto const each : made) {
        (void)victim.destroy(each);
    }
    run();
    auto const last = victim.create("", handler, rpmsg::endpoint_addresses{.local = rpmsg::address{7}});
    rpmsg::expects(last.has_value());
    for (auto i = 0u; i < 2u * config.buffers + 1; ++i) {
        send(7, 9, 4, [](rpmsg::bytes) {});
        run();
    }
    rpmsg::expects(final_messages == 2u * config.buffers + 1);
}

} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size > 0) {
        data[0] % 2 == 0 ? converse<acknowledged>(data + 1, size - 1) : converse<silent>(data + 1, size - 1);
    }
    return 0;
}
