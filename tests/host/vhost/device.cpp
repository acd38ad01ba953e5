#include <rpmsg/host/vhost/device.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "host/vhost/front_end.hpp"
#include <array>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utility>

using rpmsg::host::descriptor;
using rpmsg::host::vhost_device;
using rpmsg::host::vhost_message;
using rpmsg::host::vhost_request;
using rpmsg::host::vhost_rings;
using state = rpmsg::host::vhost_message::ring_state;

namespace {
struct told_device {
    vhost_rings shared{};
    vhost_device device{front_end::config, shared, {}};

    template <typename... Parts>
    auto ask(vhost_request request, descriptor file, Parts const&... parts) -> vhost_device::reply {
        auto message = vhost_message{};
        message.about = {request, 1, (sizeof(Parts) + ... + 0)};
        [[maybe_unused]] auto at = std::size_t{0};
        ((rpmsg::store(rpmsg::bytes{message.payload}.subspan(at), parts), at += sizeof(Parts)), ...);
        message.file_count = file ? 1 : 0;
        message.files[0] = std::move(file);
        return device.answer(message);
    }
    template <typename... Parts> auto refusal(vhost_request request, Parts const&... parts) -> std::string {
        return ask(request, {}, parts...).refusal;
    }
    auto map() -> std::string {
        auto file = descriptor{memfd_create("driver", MFD_CLOEXEC)};
        (void)!ftruncate(file.number(), front_end::size);
        return ask(vhost_request::set_memory_table, std::move(file), std::uint64_t{1}, front_end::front_end::whole()).refusal;
    }
    /// What is left to be told of a ring but its addresses.
    auto prepare(std::uint32_t ring) -> void {
        CHECK(refusal(vhost_request::set_ring_size, state{ring, 8}).empty());
        CHECK(ask(vhost_request::set_ring_kick, descriptor{eventfd(0, 0)}, std::uint64_t{ring}).refusal.empty());
        CHECK(refusal(vhost_request::enable_ring, state{ring, 1}).empty());
    }
    auto place(vhost_message::ring_addresses const& at) -> std::string {
        return refusal(vhost_request::set_ring_addresses, at);
    }
};
} // namespace

TEST_CASE("rings are ready when all is told of both, and not before") {
    auto told = told_device{};
    CHECK(told.refusal(vhost_request::set_features, std::uint64_t{0x1'4000'0001}).empty());
    CHECK(told.map().empty());
    told.prepare(0);
    told.prepare(1);
    CHECK(told.place(front_end::front_end::addresses(0)).empty());
    CHECK_FALSE(told.device.is_ready());
    CHECK(told.shared.shared().size() == 0);
    CHECK(told.place(front_end::front_end::addresses(1)).empty());
    CHECK(told.device.is_ready());
    CHECK(told.shared.shared().size() == front_end::size);
    CHECK(told.shared.placed().parts(1) == rpmsg::vring_layout<front_end::config>::parts(1));
    CHECK(told.device.take_kick(0) == vhost_device::kick::none);

    SECTION("a ring that is disabled takes them back") {
        told.refusal(vhost_request::enable_ring, state{1, 0});
        CHECK_FALSE(told.device.is_ready());
        CHECK(told.shared.shared().size() == 0);
        told.refusal(vhost_request::enable_ring, state{1, 1});
        CHECK(told.device.is_ready());
    }
    SECTION("a ring that is stopped tells where it stands, and waits for a new doorbell") {
        told.shared.shared().store<rpmsg::site::adopted_index>(told.shared.placed().parts(0).used + 2, std::uint16_t{3});
        CHECK(told.ask(vhost_request::get_ring_base, {}, state{1, 0}).value == 1);
        CHECK(told.ask(vhost_request::get_ring_base, {}, state{0, 0}).value == std::uint64_t{3} << 32);
        CHECK_FALSE(told.device.is_ready());
        CHECK(told.device.kicks() == std::array{-1, -1});
        CHECK(told.refusal(vhost_request::set_ring_base, state{0, 3}).empty());
        told.prepare(0);
        CHECK_FALSE(told.device.is_ready());
        told.prepare(1);
        CHECK(told.device.is_ready());
    }
    SECTION("a ring that is taken away is seen as it stood, and what is written then stays here") {
        auto shared = told.shared.shared();
        auto const used = told.shared.placed().parts(0).used + 2;
        shared.store<rpmsg::site::adopted_index>(used, std::uint16_t{3});
        told.device.take_away();
        told.device.take_away();
        CHECK(told.device.is_ready());
        CHECK(shared.load<rpmsg::site::adopted_index, std::uint16_t>(used) == 3);
        shared.store<rpmsg::site::adopted_index>(used, std::uint16_t{9});
        told.refusal(vhost_request::enable_ring, state{0, 0});
        CHECK_FALSE(told.device.is_ready());
        CHECK(told.refusal(vhost_request::enable_ring, state{0, 1}).empty());
        CHECK(told.device.is_ready());
        CHECK(shared.load<rpmsg::site::adopted_index, std::uint16_t>(used) == 3);
    }
    SECTION("other memory wants the addresses anew") {
        CHECK(told.map().empty());
        CHECK_FALSE(told.device.is_ready());
        CHECK(told.place(front_end::front_end::addresses(0)).empty());
        CHECK(told.place(front_end::front_end::addresses(1)).empty());
        CHECK(told.device.is_ready());
    }
    SECTION("a front end that is gone takes all") {
        told.device.disconnect();
        CHECK_FALSE(told.device.is_ready());
        CHECK(told.device.features() == 0);
        CHECK(told.device.kicks() == std::array{-1, -1});
    }
}

