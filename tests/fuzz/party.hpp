#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint_pool.hpp>

#include "ring_play.hpp"
#include <cstdint>
#include <utility>
#include <vector>

namespace fuzz {

/// One side of a link, with a service that both sides have by name and by address: it does with each message what the input
/// says. Once `is_final` it only counts them.
template <typename Transport> class party {
    struct service {
        input* bytes;
        std::vector<rpmsg::held_message> kept{};
        unsigned heard{};
        bool is_final{};

        auto operator()(rpmsg::link_ref link, rpmsg::message const& m) -> void {
            ++heard;
            switch (is_final ? 3 : bytes->take() % 4) {
            case 0: (void)link.reply(m, m.payload); break;
            case 1: (void)link.send(m.payload); break;
            case 2: kept.push_back(link.hold(m)); break;
            default: break;
            }
        }
    };

    rpmsg::channel<Transport, rpmsg::endpoint_pool<2, 2>> channel_;
    service service_;
    std::uint32_t named_;
    std::uint32_t placed_;

  public:
    party(Transport transport, input& bytes) : channel_{std::move(transport)}, service_{&bytes} {
        named_ = *channel_.create("service", service_);
        placed_ =
            *channel_.create("", service_, rpmsg::endpoint_addresses{.local = rpmsg::address{7}, .peer = rpmsg::address{7}});
        rpmsg::expects(channel_.start().has_value());
    }

    auto operator->() { return &channel_; }
    [[nodiscard]] auto heard() const -> unsigned { return service_.heard; }

    auto send(std::size_t size, bool by_name = false) -> bool {
        static constexpr auto content = std::array<std::byte, 64>{std::byte{0x7d}, std::byte{}, std::byte{0x7e}};
        return channel_.at(by_name ? named_ : placed_).send(rpmsg::const_bytes{content}.first(size % 65)).has_value();
    }
    /// Does one thing that a program may do.
    auto act(input& bytes) -> void {
        switch (bytes.take() % 8) {
        case 0: service_.kept.clear(); break;
        case 1:
            if (not service_.kept.empty()) {
                service_.kept.erase(service_.kept.begin());
            }
            break;
        case 2: (void)channel_.at(placed_).reserve(); break;
        case 3: channel_.close(); [[fallthrough]];
        case 4: (void)channel_.start(); break;
        default: (void)send(bytes.take(), bytes.take() % 2 == 0); break;
        }
    }
    /// From now on nothing is left to the input.
    auto settle(bool restarts) -> void {
        service_.kept.clear();
        service_.is_final = true;
        if (restarts) {
            channel_.close();
        }
        rpmsg::expects(channel_.start().has_value());
    }
};

/// Over sound wires, on which `turn` lets a tick pass, both sides come up, and come to rest.
auto come_up(auto& one, auto& other, auto const& turn) -> void {
    auto quiet = 0;
    for (auto i = 0; i < 5000 and quiet < 4; ++i) {
        auto const now = turn();
        auto const is_quiet =
            one->is_up() and other->is_up() and not one->next_deadline(now).is_set and not other->next_deadline(now).is_set;
        quiet = is_quiet ? quiet + 1 : 0;
    }
    rpmsg::expects(quiet == 4);
}

/// Nothing is lost: both sides, started again where the wires brought what none had sent, come up, and
/// every buffer carries messages.
auto talk(auto& one, auto& other, bool restarts, auto const& turn) -> void {
    one.settle(restarts);
    other.settle(restarts);
    come_up(one, other, turn);
    auto const before = std::pair{one.heard(), other.heard()};
    constexpr auto messages = 12u;
    for (auto i = 0u; i < messages; ++i) {
        rpmsg::expects(one.send(i) and other.send(i));
        for (auto j = 0; j < 8; ++j) {
            turn();
        }
    }
    rpmsg::expects(one.heard() == before.first + messages and other.heard() == before.second + messages);
}

} // namespace fuzz
