#include <rpmsg/host/bus_names.hpp>

#include <catch2/catch_test_macros.hpp>

#include "fake_kernel.hpp"
#include <string>
#include <vector>

using rpmsg::address;
using rpmsg::any_address;
using rpmsg::wire::announcement_kind;

namespace {
using names = rpmsg::host::bus_names<fake_kernel>;
constexpr auto local = address{1024};

/// What was told, as a letter for the kind, the name and the address.
auto news_of(names& it) -> std::vector<std::string> {
    auto all = std::vector<std::string>{};
    while (it.has_news()) {
        auto const news = it.take_news();
        auto const kind = news.kind == announcement_kind::create ? "+" : news.kind == announcement_kind::destroy ? "-" : "=";
        all.push_back(kind + std::string{news.service()} + std::to_string(static_cast<std::uint32_t>(news.where)));
    }
    return all;
}
auto look(names& it, rpmsg::ticks now) -> std::vector<std::string> {
    it.look();
    it.settle(now);
    return news_of(it);
}
using told = std::vector<std::string>;
} // namespace

TEST_CASE("names that nobody wants are told once, equal ones one after the other") {
    auto kernel = fake_kernel::state{};
    auto it = names{fake_kernel{kernel}};
    REQUIRE(it.open());
    it.begin(0);
    kernel.announce("a", 5);
    kernel.announce("a", 6);
    kernel.announce("b", 7);
    CHECK(look(it, 0) == told{"+a5", "+b7"});
    CHECK(look(it, 1).empty());
    CHECK(it.is_offered(nullptr, address{5}));
    CHECK_FALSE(it.is_offered(nullptr, address{6}));
    it.add("a", local, false);
    CHECK(look(it, 2) == told{"+a6"});
    CHECK(it.find(local)->remote == address{5});
    CHECK_FALSE(it.is_offered(nullptr, address{5}));
    kernel.withdraw(5);
    kernel.withdraw(6);
    CHECK(look(it, 3) == told{"-a5", "-a6"});
    CHECK(it.find(local)->remote == any_address);
    CHECK(kernel.open_channels() == 0);
}

TEST_CASE("a wanted name is acknowledged when it is there, and announced after a while when it is not") {
    auto kernel = fake_kernel::state{};
    auto it = names{fake_kernel{kernel}};
    REQUIRE(it.open());
    it.begin(50);
    it.add("a", local, true);
    it.add("a", local, true);
    CHECK(it.own().size() == 1);
    it.settle(50);
    CHECK_FALSE(it.is_due(60));
    CHECK(it.until_due(60, 1000) == 90);
    CHECK(it.until_due(60, 10) == 10);
    CHECK(kernel.made.empty());
    CHECK(it.is_due(150));
    it.settle(150);
    CHECK(kernel.made.size() == 1);
    kernel.announce("a", 5);
    CHECK(look(it, 200) == told{"=a5"});
    CHECK(kernel.made.size() == 2);
    it.remove(local, 200);
    CHECK(kernel.made.front()->is_released);
    CHECK(it.own().empty());
}

TEST_CASE("a name whose endpoint ended here is used again only when it stays") {
    auto kernel = fake_kernel::state{};
    auto it = names{fake_kernel{kernel}};
    REQUIRE(it.open());
    it.begin(0);
    kernel.announce("a", 5);
    it.add("a", local, true);
    CHECK(look(it, 1000) == told{"=a5"});
    it.remove(local, 1000);
    it.add("a", address{1025}, true);
    SECTION("it goes") {
        kernel.withdraw(5);
        CHECK(look(it, 1010) == told{"-a5"});
        CHECK(it.find(address{1025})->file_remote == any_address); // it is announced
        CHECK(it.find(address{1025})->file);
    }
    SECTION("it stays") {
        CHECK(look(it, 1099).empty());
        CHECK_FALSE(it.find(address{1025})->is_joined());
        it.settle(1100);
        CHECK(it.find(address{1025})->remote == address{5});
    }
    it.remove(address{77}, 1200);
    CHECK(it.own().size() == 1);
    it.end(true);
    CHECK(kernel.open_channels() == 0);
}

TEST_CASE("a channel that cannot be made is asked for three times") {
    auto kernel = fake_kernel::state{.refusal = "no"};
    auto it = names{fake_kernel{kernel}};
    REQUIRE(it.open());
    it.begin(0);
    it.add("a", local, true);
    for (auto now = 1000u; now < 1010; ++now) {
        CHECK(look(it, now).empty());
        CHECK(it.why() == "no");
    }
    CHECK(it.own().front().refusals == 3);
    kernel.refusal.clear();
    CHECK(look(it, 2000).empty());
    CHECK(kernel.made.empty());
}
