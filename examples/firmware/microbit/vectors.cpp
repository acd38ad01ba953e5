// The vector table of the micro:bit, as far as these programs use it.
#include <semihosting.hpp>
#include <start.hpp>

extern "C" {
void fault() {
    semihosting::print_line("a fault");
    semihosting::end(3);
}
[[gnu::weak, gnu::alias("fault")]] void host_isr();
[[gnu::weak, gnu::alias("fault")]] void remote_isr();
}

namespace {
[[gnu::section(".vectors"), gnu::used]] constinit auto const vectors = vector_table<2>{.interrupts = {host_isr, remote_isr}};
} // namespace
