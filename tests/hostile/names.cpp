#include <rpmsg/framework/endpoint_pool.hpp>
#include <rpmsg/platform/mapped_region.hpp>
#include <rpmsg/transport/vring_device.hpp>
#include <rpmsg/transport/vring_driver.hpp>

#include <catch2/catch_test_macros.hpp>

#include "rig.hpp"
#include <algorithm>
#include <functional>
#include <map>
#include <set>

using namespace hostile;
namespace wire = rpmsg::wire;
using wire::announcement_kind;

namespace {

auto announcement(std::string_view name, std::uint32_t where, announcement_kind kind) -> std::vector<std::byte> {
    auto payload = std::vector<std::byte>(sizeof(wire::announcement));
    rpmsg::store(payload, wire::announce(name, rpmsg::address{where}, kind));
    return payload;
}
auto hear(rig& r, rpmsg::const_bytes payload) -> void {
    REQUIRE(r.send_to_victim(rpmsg::name_service_address, payload));
    r.poll_victim();
    r.poll_peer();
}
auto drops_announcement(std::vector<std::byte> const& payload) -> void {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        auto const before = r->counted(counter::bad_announcement);
        hear(*r, payload);
        CHECK(r->counted(counter::bad_announcement) == before + 1u);
        CHECK(r->victim_echo_peer() == rpmsg::any_address);
        CHECK(r->named_box.events.empty());
        CHECK(r->carries(9));
    }
}

/// A channel with a pool on one side; the other side sends the announcements of the test.
class pool_link {
    static constexpr auto config = rpmsg::vring_config{.buffers = 8, .buffer_size = 128};
    using layout = rpmsg::vring_layout<config>;
    guarded_memory memory_{layout::size()};

  public:
    struct service {
        std::function<void(rpmsg::link_ref&, rpmsg::message const&)> act{};
        std::uint32_t got{};
        auto operator()(rpmsg::link_ref link, rpmsg::message const& m) -> void {
            ++got;
            if (act) {
                act(link, m);
            }
        }
    };
    rpmsg::mapped_region<> region{memory_.content().data(), memory_.size()};
    rpmsg::channel<rpmsg::vring_device<config>, rpmsg::endpoint_pool<8, 4>> victim{rpmsg::vring_device<config>{region}};
    rpmsg::channel<rpmsg::vring_driver<config>, rpmsg::endpoint_pool<8, 4>> peer{rpmsg::vring_driver<config>{region}};
    service victim_service{}, peer_service{};

    pool_link() {
        REQUIRE(victim.start());
        REQUIRE(peer.start());
        run();
        REQUIRE((victim.is_up() and peer.is_up()));
    }
    ~pool_link() { CHECK(memory_.is_intact()); }
    pool_link(pool_link const&) = delete;
    auto operator=(pool_link const&) -> pool_link& = delete;

    auto run() -> void {
        for (auto i = 0; i < 8; ++i) {
            peer.poll();
            victim.poll();
        }
    }
    auto say(rpmsg::const_bytes payload) -> void {
        auto const speaker = peer.create("", peer_service);
        REQUIRE(speaker);
        REQUIRE(peer.at(*speaker).send_to(rpmsg::name_service_address, payload));
        victim.poll();
        peer.poll();
        REQUIRE(peer.destroy(*speaker));
    }
};

} // namespace

TEST_CASE("case 67: a message shorter than a header is dropped") {
    for (auto const& r : driver_rigs()) {
        expect_drop(*r, counter::bad_length, [](rig& it) {
            it.raw.set(it.peer_entry(0, it.raw.get<std::uint16_t>(it.peer_index(0)) - 1u) + 4, std::uint32_t{15});
        });
    }
    for (auto const& r : device_rigs()) {
        expect_descriptor_drop(*r, counter::bad_descriptor, [](rig& it) {
            auto d = it.raw.read_descriptor(1, it.last_id(1));
            d.length = 15;
            it.raw.write_descriptor(1, it.last_id(1), d);
        });
    }
}

TEST_CASE("case 68: a message to nobody is dropped and its buffer returned") {
    for (auto const where : {0u, 52u, 54u, 0x101u, 1023u, 1024u + 99u, 0x7fff'ffffu, 0xffff'fffeu}) {
        for (auto const& r : all_rigs()) {
            expect_drop(*r, counter::no_endpoint, [&](rig& it) { it.raw.set(it.last_frame(it.rx_ring()) + 4, where); });
        }
    }
}

