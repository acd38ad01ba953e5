#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

/// The interface between the search and a link: two ends that are called through their public API, and the medium between
/// them. It names nothing of the library, so that links of other builds of the headers (seeded.cpp) can be searched, too.
namespace state_search {

inline constexpr std::uint32_t host = 0;   ///< the driver, the controller, or the first end
inline constexpr std::uint32_t remote = 1; ///< the device, the peripheral, or the second end
inline constexpr std::uint32_t any_peer = 0xffff'ffff;
inline constexpr int accepted = 0; ///< the result of a call; all other values are errors

enum class happening : std::uint8_t { link_up, link_down, bound, unbound, writable, refused, other };

/// The owner of an endpoint. One with `is_gone` was destroyed and must not be called any more.
struct service {
    std::uint32_t end{};
    std::uint32_t name{};
    std::uint32_t serial{};
    std::uint32_t id = any_peer;
    std::uint32_t local = any_peer;
    std::uint32_t peer = any_peer; ///< according to its events
    bool is_up{};
    bool is_gone{};
    bool is_starved{};
};

/// Keeps the message that is being delivered; returns its index among the kept ones, or -1. Without `keep` the message is a
/// copy, which is delivered outside of the handler.
struct holder {
    void* context;
    int (*keep)(void* context);
};

/// Receives the messages, events and lock operations of the library.
class listener {
  public:
    virtual ~listener() = default;
    virtual auto on_message(service& whose, std::uint32_t source, std::span<std::byte const> payload, holder how) -> void = 0;
    virtual auto on_event(service& whose, happening what, std::uint32_t peer, std::uint32_t unreturned, bool by_peer)
        -> void = 0;
    /// Called before each lock and after each unlock.
    virtual auto on_lock(std::uint32_t end) -> void = 0;
    virtual auto complain(std::string what) -> void = 0;
};

struct room {
    int outcome{};
    int place = -1;
    std::span<std::byte> payload{};
};
struct due_at {
    bool is_set{};
    std::uint32_t at{};
};

/// One end: a channel with the messages and loans of its user.
class side {
  public:
    virtual ~side() = default;
    virtual auto start() -> int = 0;
    virtual auto close() -> void = 0;
    virtual auto reset() -> int = 0;
    virtual auto poll(std::uint32_t messages, std::uint32_t now) -> std::uint32_t = 0;
    virtual auto is_pending() -> bool = 0;
    virtual auto next_deadline(std::uint32_t now) -> due_at = 0;
    virtual auto is_up() -> bool = 0;
    /// The link is down: this end must not write to the rings any more.
    virtual auto went_down() -> void = 0;
    /// Replaces this end by a new one, as a crash and a restart do; the old one runs no more.
    virtual auto kill() -> void = 0;
    /// Sets the owners of the two endpoints of a fixed table.
    virtual auto own(service& a, service& b) -> void = 0;
    virtual auto create(service& whose) -> int = 0;
    virtual auto destroy(std::uint32_t id) -> int = 0;
    virtual auto local_of(std::uint32_t id) -> std::uint32_t = 0;
    virtual auto peer_of(std::uint32_t id) -> std::uint32_t = 0;
    virtual auto send(std::uint32_t id, std::span<std::byte const> payload) -> int = 0;
    virtual auto reserve(std::uint32_t id) -> room = 0;
    virtual auto commit(std::uint32_t id, int place, std::size_t size) -> int = 0;
    virtual auto drop(int place) -> void = 0;
    virtual auto release(int place) -> void = 0;
    /// Number of messages to this end that the medium has lost, where the profile allows that.
    virtual auto lost() -> std::uint32_t { return 0; }
    /// Number of accesses to shared memory, and of doorbells rung, so far.
    virtual auto accesses() -> std::uint64_t { return 0; }
    virtual auto rings() -> std::uint64_t { return 0; }
    virtual auto laid_out() -> std::uint32_t { return 0; } ///< how often this end initialised rings
};

/// A number for each end, the same for both unless two are given.
struct per_end {
    std::array<std::uint32_t, 2> numbers{};

    constexpr per_end() = default;
    constexpr per_end(std::uint32_t both) : numbers{both, both} {}
    constexpr per_end(std::uint32_t of_host, std::uint32_t of_remote) : numbers{of_host, of_remote} {}
    constexpr auto operator[](std::uint32_t end) const -> std::uint32_t { return numbers[end]; }
};

struct traits {
    per_end capacity{};         ///< messages that an end can send in a row to one that does not poll
    per_end most_held{};        ///< messages that an end may hold while the link still works
    bool is_acknowledged{};     ///< the name service has acknowledgements
    bool tells_restarts{};      ///< each end detects a restart of the other one
    bool has_fixed_endpoints{}; ///< no endpoint is created or destroyed
    bool has_bells = true;      ///< otherwise both ends poll all the time
    bool may_lose{};            ///< a message that finds no buffer is lost
    bool counts_unreturned = true;
    bool sends_late{};   ///< by DMA: one message at a time, until its interrupt or a deadline
    bool returns_late{}; ///< the driver detects returned buffers only after some time
};

/// Two ends and the medium between them.
class world {
  public:
    virtual ~world() = default;
    virtual auto about() const -> traits = 0;
    virtual auto at(std::uint32_t end) -> side& = 0;
    /// The doorbells, bytes or transfers in flight to an end, one bit each; `ring` delivers them.
    virtual auto under_way(std::uint32_t end) -> std::uint32_t = 0;
    virtual auto ring(std::uint32_t end, std::uint32_t which) -> void = 0;
};

using maker = std::unique_ptr<world> (*)(listener& whom);

} // namespace state_search
