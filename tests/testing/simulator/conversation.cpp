#include <rpmsg/testing/simulator/conversation.hpp>

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <vector>

using rpmsg::testing::simulator::conversation;

namespace {
using message = std::array<std::byte, 20>;

/// The next `count` messages, accepted.
auto sent(conversation& from, std::size_t count) -> std::vector<message> {
    auto all = std::vector<message>(count);
    for (auto& each : all) {
        from.write(each);
        from.accept();
    }
    return all;
}
} // namespace

TEST_CASE("messages that arrive once and in order are right") {
    auto it = conversation{};
    it.begin_session(1);
    for (auto const& each : sent(it, 3)) {
        CHECK(it.receive(each).empty());
    }
    CHECK(it.accepted() == 3);
    CHECK(it.delivered() == 3);
    CHECK(it.missing() == 0);
    it.begin_session(1);
    CHECK(it.receive(sent(it, 1)[0]).empty());
}

TEST_CASE("a message that is changed, invented, repeated, late or missing is named") {
    auto it = conversation{};
    it.begin_session(1);
    auto const all = sent(it, 5);
    CHECK(it.receive(all[1]).empty());
    CHECK(it.receive(all[1]) == "a message was delivered twice: 1 of session 1 after 1 of session 1");
    CHECK(it.receive(all[0]) == "a message was delivered out of order: 0 of session 1 after 1 of session 1");
    CHECK(it.receive(all[4]) == "messages are missing: 4 of session 1 after 1 of session 1");
    auto changed = all[2];
    changed[17] ^= std::byte{1};
    CHECK(it.receive(changed) == "a message was changed");
    CHECK(it.receive(rpmsg::const_bytes{changed}.first(9)) == "a message was changed: it is too short");
    auto later = message{};
    auto copy = it;
    (void)sent(copy, 1);
    copy.write(later);
    CHECK(it.receive(later) == "a message was received that was not sent: 6 of session 1");
    CHECK(it.missing() == 4);
}

TEST_CASE("where messages may be lost none is missed, and after a change of the receiver none before it") {
    auto lossy = conversation{true};
    lossy.begin_session(1);
    auto const all = sent(lossy, 4);
    CHECK(lossy.receive(all[0]).empty());
    CHECK(lossy.receive(all[3]).empty());
    CHECK(lossy.missing() == 0);

    auto it = conversation{};
    it.begin_session(1);
    auto const more = sent(it, 4);
    CHECK(it.receive(more[0]).empty());
    it.change_receiver();
    CHECK(it.receive(more[2]).empty());
    it.ignore();
    CHECK(it.receive(more[1]).empty()); // what came before is forgotten
    CHECK(it.missing() == 0);
}
