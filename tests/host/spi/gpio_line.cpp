#include <rpmsg/host/spi/gpio_line.hpp>

#include <catch2/catch_test_macros.hpp>

#include "host/spi/fake_board.hpp"
#include <string>
#include <string_view>
#include <vector>

namespace {
using rpmsg::host::gpio_line;
using rpmsg::host::gpio_place;
using line = rpmsg::host::basic_gpio_line<fake_board>;

auto contains(std::string const& text, std::string const& part) -> bool { return text.find(part) != std::string::npos; }
} // namespace

TEST_CASE("a line is asked for alone, by name, as output or as input with rising edges") {
    constexpr auto output = gpio_line::request_for(17, false, false);
    STATIC_REQUIRE(output.num_lines == 1);
    STATIC_REQUIRE(output.offsets[0] == 17);
    STATIC_REQUIRE(std::string_view{output.consumer} == "rpmsg");
    STATIC_REQUIRE(output.config.flags == GPIO_V2_LINE_FLAG_OUTPUT);
    STATIC_REQUIRE(output.config.num_attrs == 0); // so that it is off at first
    constexpr auto input = gpio_line::request_for(17, true, true);
    STATIC_REQUIRE(input.config.flags ==
                   (GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_EDGE_RISING | GPIO_V2_LINE_FLAG_ACTIVE_LOW));
    STATIC_REQUIRE(input.event_buffer_size == 16);
}

TEST_CASE("an output follows what it is set to") {
    fake_board::now = {};
    auto levels = std::vector<bool>{};
    fake_board::now.drive = [&](bool on) { levels.push_back(on); };
    auto own = line::open_output({.chip = "/dev/null", .line = 2});
    REQUIRE(own);
    CHECK(own->set(true));
    CHECK(own->set(false));
    CHECK(levels == std::vector<bool>{true, false});
    fake_board::now.refused = GPIO_V2_LINE_SET_VALUES_IOCTL;
    CHECK_FALSE(own->set(true));
}

TEST_CASE("an input has a level, and any number of edges is taken at once") {
    fake_board::now = {};
    auto level = true;
    fake_board::now.level = [&] { return level; };
    auto peer = line::open_input({.chip = "/dev/null", .line = 1});
    REQUIRE(peer);
    CHECK(peer->is_set());
    level = false;
    CHECK_FALSE(peer->is_set());
    CHECK_FALSE(peer->take_edges());
    fake_board::rise(16);
    CHECK(peer->take_edges());
    CHECK_FALSE(peer->take_edges());
    level = true;
    fake_board::now.refused = GPIO_V2_LINE_GET_VALUES_IOCTL;
    CHECK_FALSE(peer->is_set());
}

TEST_CASE("a line that cannot be had is named, with what to do") {
    CHECK(gpio_line::open_output({.chip = "/dev/no-such-chip", .line = 4}).error() ==
          "GPIO line 4 of /dev/no-such-chip cannot be had, its chip cannot be opened: No such file or directory; gpiodetect "
          "lists the chips");
    CHECK(gpio_line::open_input({.chip = "/dev/null", .line = 4}).error() ==
          "GPIO line 4 of /dev/null cannot be had: that is no GPIO chip; gpiodetect lists them");
    fake_board::now = {};
    CHECK(line::open_output({.chip = "/dev/null", .line = 4}).error() ==
          "GPIO line 4 of /dev/null does not exist: the chip has 4 lines, counted from 0");
    CHECK(line::open_output({.chip = "/dev/null", .line = 3}).error() ==
          "GPIO line 3 of /dev/null is taken by 'leds'; end that, or name another line");
    CHECK(contains(line::open_input({.chip = "/dev/null", .line = 2}).error(),
                   "GPIO line 2 of /dev/null cannot be an input that tells edges: "));
    fake_board::now.refused = GPIO_V2_GET_LINEINFO_IOCTL;
    CHECK(contains(line::open_input({.chip = "/dev/null", .line = 3}).error(), "is taken by 'another'"));
}
