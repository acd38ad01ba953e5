#pragma once

#include <rpmsg/framework/endpoint_group.hpp>
#include <rpmsg/framework/grouped_endpoints.hpp>
#include <rpmsg/framework/link_ref.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace rpmsg {

/// Endpoints whose names come at run time, beside others in one table: `endpoints{echo, named<8>{}}`. `channel::create(name,
/// handler)` adds one, `channel::destroy` removes it. A table that holds nothing else may be an `endpoint_pool`.
template <std::uint32_t Size> class named {
    static_assert(Size > 0, "there is at least one endpoint");

  public:
    using message_function = void (*)(void* self, link_ref, message const&);
    using event_function = void (*)(void* self, link_ref, event const&);

  private:
    struct functions {
        void* self{};
        message_function on_message{};
        event_function on_event{};
    };
    std::array<functions, Size> functions_{};

  public:
    static constexpr std::uint32_t capacity = Size;

    [[nodiscard]] static constexpr auto accepts(std::string_view) -> std::uint32_t { return 0; }
    auto on_message(auto& link, std::uint32_t i, message const& m) -> void {
        functions_[i].on_message(functions_[i].self, link_ref{link}, m);
    }
    auto on_event(auto& link, std::uint32_t i, event const& e) -> void {
        if (functions_[i].on_event != nullptr) {
            functions_[i].on_event(functions_[i].self, link_ref{link}, e);
        }
    }

    /// Called by the table, when place i got a name.
    constexpr auto assign(std::uint32_t i, void* self, message_function message, event_function event = nullptr) -> void {
        functions_[i] = {self, message, event};
    }
    /// The handler is called as handler(link, message), and has to outlive the endpoint.
    template <typename Handler> constexpr auto assign(std::uint32_t i, Handler& handler) -> void {
        assign(i, const_cast<std::remove_const_t<Handler>*>(&handler),
               [](void* self, link_ref link, message const& m) { (*static_cast<Handler*>(self))(link, m); });
    }
};
static_assert(endpoint_group<named<1>>);

} // namespace rpmsg