TEST_CASE("case 69: the any-address as source or destination is dropped") {
    for (auto const field : {0u, 4u}) {
        for (auto const& r : all_rigs()) {
            expect_drop(*r, counter::bad_address,
                        [&](rig& it) { it.raw.set(it.last_frame(it.rx_ring()) + field, 0xffff'ffffu); });
        }
    }
}

TEST_CASE("case 70: an endpoint with a fixed peer rejects everybody else") {
    for (auto const source : {0u, 53u, 0x100u, 0x201u, 0xffff'fffeu}) {
        for (auto const& r : all_rigs()) {
            expect_drop(*r, counter::wrong_peer, [&](rig& it) { it.raw.set(it.last_frame(it.rx_ring()), source); });
        }
    }
}

TEST_CASE("case 70: who is bound learns no other peer from a message") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->send_to_victim(rpmsg::address{0x300}, some_bytes(1, 4)));
        REQUIRE(r->send_to_victim(rpmsg::address{0x300}, some_bytes(1, 4)));
        r->raw.set(r->last_frame(r->rx_ring()), std::uint32_t{0x999});
        r->poll_victim();
        REQUIRE(r->learning_box.letters.size() == 2);
        CHECK(r->learning_box.letters[1].source == rpmsg::address{0x999});
        CHECK(r->learning_box.count(rpmsg::event_kind::bound) == 1);
        CHECK(r->learning_box.count(rpmsg::event_kind::unbound) == 0);
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 71: unknown flags and a reserved word that is not 0 are ignored") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        REQUIRE(r->send_to_victim(rpmsg::address{0x100}, some_bytes(1, 8)));
        r->raw.set(r->last_frame(r->rx_ring()) + 8, 0xffff'ffffu);
        r->raw.set(r->last_frame(r->rx_ring()) + 14, std::uint16_t{0xffff});
        r->poll_victim();
        REQUIRE(r->victim_box.letters.size() == 1);
        CHECK(r->victim_box.letters[0].payload == some_bytes(1, 8));
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 72: an empty payload is delivered") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        for (auto i = 0; i < 9; ++i) {
            REQUIRE(r->send_to_victim(rpmsg::address{0x100}, {}));
            REQUIRE(r->send_from_victim({}));
            r->poll_victim();
            r->poll_peer();
        }
        CHECK(r->victim_box.letters.size() == 9);
        CHECK(r->peer_box.letters.size() == 9);
        CHECK(r->victim_box.letters[0].payload.empty());
    }
}

TEST_CASE("case 73: an announcement that is not 40 bytes long is dropped") {
    auto const good = announcement("echo", 0x444, announcement_kind::create);
    for (auto const size : {0u, 1u, 32u, 39u, 41u, 48u}) {
        auto payload = good;
        payload.resize(size);
        drops_announcement(payload);
    }
}

TEST_CASE("case 74: a name without NUL ends after 32 characters") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        auto payload = announcement("echo", 0x444, announcement_kind::create);
        std::fill_n(payload.begin(), 32, std::byte{'e'});
        hear(*r, payload);
        CHECK(r->counted(counter::bad_announcement) == 0);
        CHECK(r->victim_echo_peer() == rpmsg::any_address);
        payload = announcement("echo", 0x444, announcement_kind::create);
        std::fill_n(payload.begin() + 5, 27, std::byte{0xff}); // garbage after the NUL, as OpenAMP leaves it
        hear(*r, payload);
        CHECK(r->victim_echo_peer() == rpmsg::address{0x444});
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 74: a name without NUL is kept, found and forgotten like any other") {
    auto link = pool_link{};
    auto payload = announcement("x", 0x444, announcement_kind::create);
    std::fill_n(payload.begin(), 32, std::byte{'n'});
    link.say(payload);
    auto count = 0;
    link.victim.endpoint_table().unclaimed().for_each([&](std::string_view name, rpmsg::address) {
        CHECK(name.size() == 32);
        ++count;
    });
    CHECK(count == 1);
}

TEST_CASE("case 75: an empty name and control bytes are dropped") {
    auto payload = announcement("echo", 0x444, announcement_kind::create);
    payload[0] = std::byte{};
    drops_announcement(payload);
    for (auto const bad : {1, 0x1b, 0x1f, 0x7f, 0x80, 0xff, 0x0a}) {
        payload = announcement("echo", 0x444, announcement_kind::create);
        payload[3] = static_cast<std::byte>(bad);
        drops_announcement(payload);
    }
}

