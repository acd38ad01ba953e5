// The measured firmware with the library taken out.
#include <rpmsg/platform/cortex_m.hpp>

extern "C" void mailbox_isr() {}

auto main() -> int {
    while (true) {
        rpmsg::cortex_m::wait_for_interrupt();
    }
}
