#pragma once

#include <rpmsg/framework/channel.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/testing/loopback.hpp>

#include "check.hpp"
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

/// A message, field by field.
class raw_message {
    std::array<std::byte, 256> content_{};
    std::size_t size_{};

    constexpr auto add(std::uint64_t value, unsigned width) -> raw_message& {
        for (unsigned i = 0; i < width; ++i) {
            content_[size_++] = static_cast<std::byte>(value >> (8 * i));
        }
        return *this;
    }

  public:
    constexpr raw_message() = default;
    /// The front: command, result, cookie.
    constexpr raw_message(unsigned command, int result, unsigned cookie) { u32(command).i32(result).u64(cookie); }
    constexpr explicit raw_message(rpmsg::const_bytes from) : size_{from.size()} { rpmsg::copy(from, content_); }

    constexpr auto u16(unsigned value) -> raw_message& { return add(value, 2); }
    constexpr auto u32(unsigned value) -> raw_message& { return add(value, 4); }
    constexpr auto i32(int value) -> raw_message& { return add(static_cast<unsigned>(value), 4); }
    constexpr auto u64(std::uint64_t value) -> raw_message& { return add(value, 8); }
    constexpr auto zeros(std::size_t count) -> raw_message& {
        size_ += count;
        return *this;
    }
    /// The characters, without a NUL.
    constexpr auto text(std::string_view characters) -> raw_message& {
        for (auto const c : characters) {
            content_[size_++] = static_cast<std::byte>(c);
        }
        return *this;
    }
    constexpr auto path(std::string_view characters) -> raw_message& { return text(characters).zeros(1); }

    [[nodiscard]] constexpr auto view() const -> rpmsg::const_bytes { return rpmsg::const_bytes{content_}.first(size_); }
    constexpr auto operator==(raw_message const& other) const -> bool { return same(view(), other.view()); }
};

/// An end of a session that a test plays: it keeps the last messages, and holds them while `holds` is set.
struct raw_end {
    std::array<raw_message, 16> heard{};
    std::uint32_t count{};
    std::array<rpmsg::held_message, 16> held{};
    std::uint32_t held_count{};
    bool holds{};

    static constexpr auto name() -> std::string_view { return "rpmsgfs-0"; }
    constexpr auto on_message(auto& link, rpmsg::message const& m) -> void {
        heard[count++ % heard.size()] = raw_message{m.payload};
        if (holds) {
            held[held_count++] = link.hold(m);
        }
    }
    constexpr auto release_all() -> void {
        holds = false;
        for (; held_count > 0; --held_count) {
            held[held_count - 1].release();
        }
    }
    [[nodiscard]] constexpr auto last() const -> raw_message const& {
        check(count > 0);
        return heard[(count - 1) % heard.size()];
    }
};

/// A channel at each end of a loopback, and the time of the test.
template <typename TableA, typename TableB, std::uint32_t Buffers = 4, std::uint32_t Payload = 160> struct two_channels {
    using end = rpmsg::testing::loopback<true, Buffers, Payload>;

    rpmsg::testing::loopback_memory<Buffers, Payload> memory{};
    rpmsg::channel<end, TableA> at_a;
    rpmsg::channel<end, TableB> at_b;
    rpmsg::ticks now{};

    constexpr two_channels(TableA a, TableB b) : at_a{end{memory, 0}, a}, at_b{end{memory, 1}, b} {
        check(at_a.start().has_value() and at_b.start().has_value());
        turn(4);
    }
    constexpr auto turn(int times = 8) -> void {
        for (; times > 0; --times) {
            (void)at_a.poll(now);
            (void)at_b.poll(now);
        }
    }
};

template <typename Server> using table_of_server = rpmsg::endpoints<decltype(rpmsg::group_of(rpmsg::detail::lent<Server&>()))>;
template <typename Service> using table_of = rpmsg::endpoints<rpmsg::ref<Service>>;

/// A server and a client that the test plays.
template <typename Store, rpmsg::file_server_config Config = rpmsg::file_server_config{}, std::uint32_t Buffers = 4>
struct server_beside_raw {
    using server_type = rpmsg::file_server<Store, Config>;

