#include <rpmsg/testing/explorer/site_name.hpp>

#include <catch2/catch_test_macros.hpp>

#include "report.hpp"
#include "scenarios.hpp"
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace stage;
using rpmsg::order;
using rpmsg::site;
using rpmsg::testing::describe;

constexpr auto flags = config<1, false>;
constexpr auto openamp = config<1, false, rpmsg::wire::dialects::openamp>;

auto from(settings how, beginning where) -> settings {
    how.from = where;
    how.exchanged_before = where == beginning::old_memory ? 1 : 0;
    return how;
}

/// A device looks once, while the driver starts in old memory: if it attaches, then to the new rings.
template <rpmsg::vring_config Config> auto one_look(settings const& how) -> exploration {
    auto cores = two_cores<Config>{how};
    auto& engine = cores.engine();
    engine.add_core("driver", [&] {
        auto& end = cores.template end<driver_core>();
        (void)end.start();
        (void)end.poll(0);
    });
    engine.add_core("device", [&] {
        auto& end = cores.template end<device_core>();
        (void)end.start();
        (void)end.poll(0);
        engine.check(not end.is_up() or (end.tx_queue().given() == 0 and end.rx_queue().taken() == 0),
                     "the device attached to old rings");
    });
    return engine.run();
}

struct scenario {
    char const* name;
    exploration (*run)(settings const&);
};
constexpr scenario scenarios[] = {
    {"2 messages to the device", [](settings const& how) { return conversation<flags>(how, 2, 0); }},
    {"2 messages to the driver", [](settings const& how) { return conversation<flags>(how, 0, 2); }},
    {"handshake, 1 message each way",
     [](settings const& how) { return conversation<flags>(from(how, beginning::new_memory), 1, 1); }},
    {"status byte in old memory, 1 message each way",
     [](settings const& how) { return conversation<openamp>(from(how, beginning::old_memory), 1, 1); }},
    {"status byte in old memory, one look",
     [](settings const& how) { return one_look<openamp>(from(how, beginning::old_memory)); }},
    {"crash of the receiving device", [](settings const& how) { return receiver_crashes<flags, device_core>(how, 1); }},
    {"crash of the sending driver", [](settings const& how) { return sender_crashes<flags, driver_core>(how, 1); }},
};

using reordering = std::vector<std::pair<site, ordering>>;

/// A weaker order of one site. Scenarios count that are clean with `also` alone.
struct mutation {
    site where;
    ordering weakened;
    std::string text;
    reordering also{};
};

/// One step for each site, but for two of which nobody could notice that.
auto mutation_of(site where) -> mutation {
    auto const usual = std::string{describe(rpmsg::order_of(where))};
    switch (where) {
    case site::status_store:
        // The driver has fenced when it published its buffers: only without that fence does this release count.
        return {where,
                ordering::relaxed,
                usual + " -> relaxed, without doorbell_fence",
                {{site::doorbell_fence, ordering::relaxed}}};
    case site::restart_fence:
        // No load decides whether that doorbell rings: the fence has only the stores before it to order.
        return {where, ordering::relaxed, usual + " -> none"};
    default:
        return {where, explored_memory::weaker(where),
                usual + (rpmsg::order_of(where) == order::full ? " -> acquire and release" : " -> relaxed")};
    }
}

/// Runs the scenarios until one fails, and prints which.
auto is_caught(mutation const& change) -> bool {
    auto const line = [&](char const* name, std::uint64_t executions, std::string const& how) {
        std::printf("| %-14s | %-42s | %-45s | %10llu | %s\n", std::string{describe(change.where)}.c_str(), change.text.c_str(),
                    name, static_cast<unsigned long long>(executions), how.c_str());
    };
    for (auto const& each : scenarios) {
        auto how = settings{.reordered = change.also};
        if (not change.also.empty() and not each.run(how).is_clean()) {
            continue;
        }
        how.reordered.emplace_back(change.where, change.weakened);
        auto const found = each.run(how);
        if (not found.is_clean()) {
            line(each.name, found.executions, found.failure);
            return true;
        }
    }
    line("nothing", 0, "");
    return false;
}

auto ordered_sites() -> std::vector<site> {
    auto result = std::vector<site>{};
    for (std::size_t i = 0; i < static_cast<std::size_t>(site::count_); ++i) {
        if (rpmsg::order_of(static_cast<site>(i)) != order::relaxed) {
            result.push_back(static_cast<site>(i));
        }
    }
    return result;
}

} // namespace

TEST_CASE("every order is needed: weakened at one site, some execution goes wrong") {
    std::printf("| %-14s | %-42s | %-45s | %10s | %s\n", "site", "order -> weakened", "caught by", "executions", "as");
    for (auto const where : ordered_sites()) {
        INFO(describe(where));
        CHECK(is_caught(mutation_of(where)));
    }
}

TEST_CASE("interleavings alone find none of the weakened orders") {
    for (auto const where : ordered_sites()) {
        auto const how = settings{.search = {.sequential = true}, .reordered = {{where, mutation_of(where).weakened}}};
        for (auto const& each : scenarios) {
            INFO(describe(where) << ": " << each.name);
            CHECK(each.run(how).is_clean());
        }
    }
}