TEST_CASE("case 76: unknown flags of an announcement mean what the dialect says") {
    for (auto const& r : all_rigs()) {
        for (auto const flags : {2u, 3u, 4u, 0x8000'0000u, 0xffff'ffffu, 0xffff'fffeu}) {
            INFO(r->name << ", flags " << flags);
            auto payload = announcement("echo", 0x444, announcement_kind::create);
            hear(*r, payload);
            REQUIRE(r->victim_echo_peer() == rpmsg::address{0x444});
            rpmsg::store(rpmsg::bytes{payload}.subspan(36), flags);
            hear(*r, payload);
            // Acknowledged: not a destroy. Otherwise bit 0 destroys.
            auto const destroys = not r->config.dialect.acknowledged and (flags & 1) != 0;
            CHECK((r->victim_echo_peer() == rpmsg::any_address) == destroys);
            hear(*r, announcement("echo", 0x444, announcement_kind::destroy));
            CHECK(r->victim_echo_peer() == rpmsg::any_address);
        }
    }
}

TEST_CASE("case 77: a duplicate create binds once and is not taken over") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        hear(*r, announcement("echo", 0x444, announcement_kind::create));
        hear(*r, announcement("echo", 0x444, announcement_kind::create));
        hear(*r, announcement("echo", 0x555, announcement_kind::create));
        CHECK(r->victim_echo_peer() == rpmsg::address{0x444});
        CHECK(r->named_box.count(rpmsg::event_kind::bound) == 1);
        CHECK(r->named_box.count(rpmsg::event_kind::unbound) == 0);
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 78: a flood of announcements fills a fixed table and is counted") {
    auto link = pool_link{};
    for (auto i = 0u; i < 3000; ++i) {
        link.say(announcement("service-" + std::to_string(i), 2000 + i, announcement_kind::create));
    }
    auto waiting = 0;
    link.victim.endpoint_table().unclaimed().for_each([&](std::string_view, rpmsg::address) { ++waiting; });
    CHECK(waiting == 4);
    CHECK(link.victim.counts()[counter::table_full] == 3000 - 4);
    // The newest ones were kept, and one binds an endpoint that is created later.
    auto const made = link.victim.create("service-2998", link.victim_service);
    REQUIRE(made);
    link.run();
    CHECK(link.victim.at(*made).peer() == rpmsg::address{4998});
}

TEST_CASE("case 78: announcements that nobody wants do not hold buffers") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        for (auto i = 0u; i < 100; ++i) {
            hear(*r, announcement("stranger", 0x400 + i, i % 2 == 0 ? announcement_kind::create : announcement_kind::destroy));
        }
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 79: a destroy of an unknown service is ignored") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        hear(*r, announcement("stranger", 0x444, announcement_kind::destroy));
        hear(*r, announcement("echo", 0x444, announcement_kind::destroy)); // not bound
        hear(*r, announcement("echo", 0x444, announcement_kind::create));
        hear(*r, announcement("echo", 0x445, announcement_kind::destroy)); // bound to another
        CHECK(r->victim_echo_peer() == rpmsg::address{0x444});
        CHECK(r->named_box.count(rpmsg::event_kind::unbound) == 0);
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 80: destroy, then create with the same address: unbound once, bound again") {
    for (auto const& r : all_rigs()) {
        INFO(r->name);
        hear(*r, announcement("echo", 0x444, announcement_kind::create));
        r->named_box.events.clear();
        hear(*r, announcement("echo", 0x444, announcement_kind::destroy));
        hear(*r, announcement("echo", 0x444, announcement_kind::destroy));
        hear(*r, announcement("echo", 0x444, announcement_kind::create));
        CHECK(r->named_box.count(rpmsg::event_kind::unbound) == 1);
        CHECK(r->named_box.count(rpmsg::event_kind::bound) == 1);
        CHECK(r->victim_echo_peer() == rpmsg::address{0x444});
        CHECK(r->carries(9));
    }
}

