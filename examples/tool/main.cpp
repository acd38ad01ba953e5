// The command `rpmsg`: what people do with the links of a machine. README.md names its commands.
#include "arguments.hpp"
#include "interrupt.hpp"

auto main(int count, char** arguments) -> int {
    tool::interrupt::install();
    return tool::run_arguments(count, arguments);
}
