#include <rpmsg/service/syslog/syslog_client.hpp>
#include <rpmsg/service/syslog/syslog_server.hpp>

#include "service_play.hpp"
#include <cstdint>
#include <string_view>

namespace {
using namespace rpmsg;

auto play_client(fuzz::input input) -> void {
    auto it = fuzz::service_play<syslog_client<90>>{input};
    while (not it.bytes.is_empty()) {
        auto const what = it.bytes.take() % 10u;
        if (what == 8) {
            (void)it.service.put(std::string_view{"0123456789012345678901234567890123456789"}.substr(it.bytes.take() % 41u));
        } else if (what == 9) {
            auto piece = it.take_payload();
            store(bytes{piece}, it.bytes.take() % 4u);
            (void)it.send(const_bytes{piece}.first(8u + it.bytes.take() % 9u));
        } else {
            it.act(what);
        }
        expects(it.service.waiting() <= 90);
    }
    it.settle();
}

struct check_line {
    auto operator()(std::string_view line) const -> void {
        expects(line.size() <= 10 and line.find('\n') == std::string_view::npos);
    }
};
auto play_server(fuzz::input input) -> void {
    auto it = fuzz::service_play<syslog_server<10, check_line>>{input};
    while (not it.bytes.is_empty()) {
        auto const what = it.bytes.take() % 12u;
        if (what == 8) {
            it.service.suspend(it.bytes.take() % 2 == 0);
        } else if (what == 9) {
            (void)it.service.sync(it.now, it.bytes.take());
        } else if (what == 10) { // often a correct answer
            (void)it.send(const_bytes{it.other.last}.first(16));
        } else if (what == 11) {
            auto piece = it.take_payload();
            auto const size = it.bytes.take() % 65u;
            store(bytes{piece}, std::uint32_t{});
            store(bytes{piece}.subspan(8), it.bytes.take() % 54u);
            (void)it.send(const_bytes{piece}.first(size));
        } else {
            it.act(what);
        }
    }
    it.now += 255;
    it.settle();
    expects(not it.service.is_syncing());
}
} // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    if (size > 0) {
        auto const input = fuzz::input{data + 1, size - 1};
        data[0] % 2 != 0 ? play_client(input) : play_server(input);
    }
    return 0;
}
