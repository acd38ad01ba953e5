// Core 1: answers each message with what it says.
#include <rpmsg/rpmsg.hpp>

#include "board.hpp"

namespace {
constinit auto peer = rpmsg::channel{
    rpmsg::vring_device<board::rings, board::shared_memory, board::doorbell<board::core_0>>{},
    rpmsg::endpoints{rpmsg::endpoint<"echo">([](auto& link, rpmsg::message const& m) { link.reply(m, m.payload); })},
};
} // namespace

int main() {
    if (not board::start() or not peer.start()) {
        return 1;
    }
    while (true) {
        peer.poll();
        board::sleep();
    }
}
