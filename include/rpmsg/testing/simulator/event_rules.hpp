#pragma once

#include <rpmsg/framework/message.hpp>

#include <string_view>

namespace rpmsg::testing::simulator {

/// The order of events that framework/message.hpp promises to one endpoint. Each call returns what is wrong, or nothing.
class event_rules {
    bool is_up_{};
    bool is_bound_{};
    bool is_over_{};

  public:
    [[nodiscard]] auto is_up() const -> bool { return is_up_; }
    [[nodiscard]] auto is_bound() const -> bool { return is_bound_; }
    /// The endpoint was destroyed: nothing is called any more.
    auto end() -> void { is_over_ = true; }
    /// `destroy` answered `pending`: `gone` is the last event.
    [[nodiscard]] auto on_message() const -> std::string_view {
        return is_over_ ? "a message after the endpoint was destroyed" : not is_up_ ? "a message while the link is down" : "";
    }
    [[nodiscard]] auto on_event(event const& what) -> std::string_view {
        if (is_over_) {
            return "an event after the endpoint was destroyed";
        }
        switch (what.kind) {
        case event_kind::link_up:
            if (is_up_) {
                return "link_up twice";
            }
            is_up_ = true;
            break;
        case event_kind::link_down:
            if (not is_up_) {
                return "link_down without link_up";
            }
            if (is_bound_) {
                return "link_down without unbound";
            }
            is_up_ = false;
            break;
        case event_kind::bound:
            if (not is_up_ or is_bound_) {
                return is_up_ ? "bound twice" : "bound while the link is down";
            }
            is_bound_ = true;
            break;
        case event_kind::unbound:
            if (not is_bound_) {
                return "unbound without bound";
            }
            is_bound_ = false;
            break;
        case event_kind::refused: return is_up_ ? "refused while the link is up" : "";
        case event_kind::gone: is_over_ = true; break;
        default: return is_up_ ? "" : "an event of a link that is down";
        }
        return "";
    }
};

} // namespace rpmsg::testing::simulator