TEST_CASE("case 81: announced addresses 53 and 0xFFFFFFFF are dropped, all others accepted") {
    for (auto const where : {53u, 0xffff'ffffu}) {
        auto payload = announcement("echo", where, announcement_kind::create);
        drops_announcement(payload);
    }
    for (auto const where : {0u, 1u, 30u, 52u, 54u, 1024u, 0x7fff'ffffu, 0xffff'fffeu}) {
        for (auto const& r : all_rigs()) {
            INFO(r->name << ", address " << where);
            hear(*r, announcement("echo", where, announcement_kind::create));
            CHECK(r->victim_echo_peer() == rpmsg::address{where});
        }
    }
}

TEST_CASE("case 82: a create that comes before its endpoint exists is not missed") {
    auto link = pool_link{};
    link.say(announcement("late", 0x777, announcement_kind::create));
    auto const made = link.victim.create("late", link.victim_service);
    REQUIRE(made);
    link.run();
    CHECK(link.victim.at(*made).peer() == rpmsg::address{0x777});
    // A name that was withdrawn before the endpoint is created does not bind it.
    link.say(announcement("gone", 0x778, announcement_kind::create));
    link.say(announcement("gone", 0x778, announcement_kind::destroy));
    auto const lonely = link.victim.create("gone", link.victim_service);
    REQUIRE(lonely);
    link.run();
    CHECK(link.victim.at(*lonely).peer() == rpmsg::any_address);
}

TEST_CASE("case 64: a message to an endpoint that was destroyed meanwhile is dropped and its buffer returned") {
    auto link = pool_link{};
    auto const there = link.victim.create("svc", link.victim_service);
    auto const here = link.peer.create("svc", link.peer_service);
    REQUIRE((there and here));
    link.run();
    REQUIRE(link.peer.at(*here).is_bound());
    auto const where = link.victim.at(*there).self();
    for (auto round = 0; round < 20; ++round) {
        REQUIRE(link.peer.at(*here).send_to(where, some_bytes(1, 8)));
        if (round == 0) {
            REQUIRE(link.victim.destroy(*there));
        }
        link.victim.poll();
        link.peer.poll();
    }
    CHECK(link.victim_service.got == 0);
    CHECK(link.victim.counts()[counter::no_endpoint] == 20);
    CHECK(link.victim.destroy(*there).error() == rpmsg::error::no_endpoint);
}

TEST_CASE("case 64: an endpoint that destroys itself in its handler gets no further message") {
    auto link = pool_link{};
    auto const there = link.victim.create("svc", link.victim_service);
    auto const here = link.peer.create("svc", link.peer_service);
    REQUIRE((there and here));
    link.run();
    auto const where = link.victim.at(*there).self();
    link.victim_service.act = [&](rpmsg::link_ref&, rpmsg::message const&) { (void)link.victim.destroy(*there); };
    for (auto i = 0; i < 3; ++i) {
        REQUIRE(link.peer.at(*here).send_to(where, some_bytes(1, 8)));
    }
    link.victim.poll();
    CHECK(link.victim_service.got == 1);
    CHECK(link.victim.counts()[counter::no_endpoint] == 2);
    link.run();
    // The place is used again with another address.
    link.victim_service.act = {};
    for (auto i = 0; i < 30; ++i) {
        auto const made = link.victim.create("svc", link.victim_service);
        REQUIRE(made);
        CHECK(link.victim.at(*made).self() != where);
        link.run();
        CHECK(link.victim.at(*made).is_bound());
        REQUIRE(link.victim.destroy(*made));
        link.run();
    }
}

TEST_CASE("case 64: no two endpoints of a pool ever share an address") {
    auto pool = rpmsg::endpoint_pool<4>{};
    auto handler = pool_link::service{};
    for (auto const fixed : {1024u, 1025u, 1028u, 1031u, 1032u}) {
        for (auto shift = 0u; shift < 4; ++shift) {
            pool = {};
            for (auto i = 0u; i < shift; ++i) {
                REQUIRE(pool.create("", handler));
            }
            auto const made = pool.create("", handler, {.local = rpmsg::address{fixed}});
            if (not made) {
                continue;
            }
            for (auto round = 0; round < 40; ++round) {
                auto const dynamic = pool.create("", handler);
                auto seen = std::set<rpmsg::address>{};
                for (auto i = 0u; i < pool.size(); ++i) {
                    if (pool.is_live(i)) {
                        INFO("fixed " << fixed << ", shift " << shift << ", round " << round);
                        CHECK(seen.insert(pool.local(i)).second);
                        CHECK(pool.find(pool.local(i)) == i);
                    }
                }
                if (dynamic) {
                    pool.remove(pool.index_of(*dynamic));
                } else {
                    for (auto i = 0u; i < pool.size(); ++i) {
                        if (i != pool.index_of(*made)) {
                            pool.remove(i);
                        }
                    }
                }
            }
        }
    }
}
