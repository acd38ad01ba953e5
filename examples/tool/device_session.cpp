#include "device_session.hpp"

#include <rpmsg/host/rpmsg_char.hpp>
#include <rpmsg/host/steady_clock.hpp>

#include "interrupt.hpp"
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>

namespace tool {
namespace {
using rpmsg::host::failure;
using rpmsg::host::outcome;
using rpmsg::host::rpmsg_char;
using rpmsg::host::rpmsg_control;
using rpmsg::host::steady_clock;

class device_session final : public session {
    struct endpoint {
        std::string name{};
        handler on_message{};
        std::optional<rpmsg_char> file{};
    };
    std::optional<rpmsg_control> control_{};
    std::optional<rpmsg_char> only_{}; ///< the endpoint of /dev/rpmsgN until it is opened
    std::vector<endpoint> endpoints_{};
    std::vector<pollfd> polled_{};
    traffic traffic_{};
    std::string trouble_{};

    auto open_file(std::string const& name, rpmsg::endpoint_addresses where) -> outcome<rpmsg_char> {
        if (only_) {
            auto taken = outcome<rpmsg_char>{std::move(*only_)};
            only_.reset();
            return taken;
        }
        if (not control_) {
            return failure{"/dev/rpmsgN is one endpoint; for a second one name /dev/rpmsg_ctrlN"};
        }
        auto const now = steady_clock::now();
        if (where.peer == rpmsg::any_address) {
            if (auto announced = rpmsg_char::open(name, now); announced) {
                return announced;
            }
        }
        return rpmsg_char::create(*control_, name.empty() ? "rpmsg" : name, where.local, where.peer, now + 1000);
    }

  public:
    auto begin(std::string const& path) -> failure {
        if (path.find("rpmsg_ctrl") != path.npos) {
            auto control = rpmsg_control::open(path);
            if (control) {
                control_.emplace(std::move(*control));
            }
            return {control.error()};
        }
        auto file = rpmsg_char::open_file(path);
        if (file) {
            only_.emplace(std::move(*file));
        }
        return {file.error()};
    }

    auto open(std::string const& name, rpmsg::endpoint_addresses where, handler on_message) -> outcome<unsigned> override {
        auto file = open_file(name, where);
        if (not file) {
            return failure{file.error()};
        }
        auto& made = endpoints_.emplace_back(endpoint{.name = name, .on_message = std::move(on_message)});
        made.file.emplace(std::move(*file));
        return static_cast<unsigned>(endpoints_.size() - 1);
    }
    auto close(unsigned which) -> void override { endpoints_[which].file.reset(); }
    auto send(unsigned which, rpmsg::const_bytes payload, rpmsg::address) -> rpmsg::status override {
        auto& it = endpoints_[which];
        auto const sent = it.file ? it.file->send(payload, steady_clock::now()) : rpmsg::status{rpmsg::error::closed};
        if (sent) {
            traffic_.sending({}, payload);
        }
        return sent.error() == rpmsg::error::timed_out ? rpmsg::status{rpmsg::error::no_buffer} : sent;
    }
    auto is_bound(unsigned which) -> bool override { return endpoints_[which].file.has_value() and trouble_.empty(); }
    auto is_up() -> bool override { return trouble_.empty(); }
    auto limit() -> std::size_t override { return 496; }
    auto turn() -> bool override {
        auto memory = std::array<std::byte, 4096>{};
        constexpr auto most = 64;
        auto handled = 0;
        for (std::size_t i = 0; i < endpoints_.size(); ++i) {
            auto got = rpmsg::result<std::uint32_t>{rpmsg::error::timed_out};
            while (endpoints_[i].file and handled < most and (got = endpoints_[i].file->receive(memory, steady_clock::now()))) {
                ++handled;
                auto const payload = rpmsg::const_bytes{memory}.first(*got);
                traffic_.received({}, payload);
                endpoints_[i].on_message(rpmsg::any_address, payload);
            }
            if (endpoints_[i].file and got.error() == rpmsg::error::closed) {
                trouble_ = "the endpoint of Linux is gone";
            }
        }
        return handled == most;
    }
    auto watch(std::vector<pollfd>& into) -> void override {
        for (auto const& each : endpoints_) {
            into.push_back({.fd = each.file ? each.file->number() : -1, .events = POLLIN, .revents = 0});
        }
    }
    auto wait(std::vector<pollfd>& also, rpmsg::ticks longest) -> void override {
        polled_ = also;
        polled_.push_back({.fd = interrupt::descriptor(), .events = POLLIN, .revents = 0});
        watch(polled_);
        if (::poll(polled_.data(), polled_.size(), static_cast<int>(std::min<rpmsg::ticks>(longest, 200))) < 0) {
            std::ranges::for_each(polled_, [](pollfd& each) { each.revents = 0; });
        }
        std::copy_n(polled_.begin(), also.size(), also.begin());
        for (auto i = also.size() + 1; i < polled_.size(); ++i) {
            if ((polled_[i].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0 and (polled_[i].revents & POLLIN) == 0) {
                trouble_ = "the endpoint of Linux is gone";
            }
        }
    }
    auto trouble() const -> std::string override { return trouble_; }
    auto names() -> std::vector<known_name> override { return names_of_linux(); }
    auto watched() const -> traffic const& override { return traffic_; }
    auto refusals() -> std::vector<std::pair<std::string_view, unsigned>> override { return {}; }
    auto finish() -> void override { endpoints_.clear(); }
};

/// An address as the driver prints it, as a signed number.
auto read_address(std::filesystem::path const& file) -> rpmsg::address {
    auto shown = std::int64_t{-1};
    std::ifstream{file} >> shown;
    return rpmsg::address{static_cast<std::uint32_t>(shown)};
}
} // namespace

auto open_device_session(std::string const& path) -> outcome<std::unique_ptr<session>> {
    auto made = std::make_unique<device_session>();
    if (auto bad = made->begin(path); not bad.text.empty()) {
        return bad;
    }
    return std::unique_ptr<session>{std::move(made)};
}

auto names_of_linux(rpmsg::host::rpmsg_paths const& paths) -> std::vector<known_name> {
    auto found = std::vector<known_name>{};
    auto trouble = std::error_code{};
    for (auto const& entry : std::filesystem::directory_iterator{paths.classes, trouble}) {
        auto name = std::string{};
        auto file = std::ifstream{entry.path() / "name"};
        if (std::getline(file, name)) {
            found.push_back({name, read_address(entry.path() / "src"), read_address(entry.path() / "dst")});
        }
    }
    return found;
}

} // namespace tool
