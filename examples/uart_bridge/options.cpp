#include "options.hpp"

#include <charconv>
#include <string_view>

namespace bridge {

char const* const help_text = R"(usage: uart_bridge [OPTION...] [PORT]
Two of these, one at each end of a serial line, pass on what is typed: each line of input appears at the other end.
PORT              the serial port; without it a pseudo terminal is made and the command for the other end is printed
--baud RATE       bits per second of the port, any number (default 115200)
--profile NAME    reliable (default): each line arrives once; nuttx: the frames of NuttX
--both            play both ends over a pseudo terminal: messages go across and back and are compared
--messages COUNT  how many of them, 1 to 1000000 (default 2000)
Exit status: 0 done, 1 failed, 2 wrong arguments.
)";

namespace {
auto read_number(std::string_view text, std::uint32_t most, std::uint32_t& into) -> bool {
    auto const end = text.data() + text.size();
    auto const [stop, failed] = std::from_chars(text.data(), end, into);
    return failed == std::errc{} and stop == end and into >= 1 and into <= most;
}
} // namespace

auto parse(int count, char** arguments) -> rpmsg::host::outcome<options> {
    auto chosen = options{};
    for (int i = 1; i < count; ++i) {
        auto const word = std::string{arguments[i]};
        auto const takes_value = word == "--baud" or word == "--profile" or word == "--messages";
        if (takes_value and i + 1 == count) {
            return rpmsg::host::failure{word + " needs a value; uart_bridge --help tells more"};
        }
        auto const value = takes_value ? std::string{arguments[++i]} : std::string{};
        if (word == "--help" or word == "-h") {
            chosen.help = true;
        } else if (word == "--both") {
            chosen.both = true;
        } else if (word == "--baud" or word == "--messages") {
            auto const is_baud = word == "--baud";
            if (not read_number(value, is_baud ? 4'000'000 : 1'000'000, is_baud ? chosen.baud : chosen.messages)) {
                return rpmsg::host::failure{word + " needs a number from 1 to " + (is_baud ? "4000000" : "1000000") +
                                            ", not '" + value + "'"};
            }
        } else if (word == "--profile") {
            if (value != "nuttx" and value != "reliable") {
                return rpmsg::host::failure{"--profile is nuttx or reliable, not '" + value + "'"};
            }
            chosen.nuttx = value == "nuttx";
        } else if (word.starts_with('-')) {
            return rpmsg::host::failure{"unknown option '" + word + "'; uart_bridge --help tells more"};
        } else if (not chosen.port.empty()) {
            return rpmsg::host::failure{"one PORT at most, not '" + chosen.port + "' and '" + word + "'"};
        } else {
            chosen.port = word;
        }
    }
    if (chosen.both and not chosen.port.empty()) {
        return rpmsg::host::failure{"--both makes its own line: leave out '" + chosen.port + "'"};
    }
    return chosen;
}

} // namespace bridge
