#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/host/spi/spidev.hpp>
#include <rpmsg/testing/lines/spi_bus.hpp>
#include <rpmsg/transport/spi.hpp>

#include <catch2/catch_test_macros.hpp>

#include "check.hpp"
#include "host/spi/fake_board.hpp"
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace {
using rpmsg::spi_progress;
using rpmsg::spi_role;
using rpmsg::host::spidev_settings;
using port = rpmsg::host::spidev<1, fake_board>;

auto wired(std::uint32_t mode = 0, std::uint32_t speed = 8'000'000) -> spidev_settings {
    return {.device = "/dev/null",
            .mode = mode,
            .speed = speed,
            .request_line = {.chip = "/dev/null", .line = 0},
            .request_line_of_peer = {.chip = "/dev/null", .line = 1}};
}
auto starts(std::string const& text, std::string const& with) -> bool { return text.rfind(with, 0) == 0; }

struct listener {
    unsigned requests{};
    unsigned transfers{};
    auto notify(std::uint32_t signal) -> void { ++(signal == rpmsg::spi_signal::request ? requests : transfers); }
};
auto is_readable(int file) -> bool {
    auto waited = pollfd{.fd = file, .events = POLLIN, .revents = 0};
    return poll(&waited, 1, 0) == 1;
}
} // namespace