TEST_CASE("what asks for a value gets it, and others an acknowledgement where that was agreed") {
    auto told = told_device{};
    auto const features = told.ask(vhost_request::get_features, {});
    CHECK(features.has_value);
    CHECK(features.value == 0x1'4000'0001);
    CHECK(told.ask(vhost_request::get_protocol_features, {}).value == 0x28);
    CHECK(told.ask(vhost_request::get_queue_count, {}).value == 2);
    auto message = vhost_message{};
    message.about = {vhost_request::set_owner, 9, 0};
    CHECK_FALSE(told.device.answer(message).has_value);
    CHECK(told.refusal(vhost_request::set_protocol_features, std::uint64_t{0x28}).empty());
    CHECK(told.device.answer(message).has_value);
    CHECK(told.device.answer(message).value == 0);
}

TEST_CASE("what does not fit the link or the protocol is refused with what and why") {
    auto told = told_device{};
    CHECK(told.refusal(vhost_request::set_ring_size, state{0, 256}) ==
          "has rings of 256 buffers, this link is configured for 8");
    CHECK(told.refusal(vhost_request::set_ring_base, state{2, 0}) == "speaks of ring 2: there are 0 and 1");
    CHECK(told.refusal(vhost_request::get_ring_base, state{7, 0}) == "speaks of ring 7: there are 0 and 1");
    CHECK(told.refusal(vhost_request::get_ring_base) == "sends request 11 with only 0 bytes");
    CHECK(told.refusal(vhost_request::set_ring_size, std::uint32_t{}) == "sends request 8 with only 4 bytes");
    CHECK(told.refusal(vhost_request::set_ring_addresses, std::uint64_t{}) == "sends request 9 with only 8 bytes");
    CHECK(told.refusal(vhost_request{24}) == "asks for request 24, which this back end does not have");
    CHECK(told.refusal(vhost_request::set_ring_kick, std::uint64_t{0}) == "sets the doorbell of ring 0 with 0 descriptors");
    CHECK(told.refusal(vhost_request::set_ring_call, std::uint64_t{7}) == "sets the doorbell of ring 7 with 0 descriptors");
    CHECK(told.refusal(vhost_request::set_memory_table, std::uint64_t{1}, front_end::front_end::whole()) ==
          "gives a table of 1 memory regions with 0 descriptors in 40 bytes");
    CHECK(told.refusal(vhost_request::set_memory_table, std::uint64_t{9}) ==
          "gives a table of 9 memory regions with 0 descriptors in 8 bytes");
}

TEST_CASE("rings that do not lie in the memory are refused") {
    auto told = told_device{};
    CHECK(told.map().empty());
    told.prepare(0);
    told.prepare(1);
    CHECK(told.place(front_end::front_end::addresses(0)).empty());
    auto at = front_end::front_end::addresses(1);
    SECTION("one part elsewhere") {
        at.used = 0;
        CHECK(told.place(at) == "places a ring outside of its memory, or not aligned");
    }
    SECTION("the last part half outside") {
        at.used = front_end::user_address + front_end::size - 16;
        CHECK(told.place(at) == "places a ring outside of its memory, or not aligned");
    }
    SECTION("not aligned") {
        at.descriptors += 2;
        CHECK(told.place(at) == "places a ring outside of its memory, or not aligned");
    }
    SECTION("not where it begins") {
        CHECK(told.refusal(vhost_request::set_ring_base, state{1, 5}).empty());
        CHECK(told.place(at) == "begins ring 1 at 5, its used ring stands at 0");
    }
    SECTION("ring 0") {
        CHECK(told.place(at).empty());
        auto elsewhere = front_end::front_end::addresses(0);
        elsewhere.descriptors = 0;
        CHECK(told.place(elsewhere) == "places ring 0 outside of its memory");
    }
    CHECK_FALSE(told.device.is_ready());
}

TEST_CASE("a doorbell whose other end is gone is seen, and does not stop us") {
    auto told = told_device{};
    auto ends = std::array{-1, -1};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    CHECK(told.ask(vhost_request::set_ring_kick, descriptor{ends[0]}, std::uint64_t{0}).refusal.empty());
    CHECK(told.device.take_kick(0) == vhost_device::kick::none);
    close(ends[1]);
    CHECK(told.device.take_kick(0) == vhost_device::kick::broken);
    CHECK(told.device.take_kick(1) == vhost_device::kick::none);
}

TEST_CASE("only what can be rung and heard without harm is a doorbell") {
    auto told = told_device{};
    auto const is_call = GENERATE(true, false);
    auto const with = [&](descriptor file) {
        return told
            .ask(is_call ? vhost_request::set_ring_call : vhost_request::set_ring_kick, std::move(file), std::uint64_t{1})
            .refusal;
    };
    auto const why =
        std::string{is_call ? "is to be called for ring 1" : "rings for ring 1"} + " through what is no eventfd and no socket";
    auto pipes = std::array{-1, -1};
    REQUIRE(pipe(pipes.data()) == 0);
    CHECK(with(descriptor{pipes[0]}) == why);
    CHECK(with(descriptor{pipes[1]}) == why);
    CHECK(with(descriptor{posix_openpt(O_RDWR | O_NOCTTY)}) == why);
    CHECK(with(descriptor{timerfd_create(CLOCK_MONOTONIC, 0)}) == why);
    CHECK(with(descriptor{open("/dev/null", O_RDWR)}) == why);
    CHECK(with(descriptor{memfd_create("memory", 0)}) == why);
    CHECK(with(descriptor{eventfd(0, 0)}).empty());
    CHECK(with(descriptor{socket(AF_UNIX, SOCK_STREAM, 0)}).empty());
}

TEST_CASE("a channel for calls in band is one descriptor") {
    auto told = told_device{};
    CHECK(told.refusal(vhost_request::set_back_end_channel) == "gives 0 channels to call it through");
}
