// Messages of one endpoint: send, listen and cat.
#include "command.hpp"
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <iostream>
#include <unistd.h>

namespace tool {
namespace {
using rpmsg::host::steady_clock;

auto from_hex(std::string_view text) -> std::optional<std::string> {
    auto made = std::string{};
    if (text.size() % 2 != 0) {
        return {};
    }
    for (; not text.empty(); text.remove_prefix(2)) {
        auto value = 0u;
        auto const [end, code] = std::from_chars(text.data(), text.data() + 2, value, 16);
        if (code != std::errc{} or end != text.data() + 2) {
            return {};
        }
        made += static_cast<char>(value);
    }
    return made;
}
auto to_hex(std::string_view text) -> std::string {
    auto made = std::string{};
    for (auto const c : text) {
        made += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return made;
}

/// Writes all of it, however slow the reader is; false when it is gone or the user ends.
auto write_all(std::string_view text) -> bool {
    while (not text.empty()) {
        auto const done = write(STDOUT_FILENO, text.data(), text.size());
        if (done < 0 and (errno != EINTR or interrupt::is_asked())) {
            return false;
        }
        text.remove_prefix(done > 0 ? static_cast<std::size_t>(done) : 0);
    }
    return true;
}

/// Sends one message, as soon as there is a buffer.
auto send_one(session& link, unsigned endpoint, std::string_view text) -> std::optional<int> {
    auto outcome = rpmsg::status{rpmsg::error::no_buffer};
    auto const bad = turn_until(link, after(10), "the peer takes no messages", [&] {
        outcome = link.send(endpoint, to_bytes(text));
        return outcome.error() != rpmsg::error::no_buffer;
    });
    if (bad or outcome) {
        return bad;
    }
    if (outcome.error() == rpmsg::error::too_large) {
        return fail(fmt::format("a message has up to {} bytes on this link, not {}", link.limit(), text.size()));
    }
    return fail(fmt::format("not sent: {}", describe(outcome.error())));
}

auto open_and_wait(session& link, options const& chosen, session::handler on_message, unsigned& endpoint)
    -> std::optional<int> {
    auto made = link.open(chosen.name, addresses_of(chosen), std::move(on_message));
    if (not made) {
        return fail(made.error());
    }
    endpoint = *made;
    return turn_until(link, after(chosen.wait), fmt::format("nobody has the endpoint '{}' at {}", chosen.name, chosen.address),
                      [&] { return link.is_up() and link.is_bound(endpoint); });
}
} // namespace

auto send(options const& chosen) -> int {
    return on_session(chosen, [&](session& link) {
        auto endpoint = 0u;
        if (auto const bad = open_and_wait(
                link, chosen, [](auto, auto) {}, endpoint)) {
            return *bad;
        }
        auto const pass_on = [&](std::string const& text) -> std::optional<int> {
            auto const payload = chosen.hex ? from_hex(text) : std::optional{text};
            if (not payload) {
                return fail("'" + escaped(text) + "' is no even number of hexadecimal digits", exit_status::wrong_arguments);
            }
            return send_one(link, endpoint, *payload);
        };
        for (auto const& text : chosen.data) {
            if (auto const bad = pass_on(text)) {
                return *bad;
            }
        }
        for (auto line = std::string{}; chosen.data.empty() and std::getline(std::cin, line);) {
            if (auto const bad = pass_on(line)) {
                return *bad;
            }
        }
        return exit_status::done;
    });
}

auto listen(options const& chosen) -> int {
    return on_session(chosen, [&](session& link) {
        auto heard = std::uint32_t{};
        auto is_well = true;
        auto endpoints = std::vector<unsigned>(chosen.names.size());
        for (std::size_t i = 0; i < chosen.names.size(); ++i) {
            auto const& name = chosen.names[i];
            auto made = link.open(name, addresses_of(chosen), [&, i](rpmsg::address from, rpmsg::const_bytes payload) {
                auto const text = to_text(payload);
                auto line = chosen.hex ? to_hex(text) : escaped(text);
                if (chosen.json) {
                    line = fmt::format("{{\"name\": {}, \"from\": {}, \"size\": {}, \"{}\": {}}}", json_text(chosen.names[i]),
                                       static_cast<std::uint32_t>(from), text.size(), chosen.hex ? "hex" : "text",
                                       chosen.hex ? json_text(to_hex(text)) : json_text(text));
                } else if (chosen.names.size() > 1) {
                    line = chosen.names[i] + ": " + line;
                }
                ++heard;
                is_well = is_well and (chosen.count == 0 or heard <= chosen.count ? write_all(line + "\n") : true);
                if (chosen.echo) {
                    is_well = is_well and (link.send(endpoints[i], payload, from) or not link.is_up());
                }
            });
            if (not made) {
                return fail(made.error());
            }
            endpoints[i] = *made;
        }
        auto none = std::vector<pollfd>{};
        while (is_well and not interrupt::is_asked() and link.trouble().empty() and
               (chosen.count == 0 or heard < chosen.count)) {
            if (not link.turn()) {
                link.wait(none, 200);
            }
        }
        if (not link.trouble().empty()) {
            return fail(link.trouble());
        }
        return is_well or interrupt::is_asked() ? exit_status::done : fail("the output or the answer cannot be written");
    });
}

auto cat(options const& chosen) -> int {
    return on_session(chosen, [&](session& link) {
        auto endpoint = 0u;
        auto is_well = true;
        auto heard_at = steady_clock::now();
        auto const on_message = [&](rpmsg::address, rpmsg::const_bytes payload) {
            is_well = is_well and (chosen.send or write_all(to_text(payload)));
            heard_at = steady_clock::now();
        };
        if (auto const bad = open_and_wait(link, chosen, on_message, endpoint)) {
            return *bad;
        }
        auto piece = std::vector<char>(link.limit());
        auto pending = std::string_view{};
        auto is_at_end = chosen.receive;
        auto input = std::vector<pollfd>{{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
        while (is_well and not interrupt::is_asked() and link.trouble().empty() and link.is_bound(endpoint)) {
            auto has_more = link.turn();
            if (pending.empty() and not is_at_end and ::poll(input.data(), 1, 0) > 0) {
                auto const got = read(STDIN_FILENO, piece.data(), piece.size());
                is_at_end = got == 0 or (got < 0 and errno != EINTR and errno != EAGAIN);
                pending = {piece.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
                heard_at = steady_clock::now();
            }
            if (not pending.empty()) {
                auto const outcome = link.send(endpoint, to_bytes(pending));
                if (outcome) {
                    pending = {};
                    has_more = true;
                } else if (outcome.error() != rpmsg::error::no_buffer) {
                    break;
                }
            }
            auto const is_quiet =
                rpmsg::has_passed(heard_at + static_cast<rpmsg::ticks>(chosen.linger * 1000), steady_clock::now());
            if (is_at_end and pending.empty() and not chosen.receive and (chosen.send or is_quiet)) {
                return exit_status::done;
            }
            if (not has_more) {
                input[0].fd = pending.empty() and not is_at_end ? STDIN_FILENO : -1;
                link.wait(input, 50);
                input[0].fd = STDIN_FILENO;
            }
        }
        if (interrupt::is_asked()) {
            return exit_status::interrupted;
        }
        if (not is_well) {
            return fail(fmt::format("the output cannot be written: {}", std::strerror(errno)));
        }
        if (not link.trouble().empty()) {
            return fail(link.trouble());
        }
        return pending.empty() and is_at_end ? exit_status::done : fail("the peer went away before the end of the input");
    });
}

} // namespace tool
