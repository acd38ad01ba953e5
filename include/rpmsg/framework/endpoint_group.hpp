#pragma once

#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/framework/endpoint_state.hpp>

#include <concepts>
#include <cstdint>
#include <string_view>

namespace rpmsg {

namespace archetypes {
/// The functions of the link that the handler of a group receives, beside those of `link`. Handlers are checked against exactly
/// this type.
struct group_link : link {
    auto close() -> void;                      ///< ends the session: the peer is told, no function is called again
    auto close(std::uint32_t session) -> void; ///< ends another session of the group
    [[nodiscard]] auto open(std::string_view) -> result<std::uint32_t>; ///< a session with a name of this side
    [[nodiscard]] auto session(std::uint32_t) -> link&;                 ///< another session of the group
    auto rescan() -> void;                                              ///< offers the unclaimed names of the peer once more
};
} // namespace archetypes

/// Endpoints that share one service: sessions 0 to capacity - 1, each with a name, an address and a peer of its own. The table
/// opens a session when the peer announces a name that the group accepts, and when a handler calls `link.open(name)`.
///
///   capacity                 the number of sessions
///   accepts(name)            by how many characters the group takes a name of the peer, plus one; 0 when it does not take
///                            it. Of several groups the one with the longest prefix gets the name
///   on_message(link, s, m)   called once for each message to session s
///   on_event(link, s, e)     called once for each event of session s. A session that the peer named begins with `bound` and
///                            ends with `unbound`. One that this side named has the events of an endpoint, and lives until
///                            it is closed
template <typename T>
concept endpoint_group = requires(T& group, archetypes::group_link& link, std::uint32_t session, message const& m,
                                  event const& e, std::string_view name) {
    { T::capacity } -> std::convertible_to<std::uint32_t>;
    { group.accepts(name) } -> std::same_as<std::uint32_t>;
    { group.on_message(link, session, m) } -> std::same_as<void>;
    { group.on_event(link, session, e) } -> std::same_as<void>;
};

/// What `accepts` returns for a name that begins with a prefix, and 0 for another one.
[[nodiscard]] constexpr auto match_prefix(std::string_view name, std::string_view prefix) -> std::uint32_t {
    std::size_t same = 0;
    while (same < prefix.size() and same < name.size() and name[same] == prefix[same]) { // a call of memcmp is larger
        ++same;
    }
    return same == prefix.size() ? static_cast<std::uint32_t>(same) + 1 : 0;
}

/// The state of a session: that of an endpoint of a pool, and who named it.
class session_state : public pool_endpoint_state {
  public:
    bool is_accepted{}; ///< the peer named it: it ends when the peer leaves
};

} // namespace rpmsg