TEST_CASE("the requests have the numbers of Linux's spidev.h") {
    STATIC_REQUIRE(SPI_IOC_MESSAGE(1) == 0x4020'6b00);
    STATIC_REQUIRE(rpmsg::host::spidev<1>::bits_per_word == 8);
    STATIC_REQUIRE(rpmsg::host::spidev<2>::bits_per_word == 16);
}

TEST_CASE("an SPI device is set up without touching what the device tree says of its chip select") {
    fake_board::now = {};
    auto opened = rpmsg::host::spidev<2, fake_board>::open(wired(2, 500'000));
    REQUIRE(opened);
    CHECK(fake_board::now.mode == (SPI_CS_HIGH | SPI_CPOL));
    CHECK(fake_board::now.bits == 16);
    CHECK(fake_board::now.speed == 500'000);
}

TEST_CASE("a transfer is over when it has been started, and its end is told once") {
    fake_board::now = {};
    auto seen = spi_ioc_transfer{};
    fake_board::now.transfer = [&](spi_ioc_transfer const& transfer) {
        seen = transfer;
        return static_cast<int>(transfer.len);
    };
    auto opened = port::open(wired());
    REQUIRE(opened);
    auto const out = "c-frame!"_payload;
    auto in = std::array<std::byte, 8>{};
    auto ears = listener{};
    opened->forward(ears);
    CHECK(ears.transfers == 0);
    opened->start_transfer(out, in);
    CHECK(opened->progress() == spi_progress::done);
    CHECK(seen.tx_buf == reinterpret_cast<std::uintptr_t>(out.data()));
    CHECK(seen.rx_buf == reinterpret_cast<std::uintptr_t>(in.data()));
    CHECK(seen.len == 8);
    CHECK(seen.speed_hz == 8'000'000);
    CHECK(seen.bits_per_word == 8);
    CHECK(seen.cs_change == 0);
    CHECK(is_readable(opened->descriptors()[1]));
    opened->forward(ears);
    opened->forward(ears);
    CHECK(ears.transfers == 1);
    CHECK_FALSE(is_readable(opened->descriptors()[1]));
    opened->abandon();
    CHECK(opened->progress() == spi_progress::failed);
}

TEST_CASE("the request lines go out and come in as levels") {
    fake_board::now = {};
    auto own = false;
    auto peer = false;
    fake_board::now.drive = [&](bool on) { own = on; };
    fake_board::now.level = [&] { return peer; };
    auto opened = port::open(wired());
    REQUIRE(opened);
    opened->request(true);
    CHECK(own);
    CHECK_FALSE(opened->is_requested());
    opened->request(false);
    peer = true;
    CHECK_FALSE(own);
    CHECK(opened->is_requested());
}

TEST_CASE("an edge of the peer's line ends the wait and is told once") {
    fake_board::now = {};
    auto opened = port::open(wired());
    REQUIRE(opened);
    using clock = rpmsg::host::steady_clock;
    auto const began = clock::now();
    opened->wait_until(began + 20);
    CHECK(clock::now() - began >= 19);
    fake_board::rise(3);
    CHECK(is_readable(opened->descriptors()[0]));
    opened->wait_until(clock::now() + 60'000);
    CHECK(clock::now() - began < 30'000);
    auto ears = listener{};
    opened->forward(ears);
    opened->forward(ears);
    CHECK(ears.requests == 1);
    CHECK(ears.transfers == 0);
}

TEST_CASE("a transfer that the driver refuses has failed, is told, and says why") {
    fake_board::now = {};
    auto opened = port::open(wired());
    REQUIRE(opened);
    auto in = std::array<std::byte, 8>{};
    auto ears = listener{};
    CHECK(opened->trouble().text.empty());
    fake_board::now.refused = SPI_IOC_MESSAGE(1);
    fake_board::now.why = EMSGSIZE;
    opened->start_transfer("c-frame!"_payload, in);
    CHECK(opened->progress() == spi_progress::failed);
    CHECK(opened->trouble().text == "SPI device /dev/null made no transfer: Message too long; shorten the frames, or raise the "
                                    "parameter bufsiz of the module spidev");
    opened->forward(ears);
    CHECK(ears.transfers == 1);
    fake_board::now.refused = 0;
    fake_board::now.transfer = [](spi_ioc_transfer const&) { return 7; };
    opened->start_transfer("c-frame!"_payload, in);
    CHECK(opened->progress() == spi_progress::failed);
    CHECK(starts(opened->trouble().text, "SPI device /dev/null made no transfer: "));
}

TEST_CASE("an SPI device that cannot be had is named, with what to do") {
    using real = rpmsg::host::spidev<>;
    CHECK(
        real::open({.device = "/dev/no-such-spidev"}).error() ==
        "SPI device /dev/no-such-spidev cannot be opened: No such file or directory; enable the bus, and spidev on it, in the "
        "device tree");
    CHECK(real::open({.device = "/dev/null"}).error() ==
          "SPI device /dev/null is no device of the driver spidev; name a /dev/spidevB.C");
    auto folder = std::string{"/tmp/rpmsg-test-XXXXXX"};
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    auto const pipe = folder + "/pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(real::open({.device = pipe}).error() ==
          "SPI device " + pipe + " is no device of the driver spidev; name a /dev/spidevB.C");
    unlink(pipe.c_str());
    rmdir(folder.c_str());
}

TEST_CASE("a mode, a speed, a word or a line that is refused is named") {
    fake_board::now = {};
    CHECK(port::open(wired(4)).error() == "SPI device /dev/null has no mode 4; modes are 0 to 3");
    CHECK(starts(port::open(wired(0, 0)).error(), "SPI device /dev/null does not take a speed in bits per second of 0: "));
    auto const refused = [](unsigned long request) {
        fake_board::now.refused = request;
        return port::open(wired(3)).error();
    };
    CHECK(refused(SPI_IOC_WR_MODE32) ==
          "SPI device /dev/null does not take mode 3: Invalid argument; try what its SPI controller can do");
    CHECK(starts(refused(SPI_IOC_WR_BITS_PER_WORD), "SPI device /dev/null does not take bits per word 8: "));
    CHECK(
        starts(refused(SPI_IOC_WR_MAX_SPEED_HZ), "SPI device /dev/null does not take a speed in bits per second of 8000000: "));
    fake_board::now.refused = 0;
    auto taken = wired();
    taken.request_line.line = 3;
    CHECK(starts(port::open(taken).error(), "GPIO line 3 of /dev/null is taken by 'leds'"));
    taken = wired();
    taken.request_line_of_peer.line = 3;
    CHECK(starts(port::open(taken).error(), "GPIO line 3 of /dev/null is taken by 'leds'"));
}

TEST_CASE("a link over spidev echoes messages with a peripheral on the same bus") {
    constexpr auto config = rpmsg::spi_config{.frame_size = 128};
    using peripheral_end = rpmsg::testing::spi_bus_end<spi_role::peripheral, config.frame_size>;
    auto bus = rpmsg::testing::spi_bus<config.frame_size>{};
    fake_board::now = {};
    fake_board::now.drive = [&](bool on) { bus.request(0, on); };
    fake_board::now.level = [&] { return bus.is_requesting(1); };
    fake_board::now.transfer = [&](spi_ioc_transfer const& transfer) {
        auto const size = std::size_t{transfer.len};
        bus.start_transfer(0, {reinterpret_cast<std::byte const*>(static_cast<std::uintptr_t>(transfer.tx_buf)), size},
                           {reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(transfer.rx_buf)), size});
        (void)bus.run();
        return static_cast<int>(size);
    };
    auto opened = port::open(wired());
    REQUIRE(opened);
    auto frames = std::make_unique<rpmsg::spi_storage<config>>();
    auto other_frames = std::make_unique<rpmsg::spi_storage<config>>();
    std::uint32_t echoed = 0;
    auto here = rpmsg::channel{rpmsg::spi<config, port>{*frames, std::move(*opened)},
                               rpmsg::endpoints{rpmsg::endpoint<0x100, 0x100>([&](auto&, rpmsg::message const& m) {
                                   echoed += rpmsg::load<std::uint32_t>(m.payload) == echoed ? 1u : 0u;
                               })}};
    auto there = rpmsg::channel{
        rpmsg::spi<config, peripheral_end>{*other_frames, peripheral_end{bus}},
        rpmsg::endpoints{rpmsg::endpoint<0x100, 0x100>([](auto& side, rpmsg::message const& m) { side.reply(m, m.payload); })}};
    REQUIRE((here.start().has_value() and there.start().has_value()));
    /// The bus's interrupts reach spidev as events of the line.
    struct {
        auto notify(std::uint32_t signal) -> void { fake_board::rise(signal == rpmsg::spi_signal::request ? 1 : 0); }
    } line{};
    std::uint32_t sent = 0;
    for (rpmsg::ticks now = 0; now < 1000 and echoed < 50; ++now) { // without retries: those come after 100 ticks of silence
        auto payload = std::array<std::byte, 8>{};
        rpmsg::store(payload, sent);
        sent += sent < 50 and here.at(0).send(payload) ? 1u : 0u;
        bus.forward(0, line);
        bus.forward(1, there);
        here.transport().port().forward(here);
        (void)here.poll(now);
        (void)there.poll(now);
    }
    CHECK(echoed == 50);
    CHECK(bus.transfers() >= 50);
    CHECK(here.transport().port().trouble().text.empty());
}
