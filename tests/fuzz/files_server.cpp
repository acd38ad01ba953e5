#include <rpmsg/framework/channel.hpp>
#include <rpmsg/service/files/file_server.hpp>
#include <rpmsg/service/files/ram_store.hpp>
#include <rpmsg/testing/loopback.hpp>

#include "ring_play.hpp"
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace {
using namespace rpmsg;
using end = rpmsg::testing::loopback<true, 4, 160>;
using store_type = ram_store<6, 300, 20>;
using server_type =
    file_server<store_type, file_server_config{.handles = 4, .handles_per_session = 3, .waiting = 3, .longest_path = 40}>;
using table = endpoints<decltype(group_of(rpmsg::detail::lent<server_type&>()))>;

/// What a client that says anything hears.
struct listening_client {
    std::vector<held_message> kept{};
    std::uint32_t count{};
    std::int32_t last{};
    bool keeps{};

    static constexpr auto name() -> std::string_view { return "rpmsgfs-0"; }
    /// Whether an answer has the size that clients of NuttX expect, or is only a front with an error.
    static auto is_as_expected(wire::file_head const& head, std::size_t size) -> bool {
        static constexpr auto sizes = std::array<std::size_t, 23>{16, 24, 20, 24, 24, 28, 0,  20, 20,  108, 24, 16,
                                                                  0,  20, 20, 80, 16, 24, 16, 16, 108, 112, 112};
        if (head.command >= sizes.size() or (head.result < 0 and size == sizeof head)) {
            return head.result == -22 or (head.command < sizes.size() and sizes[head.command] == 16);
        }
        auto const data = head.command == 3 and head.result > 0 ? static_cast<std::size_t>(head.result) : 0;
        return sizes[head.command] == 0 ? size >= 24 : size == sizes[head.command] + data;
    }
    auto on_message(auto& link, message const& m) -> void {
        auto head = wire::file_head{};
        expects(wire::read_header(m.payload, 0, head));
        expects(is_as_expected(head, m.payload.size()));
        ++count;
        last = head.result;
        if (keeps) {
            kept.push_back(link.hold(m));
        }
    }
};

struct play {
    fuzz::input bytes;
    store_type store{};
    server_type server{store};
    listening_client ear{};
    rpmsg::testing::loopback_memory<4, 160> memory{};
    channel<end, table> side{end{memory, 0}, table{group_of(server)}};
    channel<end, endpoints<ref<listening_client>>> peer{end{memory, 1}, endpoints<ref<listening_client>>{ref{ear}}};

    explicit play(fuzz::input input) : bytes{input} {
        expects(side.start().has_value() and peer.start().has_value());
        turn(4);
    }
    auto turn(int times) -> void {
        for (; times > 0; --times) {
            (void)side.poll();
            (void)peer.poll();
        }
    }
    /// Handles, paths and numbers that often mean something.
    auto make() -> std::vector<std::byte> {
        auto made = std::vector<std::byte>(16);
        store_word(made, 0, bytes.take() % 26);
        store_word(made, 8, bytes.take() % 4); // without a cookie, too
        auto const words = bytes.take() % 24;
        for (auto i = 0; i < words; ++i) {
            made.resize(made.size() + 4);
            auto const value = bytes.take();
            store_word(made, made.size() - 4,
                       value < 128 ? static_cast<std::uint32_t>(value % 8) << 8 | (value / 8 % 5) : bytes.number());
        }
        static constexpr auto pieces = std::array<std::string_view, 8>{"/", "a", "b", "..", ".", "c/d", {"\0", 1}, "x"};
        for (auto i = bytes.take() % 12; i > 0; --i) {
            for (auto const c : pieces[bytes.take() % 8]) {
                made.push_back(static_cast<std::byte>(c));
            }
        }
        made.resize(made.size() + bytes.take() % 3);
        if (made.size() > 160) {
            made.resize(160);
        }
        return made;
    }
    static auto store_word(std::vector<std::byte>& into, std::size_t at, std::uint32_t value) -> void {
        rpmsg::store(rpmsg::bytes{into}.subspan(at), value);
    }
    auto run() -> void {
        while (not bytes.is_empty()) {
            switch (bytes.take() % 12) {
            case 0: ear.keeps = not ear.keeps; break;
            case 1: ear.kept.clear(); break;
            case 2:
                ear.kept.clear();
                peer.close();
                turn(2);
                expects(server.open_count() == 0 and server.waiting() == 0);
                expects(peer.start().has_value());
                turn(4);
                break;
            case 3: turn(2); break;
            default: {
                auto const what = make();
                (void)peer.at(0).send(const_bytes{what});
                (void)side.poll();
                expects(server.open_count() <= 3 and server.waiting() <= 3);
            }
            }
        }
        // A client that says what it may is still served.
        ear.kept.clear();
        ear.keeps = false;
        peer.close();
        turn(4);
        expects(peer.start().has_value());
        turn(8);
        auto const before = ear.count;
        auto request = std::vector<std::byte>(18);
        store_word(request, 0, static_cast<std::uint32_t>(wire::file_command::open_directory));
        store_word(request, 8, 1);
        request[16] = std::byte{'/'};
        expects(peer.at(0).send(const_bytes{request}).has_value());
        turn(4);
        expects(ear.count == before + 1 and ear.last > 0);
    }
};
} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    play{{data, size}}.run();
    return 0;
}
