#pragma once

#include <rpmsg/core/address.hpp>
#include <rpmsg/core/bytes.hpp>
#include <rpmsg/core/result.hpp>
#include <rpmsg/framework/endpoint.hpp>
#include <rpmsg/host/outcome.hpp>
#include <rpmsg/host/rpmsg_control.hpp>

#include "address.hpp"
#include "carrier.hpp"
#include <cstdint>
#include <functional>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tool {

/// One name of a link.
struct known_name {
    std::string name{};
    rpmsg::address local = rpmsg::any_address;
    rpmsg::address peer = rpmsg::any_address;
    auto operator==(known_name const&) const -> bool = default;
};

/// A link, or endpoints of Linux, as commands use them that need no service of the library.
class session {
  public:
    using handler = std::function<void(rpmsg::address from, rpmsg::const_bytes payload)>;

    session() = default;
    session(session const&) = delete;
    auto operator=(session const&) -> session& = delete;
    virtual ~session() = default;

    /// Adds an endpoint and returns its number. With a peer it needs no name.
    virtual auto open(std::string const& name, rpmsg::endpoint_addresses where, handler on_message)
        -> rpmsg::host::outcome<unsigned> = 0;
    /// Withdraws an endpoint.
    virtual auto close(unsigned endpoint) -> void = 0;
    /// To the bound peer, or to `to`.
    virtual auto send(unsigned endpoint, rpmsg::const_bytes payload, rpmsg::address to = rpmsg::any_address)
        -> rpmsg::status = 0;
    [[nodiscard]] virtual auto is_bound(unsigned endpoint) -> bool = 0;
    [[nodiscard]] virtual auto is_up() -> bool = 0;
    /// The largest payload of a message now.
    [[nodiscard]] virtual auto limit() -> std::size_t = 0;
    /// Handles what there is; returns whether there is more.
    virtual auto turn() -> bool = 0;
    /// Adds the descriptors at which there is something to do, for a loop over several sessions.
    virtual auto watch(std::vector<pollfd>& into) -> void = 0;
    virtual auto wait(std::vector<pollfd>& also, rpmsg::ticks longest) -> void = 0;
    /// Why it cannot go on; empty while it can.
    [[nodiscard]] virtual auto trouble() const -> std::string = 0;
    [[nodiscard]] virtual auto names() -> std::vector<known_name> = 0;
    [[nodiscard]] virtual auto watched() const -> traffic const& = 0;
    /// The reasons for which messages and calls were refused, with how often.
    [[nodiscard]] virtual auto refusals() -> std::vector<std::pair<std::string_view, unsigned>> = 0;
    /// Ends it after the peer has what was sent.
    virtual auto finish() -> void = 0;
};

/// Begins a session with what an address names. A capture, if any, records the traffic of a link.
auto open_session(address const& where, rpmsg::host::pcapng* capture) -> rpmsg::host::outcome<std::unique_ptr<session>>;

/// The endpoints that Linux lists.
auto names_of_linux(rpmsg::host::rpmsg_paths const& paths = {}) -> std::vector<known_name>;

} // namespace tool
