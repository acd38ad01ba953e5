#include <rpmsg/framework/channel.hpp>
#include <rpmsg/service/files/file_client.hpp>
#include <rpmsg/testing/loopback.hpp>

#include "ring_play.hpp"
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {
using namespace rpmsg;
using end = rpmsg::testing::loopback<true, 4, 128>;
using client_type = file_client<file_client_config{.calls = 3}>;

/// A server that says anything.
struct speaking_server {
    std::vector<wire::file_head> heard{};

    static constexpr auto name() -> std::string_view { return "rpmsgfs-0"; }
    auto on_message(auto&, message const& m) -> void {
        auto head = wire::file_head{};
        expects(wire::read_header(m.payload, 0, head));
        expects(head.command > 0 and head.command < wire::file_commands and head.cookie != 0);
        heard.push_back(head);
    }
};

/// A call with memory of exactly its size, which the sanitizer guards.
struct call {
    file_call which{};
    std::vector<std::byte> into{};
    std::vector<std::byte> data{};
    std::string path{};
    file_status found{};
    file_system_status system{};
};

struct play {
    fuzz::input bytes;
    client_type client{};
    speaking_server server{};
    rpmsg::testing::loopback_memory<4, 128> memory{};
    channel<end, endpoints<ref<client_type>>> side{end{memory, 0}, endpoints<ref<client_type>>{ref{client}}};
    channel<end, endpoints<ref<speaking_server>>> peer{end{memory, 1}, endpoints<ref<speaking_server>>{ref{server}}};
    std::vector<std::unique_ptr<call>> calls{};
    std::vector<file_handle> handles{{}};
    ticks now{};

    explicit play(fuzz::input input) : bytes{input} {
        expects(side.start().has_value() and peer.start().has_value());
        turn(4);
    }
    auto turn(int times) -> void {
        for (; times > 0; --times) {
            (void)side.poll(now);
            (void)peer.poll(now);
        }
    }
    auto choose(call& it) -> file_request {
        auto const handle = handles[bytes.take() % handles.size()];
        it.path = std::string(bytes.take() % 140, 'p');
        it.into.resize(bytes.take() % 200);
        it.data.resize(bytes.take() * 2u);
        switch (bytes.take() % 14) {
        case 0: return file_calls::open(it.path, {.read = true, .write = true});
        case 1: return file_calls::close(handle);
        case 2:
        case 3: return file_calls::read(handle, it.into);
        case 4:
        case 5: return file_calls::write(handle, it.data);
        case 6: return file_calls::seek(handle, 1);
        case 7: return file_calls::status_of(it.path, it.found);
        case 8: return file_calls::status_of(handle, it.found);
        case 9: return file_calls::next(handle, it.into);
        case 10: return file_calls::system(it.path, it.system);
        case 11: return file_calls::rename(it.path, it.path);
        case 12: return file_calls::change(it.path, 1, it.found);
        default: return file_calls::open_directory(it.path);
        }
    }
    auto begin() -> void {
        auto made = std::make_unique<call>();
        auto const what = choose(*made);
        if (auto const which = client.start(side, what, now + 10)) {
            made->which = *which;
            calls.push_back(std::move(made));
        }
    }
    auto take(bool must_be_over) -> void {
        std::erase_if(calls, [&](auto const& each) {
            auto const got = client.take(each->which);
            expects(not must_be_over or got.error() != file_error::try_again);
            if (got) {
                handles.push_back(got->handle());
                expects(got->result >= 0);
            }
            return got.error() != file_error::try_again;
        });
    }
    auto answer() -> void {
        auto made = std::vector<std::byte>(16 + bytes.take() % 113);
        for (auto i = std::size_t{16}; i < made.size(); ++i) {
            made[i] = static_cast<std::byte>(bytes.take());
        }
        auto head = wire::file_head{
            .command = bytes.take() % 26u, .result = static_cast<std::int32_t>(bytes.number()), .cookie = bytes.take()};
        if (not server.heard.empty() and bytes.take() % 8 != 0) {
            auto const result = bytes.take() % 4 == 0 ? head.result : bytes.take() % 120;
            head = server.heard[server.heard.size() - 1 - bytes.take() % std::min<std::size_t>(server.heard.size(), 3)];
            head.result = result;
        }
        store(made, head);
        (void)peer.at(0).send(const_bytes{made});
    }
    auto run() -> void {
        while (not bytes.is_empty()) {
            switch (bytes.take() % 10) {
            case 0:
            case 1:
            case 2: begin(); break;
            case 3: ++now; break;
            case 4:
                if (not calls.empty() and bytes.take() % 4 == 0) {
                    client.cancel(calls.back()->which);
                    calls.pop_back();
                }
                break;
            case 5:
                if (bytes.take() % 8 == 0) {
                    peer.close();
                    turn(2);
                    expects(peer.start().has_value());
                    turn(4);
                }
                break;
            default: answer();
            }
            turn(1);
            take(false);
        }
        now += 10; // nothing outlives its deadline
        turn(1);
        take(true);
        expects(client.under_way() == 0 and not side.next_deadline(now).is_set);
    }
};
} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    play{{data, size}}.run();
    return 0;
}
