#include <rpmsg/framework/link_ref.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {
using namespace rpmsg;

struct told {
    std::string calls{};
    auto reply(message const&, const_bytes) -> bool { return (calls += "reply ", true); }
    auto send(const_bytes) -> status { return (calls += "send ", error::no_buffer); }
    auto send_to(address to, const_bytes) -> status {
        calls += "to " + std::to_string(static_cast<std::uint32_t>(to)) + " ";
        return {};
    }
    auto hold(message const&) -> held_message { return (calls += "hold ", held_message{}); }
    auto self() -> address { return address{5}; }
    auto peer() -> address { return any_address; }
};
} // namespace

TEST_CASE("every call reaches the link behind the reference and its answer comes back") {
    auto link = told{};
    auto const it = link_ref{link};
    CHECK(it.reply({}, {}));
    CHECK(it.send({}).error() == error::no_buffer);
    CHECK(it.send_to(address{7}, {}));
    CHECK_FALSE(it.hold({}));
    CHECK(it.self() == address{5});
    CHECK_FALSE(it.is_bound());
    CHECK(link.calls == "reply send to 7 hold ");
}
