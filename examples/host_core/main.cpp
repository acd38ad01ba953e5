// Firmware of a core that is the host: it initializes the rings and owns the buffers; the other core is the remote. Endpoints
// are created and removed at run time: a client that writes to "open" gets an answer from an endpoint of its own, a session,
// which echoes until it receives an empty message.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"
#include <algorithm>
#include <array>

namespace {
constexpr auto rings = rpmsg::vring_config{.buffers = 8, .buffer_size = 256};

constinit auto link = rpmsg::channel{
    rpmsg::vring_driver<rings, board::shared_memory, board::mailbox>{},
    rpmsg::endpoint_pool<8>{},
    board::irq_lock{},
};

struct session {
    bool is_open{};
    std::uint32_t id{};

    auto operator()(rpmsg::link_ref self, rpmsg::message const& m) -> void {
        if (m.payload.empty()) {
            is_open = not link.destroy(id).has_value();
        } else {
            self.reply(m, m.payload);
        }
    }
};
constinit auto sessions = std::array<session, 7>{};

constinit auto open_session = [](rpmsg::link_ref, rpmsg::message const& m) {
    auto* const room = std::ranges::find(sessions, false, &session::is_open);
    if (room == sessions.end()) {
        return; // the client may try again
    }
    if (auto const made = link.create("", *room)) { // without a name, because its first message contains its address
        *room = {.is_open = true, .id = *made};
        (void)link.at(*made).send_to(m.source, m.payload);
    }
};
} // namespace

extern "C" void mailbox_isr() {
    board::mailbox::acknowledge();
    link.notify();
}

auto main() -> int {
    if (not link.create("open", open_session) or not link.start()) {
        board::halt();
    }
    while (true) {
        link.poll();
        board::sleep_unless([] { return link.is_pending(); });
    }
}
