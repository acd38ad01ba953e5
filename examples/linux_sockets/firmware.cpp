// Firmware whose service Linux's AF_QIPCRTR sockets reach: it returns what it gets in capitals (client.c is the other side). The
// loop is the one of examples/linux_peer.
#include <rpmsg/platform/interrupt_cell.hpp>
#include <rpmsg/platform/interrupt_flag.hpp>
#include <rpmsg/rpmsg.hpp>
#include <rpmsg/service/qrtr/qrtr_node.hpp>

#include <algorithm>
#include <array>
#include <board.hpp>
#include <cstddef>

namespace {
constexpr auto capital(std::byte c) -> std::byte {
    return c >= std::byte{'a'} and c <= std::byte{'z'} ? c & std::byte{0xdf} : c;
}

constinit auto node = rpmsg::make_qrtr_node(rpmsg::qrtr_service<15>([](auto& link, rpmsg::qrtr_message const& m) {
    auto answer = std::array<std::byte, 256>{};
    auto const size = std::min(m.data.size(), answer.size());
    std::transform(m.data.begin(), m.data.begin() + static_cast<std::ptrdiff_t>(size), answer.begin(), capital);
    (void)link.send(m.source, rpmsg::const_bytes{answer}.first(size)); // fails while Linux has not confirmed ten answers
}));
constinit auto link = rpmsg::channel{
    rpmsg::vring_device<board::rings, board::shared_memory, board::mailbox, board::layout>{},
    rpmsg::endpoints{rpmsg::ref{node}},
    board::irq_lock{},
};
constinit auto driver_is_gone = rpmsg::interrupt_byte{};
constinit auto driver_is_new = rpmsg::interrupt_flag{};

auto is_due() -> bool { return driver_is_new.is_set() or (driver_is_gone.load() == 0 and link.is_pending()); }
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    link.notify();
}
extern "C" void driver_isr(bool is_there) {
    driver_is_gone.store(is_there ? 0 : 1);
    if (is_there) {
        driver_is_new.set();
    }
}

auto main() -> int {
    if (not link.start()) {
        board::halt();
    }
    while (true) {
        if (driver_is_new.is_set()) {
            driver_is_new.clear();
            (void)link.reset();
            link.notify();
        }
        if (driver_is_gone.load() == 0) {
            link.poll({}, board::now());
        }
        board::sleep_unless(is_due);
    }
}
