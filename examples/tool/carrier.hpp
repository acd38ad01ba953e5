#pragma once

#include <rpmsg/host/outcome.hpp>
#include <rpmsg/transport/transport_ref.hpp>

#include "address.hpp"
#include "traffic.hpp"
#include <cstdint>
#include <memory>
#include <poll.h>
#include <string>
#include <variant>
#include <vector>

namespace tool {

inline constexpr std::uint32_t largest_frame = 512;

/// The transports of all addresses. Those with and without acknowledged names are two types, because channels differ by it.
template <bool Acknowledged> using frames = rpmsg::transport_ref<largest_frame, Acknowledged>;
using any_frames = std::variant<frames<true>, frames<false>>;

/// The link as its carrier sees it.
class carried {
  public:
    virtual ~carried() = default;
    virtual auto start() -> rpmsg::status = 0;
    virtual auto close() -> void = 0;
    virtual auto notify(std::uint32_t queue) -> void = 0;
};

/// What carries the frames of a link: memory, a serial line, the memory of a guest.
class carrier {
  public:
    virtual ~carrier() = default;
    [[nodiscard]] virtual auto transport() -> any_frames = 0;
    /// The name of the peer's protocol, for a capture.
    [[nodiscard]] virtual auto dialect() const -> std::string = 0;
    /// Whether it starts the link itself, in `serve`.
    [[nodiscard]] virtual auto starts() const -> bool { return false; }
    /// Adds the descriptors at which the peer shows that it did something.
    virtual auto watch(std::vector<pollfd>& into) -> void = 0;
    /// Passes on to the link what the descriptors have.
    virtual auto serve(carried& link) -> void = 0;
    /// Called after the link was closed.
    virtual auto leave() -> void {}
};

/// Opens what an address names; not for `device_address`, which has endpoints without a link.
auto open_carrier(address const& where) -> rpmsg::host::outcome<std::unique_ptr<carrier>>;

} // namespace tool
