#include "session.hpp"

#include <rpmsg/framework/endpoint_pool.hpp>

#include "device_session.hpp"
#include "pump.hpp"
#include <deque>
#include <optional>

namespace tool {
namespace {
using rpmsg::host::failure;
using rpmsg::host::outcome;

/// A link with endpoints that come at run time.
template <bool Acknowledged> class link_session final : public session {
    static constexpr std::uint32_t most_endpoints = 64;
    using link = rpmsg::channel<watched_frames<Acknowledged>, rpmsg::endpoint_pool<most_endpoints>>;

    std::unique_ptr<carrier> under_;
    traffic traffic_{};
    std::deque<handler> handlers_{};
    std::vector<std::uint32_t> ids_{};
    link link_;
    std::optional<pump<link>> pump_{};

    static auto start_capture(traffic& of, std::string const& name, carrier const& what, rpmsg::host::pcapng* capture)
        -> failure {
        if (capture == nullptr) {
            return {};
        }
        auto made = capture->add_link(name, what.dialect());
        if (made) {
            of.record(std::move(*made));
        }
        return {made.error()};
    }

  public:
    link_session(std::unique_ptr<carrier> under, frames<Acknowledged> over)
        : under_{std::move(under)}, link_{watched_frames<Acknowledged>{std::move(over), traffic_}} {}
    ~link_session() override { finish(); }

    auto begin(std::string const& name, rpmsg::host::pcapng* capture) -> failure {
        if (auto bad = start_capture(traffic_, name, *under_, capture); not bad.text.empty()) {
            return bad;
        }
        pump_.emplace(*under_, link_);
        return {pump_->trouble()};
    }

    auto open(std::string const& name, rpmsg::endpoint_addresses where, handler on_message) -> outcome<unsigned> override {
        auto& kept = handlers_.emplace_back(std::move(on_message));
        auto const made = link_.create(name, where, &kept, [](void* self, rpmsg::link_ref, rpmsg::message const& m) {
            (*static_cast<handler*>(self))(m.source, m.payload);
        });
        if (not made) {
            return failure{"no endpoint '" + name + "': " + std::string{describe(made.error())}};
        }
        ids_.push_back(*made);
        return static_cast<unsigned>(ids_.size() - 1);
    }
    auto close(unsigned endpoint) -> void override { (void)link_.destroy(ids_[endpoint]); }
    auto send(unsigned endpoint, rpmsg::const_bytes payload, rpmsg::address to) -> rpmsg::status override {
        return link_.at(ids_[endpoint]).send_to(to, payload);
    }
    auto is_bound(unsigned endpoint) -> bool override { return link_.at(ids_[endpoint]).is_bound(); }
    auto is_up() -> bool override { return link_.is_up(); }
    auto limit() -> std::size_t override { return link_.transport().tx_limit(); }
    auto turn() -> bool override { return pump_->turn(); }
    auto watch(std::vector<pollfd>& into) -> void override { under_->watch(into); }
    auto wait(std::vector<pollfd>& also, rpmsg::ticks longest) -> void override { pump_->wait(also, longest); }
    auto trouble() const -> std::string override { return pump_ ? pump_->trouble() : std::string{}; }
    auto names() -> std::vector<known_name> override {
        auto found = std::vector<known_name>{};
        auto& table = link_.endpoint_table();
        for (std::uint32_t i = 0; i < table.size(); ++i) {
            if (table.is_live(i)) {
                found.push_back({std::string{rpmsg::wire::view_of(table.name(i))}, table.local(i), table.state(i).peer()});
            }
        }
        table.unclaimed().for_each(
            [&](std::string_view name, rpmsg::address where) { found.push_back({.name = std::string{name}, .peer = where}); });
        return found;
    }
    auto watched() const -> traffic const& override { return traffic_; }
    auto refusals() -> std::vector<std::pair<std::string_view, unsigned>> override {
        auto found = std::vector<std::pair<std::string_view, unsigned>>{};
        for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(rpmsg::counter::count_); ++i) {
            auto const which = static_cast<rpmsg::counter>(i);
            if (link_.counts()[which] != 0) {
                found.emplace_back(describe(which), link_.counts()[which]);
            }
        }
        return found;
    }
    auto finish() -> void override {
        if (pump_) {
            pump_->finish();
            pump_.reset();
        }
    }
};
} // namespace

auto open_session(address const& where, rpmsg::host::pcapng* capture) -> outcome<std::unique_ptr<session>> {
    if (auto const* const device = std::get_if<device_address>(&where)) {
        return open_device_session(device->path);
    }
    auto under = open_carrier(where);
    if (not under) {
        return failure{under.error()};
    }
    auto over = (*under)->transport();
    auto const name = name_of(where);
    return std::visit(
        [&]<bool Acknowledged>(frames<Acknowledged>& it) -> outcome<std::unique_ptr<session>> {
            auto made = std::make_unique<link_session<Acknowledged>>(std::move(*under), it);
            if (auto bad = made->begin(name, capture); not bad.text.empty()) {
                return bad;
            }
            return std::unique_ptr<session>{std::move(made)};
        },
        over);
}

} // namespace tool
