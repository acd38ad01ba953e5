#pragma once

#include <rpmsg/host/outcome.hpp>

#include <charconv>
#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// What one endpoint has to do with topics. An empty topic is none.
struct mapping {
    std::string endpoint{};
    std::string out{};     ///< the endpoint's messages are published here
    std::string in{};      ///< what is published here goes to the endpoint
    std::string request{}; ///< the same, and the endpoint's next message is the answer
    int qos = 1;
    bool retain{};
};

/// A file of lines `key = value`; a line that begins with # is a comment. `endpoint` begins a mapping, to which the lines behind it belong.
struct gateway_config {
    std::string host = "127.0.0.1";
    int port = 1883;
    std::string client{};
    std::string status{};       ///< "up" or "down", retained, also as the last will
    std::uint32_t queue = 1000; ///< messages that wait for the broker, and as many that wait for the link
    std::uint32_t timeout = 10; ///< seconds for the answer to a request
    std::string user{};
    std::string password_file{};
    std::string tls_ca{};
    std::string tls_cert{};
    std::string tls_key{};
    std::vector<mapping> mappings{};

    /// Reads a file; a failure names it with line and column.
    static auto read(std::istream& from, std::string const& name) -> rpmsg::host::outcome<gateway_config> {
        auto made = gateway_config{};
        auto number = 0u;
        for (auto line = std::string{}; std::getline(from, line);) {
            ++number;
            auto column = std::size_t{1};
            if (auto const why = made.take(line, column); not why.empty()) {
                return rpmsg::host::failure{name + ":" + std::to_string(number) + ":" + std::to_string(column) + ": " + why};
            }
        }
        for (auto const& each : made.mappings) {
            if (each.out.empty() and each.in.empty() and each.request.empty()) {
                return rpmsg::host::failure{name + ": endpoint '" + each.endpoint + "' has no topic: out, in or request"};
            }
        }
        if (made.client.empty() or made.mappings.empty()) {
            return rpmsg::host::failure{name + ": it needs a client, which names this gateway at the broker, and an endpoint"};
        }
        return made;
    }

  private:
    static auto is_space(char c) -> bool { return c == ' ' or c == '\t' or c == '\r'; }
    static auto trim(std::string_view text) -> std::string_view {
        while (not text.empty() and is_space(text.front())) {
            text.remove_prefix(1);
        }
        while (not text.empty() and is_space(text.back())) {
            text.remove_suffix(1);
        }
        return text;
    }
    template <typename T> static auto number(std::string_view text, T least, T most, T& into) -> bool {
        auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), into);
        return code == std::errc{} and end == text.data() + text.size() and into >= least and into <= most;
    }

    /// Takes one line; returns what is wrong, at `column`.
    auto take(std::string_view line, std::size_t& column) -> std::string {
        auto const text = trim(line);
        if (text.empty() or text.front() == '#') {
            return {};
        }
        auto const at = [&](std::string_view part) { return static_cast<std::size_t>(part.data() - line.data()) + 1; };
        auto const equal = text.find('=');
        auto const key = trim(text.substr(0, equal));
        column = at(text);
        if (equal == text.npos) {
            return "a line is KEY = VALUE";
        }
        auto const value = trim(text.substr(equal + 1));
        auto why = set(key, value);
        if (why != unknown_key and not why.empty()) {
            column = value.empty() ? at(text) + equal + 1 : at(value);
        }
        return why == unknown_key ? "unknown key '" + std::string{key} + "'" : why;
    }
    static constexpr auto unknown_key = std::string_view{"unknown"};

    auto set(std::string_view key, std::string_view value) -> std::string {
        if (value.empty()) {
            return "'" + std::string{key} + "' needs a value";
        }
        for (auto const& [name, field] : {std::pair{"client", &client}, std::pair{"status", &status}, std::pair{"user", &user},
                                          std::pair{"password_file", &password_file}, std::pair{"tls_ca", &tls_ca},
                                          std::pair{"tls_cert", &tls_cert}, std::pair{"tls_key", &tls_key}}) {
            if (key == name) {
                *field = value;
                return {};
            }
        }
        if (key == "broker") {
            auto const colon = value.rfind(':');
            host = value.substr(0, colon);
            return colon == value.npos or number(value.substr(colon + 1), 1, 65535, port) ? "" : "a port is 1 to 65535";
        }
        if (key == "queue") {
            return number(value, 1u, 1'000'000u, queue) ? "" : "a queue has 1 to 1000000 messages";
        }
        if (key == "timeout") {
            return number(value, 1u, 3600u, timeout) ? "" : "a timeout has 1 to 3600 seconds";
        }
        if (key == "endpoint") {
            if (value.size() > 31) {
                return "a name has up to 31 characters";
            }
            mappings.push_back({.endpoint = std::string{value}});
            return {};
        }
        return set_mapping(key, value);
    }
    auto set_mapping(std::string_view key, std::string_view value) -> std::string {
        if (key != "out" and key != "in" and key != "request" and key != "qos" and key != "retain") {
            return std::string{unknown_key};
        }
        if (mappings.empty()) {
            return "'" + std::string{key} + "' belongs to an endpoint, which no line before names";
        }
        auto& it = mappings.back();
        if (key == "qos") {
            return number(value, 0, 2, it.qos) ? "" : "qos is 0, 1 or 2";
        }
        if (key == "retain") {
            it.retain = value == "yes";
            return value == "yes" or value == "no" ? "" : "retain is yes or no";
        }
        if (key == "out" and value.find_first_of("+#") != value.npos) {
            return "a topic to publish has no wildcard";
        }
        (key == "out" ? it.out : key == "in" ? it.in : it.request) = value;
        return {};
    }
};

} // namespace tool
