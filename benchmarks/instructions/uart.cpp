// What a serial line costs: its checks and its framing alone, and whole messages from one end to the other. Arguments: WHAT
// COUNT SIZE; with "line" it prints how many bytes a message of SIZE random bytes takes on the line, times COUNT.
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/transport/uart.hpp>
#include <rpmsg/wire/cobs.hpp>
#include <rpmsg/wire/crc.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {
using rpmsg::wire::crc;
using rpmsg::wire::crc_step;

std::array<std::byte, 496> content{};
std::uint32_t seen{};

auto must(bool condition, char const* what) -> void {
    if (not condition) {
        std::fprintf(stderr, "%s\n", what);
        std::exit(3);
    }
}
auto look_at(auto const& value) -> void { asm volatile("" ::"r"(&value) : "memory"); }

/// A line that takes everything, and gives it back once.
struct loop {
    std::array<std::byte, 4096> kept{};
    std::size_t in{};
    std::size_t out{};
    std::uint64_t total{};
    auto write(rpmsg::const_bytes sent) -> std::size_t {
        must(in + sent.size() <= kept.size(), "the line is full");
        std::memcpy(kept.data() + in, sent.data(), sent.size());
        in += sent.size();
        total += sent.size();
        return sent.size();
    }
    auto read(rpmsg::bytes into) -> std::size_t {
        auto const count = std::min(into.size(), in - out);
        std::memcpy(into.data(), kept.data() + out, count);
        out += count;
        if (out == in) {
            in = out = 0;
        }
        return count;
    }
};
struct end_of_line {
    loop* sends;
    loop* receives;
    auto write(rpmsg::const_bytes sent) -> std::size_t { return sends->write(sent); }
    auto read(rpmsg::bytes into) -> std::size_t { return receives->read(into); }
};

/// COUNT messages from one end to the other, one by one; answers how many bytes went over the line that way.
template <rpmsg::uart_profile Profile> auto messages(std::uint32_t count, std::uint32_t size, bool random) -> std::uint64_t {
    static constexpr auto line = rpmsg::uart_config{.profile = Profile, .check_step = crc_step::byte};
    static constexpr auto sink = rpmsg::endpoint<"sink">([](auto&, rpmsg::message const& m) {
        seen += static_cast<std::uint32_t>(m.payload.front());
        look_at(*m.payload.data());
    });
    static auto there = loop{};
    static auto back = loop{};
    static auto storage_a = rpmsg::uart_storage<line>{};
    static auto storage_b = rpmsg::uart_storage<line>{};
    using transport = rpmsg::uart<line, end_of_line>;
    static auto a = rpmsg::channel{transport{storage_a, end_of_line{&there, &back}}, rpmsg::endpoints{sink}};
    static auto b = rpmsg::channel{transport{storage_b, end_of_line{&back, &there}}, rpmsg::endpoints{sink}};
    if constexpr (Profile == rpmsg::uart_profile::reliable) {
        a.transport().identify(1);
        b.transport().identify(2);
    }
    must(a.start().has_value() and b.start().has_value(), "an end does not start");
    for (int turn = 0; turn < 8; ++turn) {
        a.poll();
        b.poll();
    }
    auto const from = a.template get<"sink">();
    auto const before = there.total;
    std::uint32_t state = 1;
    for (std::uint32_t i = 0; i < count; ++i) {
        for (std::uint32_t n = 0; random and n < size; ++n) {
            state = state * 1664525 + 1013904223;
            content[n] = static_cast<std::byte>(state >> 24);
        }
        must(from.send(rpmsg::const_bytes{content}.first(size)).has_value(), "a send was refused");
        b.poll();
        a.poll();
    }
    return there.total - before;
}

template <rpmsg::wire::crc_code Code, crc_step Step> auto checks(std::uint32_t count, rpmsg::const_bytes frame) -> void {
    for (std::uint32_t i = 0; i < count; ++i) {
        look_at(frame);
        auto const value = crc<Code, Step>::of(frame);
        look_at(value);
    }
}
template <typename Writer> auto writes(std::uint32_t count, rpmsg::const_bytes frame) -> void {
    auto piece = std::array<std::byte, 32>{};
    for (std::uint32_t i = 0; i < count; ++i) {
        auto writer = Writer{};
        while (not writer.is_done(frame)) {
            (void)writer.write(frame, piece);
            look_at(piece);
        }
    }
}
} // namespace

auto main(int words, char** arguments) -> int {
    must(words == 4, "arguments: WHAT COUNT SIZE");
    auto const what = std::string_view{arguments[1]};
    auto const count = static_cast<std::uint32_t>(std::atoi(arguments[2]));
    auto const size = static_cast<std::uint32_t>(std::atoi(arguments[3]));
    must(size >= 1 and size <= content.size(), "a message has 1 to 496 bytes");
    for (std::size_t i = 0; i < content.size(); ++i) {
        content[i] = static_cast<std::byte>(i * 7 + 1);
    }
    auto const frame = rpmsg::const_bytes{content}.first(size);
    using namespace rpmsg::wire;
    if (what == "arc.bit") {
        checks<crc16_arc, crc_step::bit>(count, frame);
    } else if (what == "arc.nibble") {
        checks<crc16_arc, crc_step::nibble>(count, frame);
    } else if (what == "arc.byte") {
        checks<crc16_arc, crc_step::byte>(count, frame);
    } else if (what == "xmodem.byte") {
        checks<crc16_xmodem, crc_step::byte>(count, frame);
    } else if (what == "crc32c.bit") {
        checks<crc32c, crc_step::bit>(count, frame);
    } else if (what == "crc32c.nibble") {
        checks<crc32c, crc_step::nibble>(count, frame);
    } else if (what == "crc32c.byte") {
        checks<crc32c, crc_step::byte>(count, frame);
    } else if (what == "nuttx.encode") {
        writes<uart_writer<uart_dialects::apache>>(count, frame);
    } else if (what == "reliable.encode") {
        writes<cobs_writer>(count, frame);
    } else if (what == "nuttx.message") {
        (void)messages<rpmsg::uart_profile::nuttx>(count, size, false);
    } else if (what == "reliable.message") {
        (void)messages<rpmsg::uart_profile::reliable>(count, size, false);
    } else if (what == "nuttx.line") {
        std::printf("%llu\n", static_cast<unsigned long long>(messages<rpmsg::uart_profile::nuttx>(count, size, true)));
    } else if (what == "reliable.line") {
        std::printf("%llu\n", static_cast<unsigned long long>(messages<rpmsg::uart_profile::reliable>(count, size, true)));
    } else {
        must(false, "unknown WHAT");
    }
}
