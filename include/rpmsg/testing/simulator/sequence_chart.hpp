#pragma once

#include <rpmsg/testing/simulator/trace_text.hpp>
#include <rpmsg/testing/simulator/world.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace rpmsg::testing::simulator {

/// Draws the last steps as a sequence chart in SVG: a column for each core, an arrow for each message that arrived, the time on the
/// left. Polls and interrupts are left out.
[[nodiscard]] inline auto sequence_chart(world& all, std::size_t most = 50) -> std::string {
    constexpr int left = 110;
    constexpr int column = 190;
    constexpr int row = 18;
    constexpr int head = 40;
    auto const x_of = [](std::uint32_t core) { return left + column / 2 + static_cast<int>(core) * column; };

    auto shown = std::vector<step>{};
    for (auto const& each : all.steps().last(256)) {
        if (each.kind != step_kind::ran and each.kind != step_kind::interrupt) {
            shown.push_back(each);
        }
    }
    if (shown.size() > most) {
        shown.erase(shown.begin(), shown.end() - static_cast<std::ptrdiff_t>(most));
    }
    auto const width = left + column * static_cast<int>(all.core_count());
    auto const height = head + row * static_cast<int>(shown.size() + 1);

    auto svg = std::string{};
    auto const number = [](int value) { return std::to_string(value); };
    auto const escaped = [](std::string const& text) {
        auto safe = std::string{};
        for (auto const c : text) {
            safe += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
        }
        return safe;
    };
    auto const text = [&](int x, int y, char const* anchor, char const* fill, std::string const& words) {
        svg += "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\" fill=\"" + fill + "\">" +
               escaped(words) + "</text>\n";
    };
    auto const line = [&](int x1, int x2, int y1, int y2, char const* style) {
        svg += "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) +
               "\" " + style + "/>\n";
    };

    svg += "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width) + "\" height=\"" + number(height) +
           "\" font-family=\"sans-serif\" font-size=\"11\">\n"
           "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
           "orient=\"auto\"><path d=\"M0,0 L8,4 L0,8 z\"/></marker></defs>\n"
           "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    for (std::uint32_t i = 0; i < all.core_count(); ++i) {
        text(x_of(i), head / 2, "middle", "black", all.core_at(i).name());
        line(x_of(i), x_of(i), head / 2 + 6, height, "stroke=\"#aaa\"");
    }
    auto y = head;
    for (auto const& each : shown) {
        y += row;
        text(left - 20, y, "end", "#555", std::to_string(each.at.count() / 1'000) + " us");
        if (each.core == step::no_core) {
            auto const is_red = each.kind != step_kind::mended;
            auto const words = text_of(all, each);
            text(left, y - 2, "start", is_red ? "#b00" : "#070", words.substr(words.find("us  ") + 4));
            continue;
        }
        auto const here = x_of(each.core);
        auto const bytes = std::to_string(each.b) + " bytes";
        if (each.kind == step_kind::received) {
            auto const& wire = all.wire_at(each.a);
            auto const* const sender = wire.core_at(0)->number() == each.core ? wire.core_at(1) : wire.core_at(0);
            auto const there = x_of(sender->number());
            line(there, here, y - 4, y - 4, "stroke=\"black\" marker-end=\"url(#tip)\"");
            text((there + here) / 2, y - 6, "middle", "black", bytes + ", " + wire.name());
        } else if (each.kind == step_kind::sent) {
            text(here + 5, y, "start", "#777", "sends " + bytes);
        } else {
            auto const words = text_of(all, each);
            auto const from = words.find(all.core_at(each.core).name()) + all.core_at(each.core).name().size() + 1;
            text(here + 5, y, "start", each.kind == step_kind::link_down ? "#b00" : "#005", words.substr(from));
        }
    }
    return svg + "</svg>\n";
}

} // namespace rpmsg::testing::simulator