    Store store;
    server_type server{store};
    raw_end client{};
    two_channels<table_of_server<server_type>, table_of<raw_end>, Buffers> link{
        table_of_server<server_type>{rpmsg::group_of(server)}, table_of<raw_end>{rpmsg::ref{client}}};

    constexpr explicit server_beside_raw(Store content = Store{}) : store{std::move(content)} {}

    constexpr auto send(raw_message const& request) -> void {
        check(link.at_b.at(0).send(request.view()).has_value());
        link.turn();
    }
    /// The one answer to a request.
    constexpr auto answer_to(raw_message const& request) -> raw_message {
        auto const before = client.count;
        send(request);
        check(client.count == before + 1);
        return client.last();
    }
    /// The result of the one answer to a request.
    constexpr auto result_of(raw_message const& request) -> int {
        return rpmsg::load<std::int32_t>(answer_to(request).view().subspan(4));
    }
};

/// A client and a server that the test plays.
template <rpmsg::file_client_config Config = rpmsg::file_client_config{}> struct client_beside_raw {
    using client_type = rpmsg::file_client<Config>;

    client_type client{};
    raw_end server{};
    two_channels<table_of<raw_end>, table_of<client_type>> link{table_of<raw_end>{rpmsg::ref{server}},
                                                                table_of<client_type>{rpmsg::ref{client}}};

    constexpr auto start(rpmsg::file_request const& what, rpmsg::ticks deadline = 100) -> rpmsg::file_call {
        auto const made = client.start(link.at_b, what, deadline);
        check(made.has_value());
        link.turn(2);
        return *made;
    }
    constexpr auto answer(raw_message const& what) -> void {
        check(link.at_a.at(0).send(what.view()).has_value());
        link.turn(2);
    }
    /// A file that is open: its number at the server is 7. It takes cookie 1.
    constexpr auto open_file() -> rpmsg::file_handle {
        auto const call = start(rpmsg::file_calls::open("/f", {.read = true, .write = true}));
        answer(raw_message{1, 7, 1}.zeros(8));
        auto const got = client.take(call);
        check(got.has_value());
        return got->handle();
    }
};

/// A server and a client of the library.
template <typename Store, rpmsg::file_server_config ServerConfig = rpmsg::file_server_config{},
          rpmsg::file_client_config ClientConfig = rpmsg::file_client_config{}, std::uint32_t Buffers = 4>
struct file_ends {
    using server_type = rpmsg::file_server<Store, ServerConfig>;
    using client_type = rpmsg::file_client<ClientConfig>;

    Store store;
    server_type server{store};
    client_type client{};
    two_channels<table_of_server<server_type>, table_of<client_type>, Buffers> link{
        table_of_server<server_type>{rpmsg::group_of(server)}, table_of<client_type>{rpmsg::ref{client}}};

    constexpr explicit file_ends(Store content = Store{}) : store{std::move(content)} {}

    /// Calls the server, and turns both sides until the call is over.
    constexpr auto call(rpmsg::file_request const& what) -> rpmsg::file_result<rpmsg::file_answer> {
        auto const made = client.start(link.at_b, what, link.now + 1000);
        if (not made) {
            return made.error();
        }
        for (auto i = 0; i < 1000; ++i) {
            auto const got = client.take(*made);
            if (got or got.error() != rpmsg::file_error::try_again) {
                return got;
            }
            link.turn(1);
        }
        check(false);
        return rpmsg::file_error::none;
    }
    /// What a call fails with.
    constexpr auto error_of(rpmsg::file_request const& what) -> rpmsg::file_error { return call(what).error(); }
    constexpr auto result_of(rpmsg::file_request const& what) -> int {
        auto const got = call(what);
        check(got.has_value());
        return got->result;
    }
    constexpr auto open(std::string_view path, rpmsg::open_mode mode) -> rpmsg::file_handle {
        auto const got = call(rpmsg::file_calls::open(path, mode));
        check(got.has_value());
        return got->handle();
    }
    constexpr auto open_directory(std::string_view path) -> rpmsg::file_handle {
        auto const got = call(rpmsg::file_calls::open_directory(path));
        check(got.has_value());
        return got->handle();
    }
};
