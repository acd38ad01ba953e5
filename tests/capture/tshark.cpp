#include <rpmsg/host/capture/pcapng.hpp>

#include <catch2/catch_test_macros.hpp>

#include "capture/folder.hpp"
#include "capture/shell.hpp"
#include "check.hpp"
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <vector>

namespace {
using namespace rpmsg;
using capture::answer;
using capture::need;

auto has(std::string const& text, std::string_view part) -> bool { return text.find(part) != std::string::npos; }

constexpr auto header = wire::header{.source = address{1024}, .destination = address{53}, .length = 5};
constexpr auto fields = " -T fields -E separator=/s -e frame.interface_name -e frame.packet_flags_direction -e frame.len"
                        " -e frame.comment -e data";

/// Each kind of record.
auto record(host::pcapng& all) -> void {
    auto one = std::move(*all.add_link("one", "nuttx"));
    auto two = std::move(*all.add_link("two", "linux"));
    one.changed({.event = link_event::up});
    one.sending(header, "hello"_payload);
    one.sent(true);
    two.received(header, "world"_payload);
    one.dropped(counter::bad_length);
    two.counted(counter::no_endpoint, 1);
    two.counted(counter::no_buffer, 2);
    one.changed({.event = link_event::down, .reason = down_reason::broken});
    two.changed({.event = link_event::up});
}
constexpr auto expected = "one 0x00000000 0 link up \n"
                          "one 0x00000002 21  0004000035000000000000000500000068656c6c6f\n"
                          "two 0x00000001 21  00040000350000000000000005000000776f726c64\n"
                          "one 0x00000001 0 dropped: bad length \n"
                          "two 0x00000001 0 not delivered: no endpoint \n"
                          "one 0x00000000 0 link down: broken \n"
                          "two 0x00000000 0 link up,counter: no buffer, 2 times \n";
} // namespace

TEST_CASE("tshark reads a capture: links, directions, lengths, comments, the bytes") {
    need("tshark");
    auto const folder = capture::folder{};
    auto const path = folder.path("x.pcapng");
    {
        auto all = host::pcapng::create(path);
        REQUIRE(all);
        record(*all);
    }
    auto const read = answer{"tshark -r " + path + fields};
    CHECK(read.is_well);
    CHECK(read.text == expected);
}

TEST_CASE("tshark reads a capture live from a pipe") {
    need("tshark");
    auto const folder = capture::folder{};
    auto const path = folder.path("read");
    auto* const reader = popen(("tshark -l -r -" + std::string{fields} + " >" + path + " 2>/dev/null").c_str(), "we");
    REQUIRE(reader != nullptr);
    {
        auto all = host::pcapng::on(host::descriptor{dup(fileno(reader))});
        REQUIRE(all);
        record(*all);
        all->finish();
        CHECK(all->error().empty());
    }
    CHECK(pclose(reader) == 0);
    CHECK(answer{"cat " + path}.text == expected);
}

TEST_CASE("capinfos finds nothing wrong in a capture, and its summary") {
    need("capinfos");
    auto const folder = capture::folder{};
    auto const path = folder.path("x.pcapng");
    {
        auto all = host::pcapng::create(path);
        REQUIRE(all);
        record(*all);
    }
    auto const read = answer{"capinfos " + path};
    CHECK(read.is_well);
    for (auto const* each : {"pcapng", "Encapsulation = USER 0", "Strict time order:   True", "Capture application: rpmsg",
                             "Number of packets:   7", "Name = two", "Comment = RPMsg, dialect linux", "Time resolution = 0x09",
                             "Number of stat entries = 1"}) {
        CHECK(has(read.text, each));
    }
}
