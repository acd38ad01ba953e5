// The vector table of the mps2-an521: message handling unit 0 has interrupt 6.
#include <semihosting.hpp>
#include <start.hpp>

extern "C" void fault() {
    semihosting::print_line("a fault");
    semihosting::end(3);
}

namespace {
[[gnu::section(".vectors"), gnu::used]] constinit auto const vectors =
    vector_table<7>{.interrupts = {stop, stop, stop, stop, stop, stop, mailbox_isr}};
} // namespace
