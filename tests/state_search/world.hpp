#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

/// What the search knows of a link: two ends that are called through their public API, and what lies between them. Nothing of
/// the library is named here, so that links of other builds of the headers, as in seeded.cpp, can be searched as well.
namespace state_search {

inline constexpr std::uint32_t host = 0;   ///< the driver, the controller, or simply the first
inline constexpr std::uint32_t remote = 1; ///< the device, the peripheral, or simply the second
inline constexpr std::uint32_t any_peer = 0xffff'ffff;
inline constexpr int accepted = 0; ///< an answer of the library; all others are its refusals

enum class happening : std::uint8_t { link_up, link_down, bound, unbound, writable, refused, other };

/// An endpoint's owner. What is `gone` was destroyed and must not be called any more.
struct service {
    std::uint32_t end{};
    std::uint32_t name{};
    std::uint32_t serial{};
    std::uint32_t id = any_peer;
    std::uint32_t local = any_peer;
    std::uint32_t peer = any_peer; ///< as its events told
    bool is_up{};
    bool is_gone{};
    bool is_starved{};
};

/// Keeps the message that is being delivered: the place where its side keeps it, or -1.
struct holder {
    void* context;
    int (*keep)(void* context);
};

/// Who hears of what the library does.
class listener {
  public:
    virtual ~listener() = default;
    virtual auto on_message(service& whose, std::uint32_t source, std::span<std::byte const> payload, holder how) -> void = 0;
    virtual auto on_event(service& whose, happening what, std::uint32_t peer, std::uint32_t unreturned, bool by_peer)
        -> void = 0;
    /// Just before a lock, and just after an unlock.
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

/// One end: a channel and what its user keeps of it.
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
    /// The link is down: from here on no ring is this end's.
    virtual auto went_down() -> void = 0;
    /// A next life of this end; the one before is never heard of again.
    virtual auto kill() -> void = 0;
    /// The owners of the two endpoints, where they are fixed.
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
    /// Messages that the medium has lost on their way to this end, where the profile allows that.
    virtual auto lost() -> std::uint32_t { return 0; }
    /// What was done to shared memory and to doorbells so far.
    virtual auto accesses() -> std::uint64_t { return 0; }
    virtual auto rings() -> std::uint64_t { return 0; }
    virtual auto laid_out() -> std::uint32_t { return 0; } ///< how often this end laid rings out
};

struct traits {
    std::uint32_t capacity{};   ///< messages that an end can send in a row to one that does not poll
    std::uint32_t most_held{};  ///< so many messages may be held without harm
    bool is_acknowledged{};     ///< the name service is
    bool tells_restarts{};      ///< each end sees by itself that the other one was started anew
    bool has_fixed_endpoints{}; ///< endpoints are there from the start, and stay
    bool has_bells = true;      ///< else both ends poll all the time
    bool may_lose{};            ///< a message that finds no buffer is lost
    bool counts_unreturned = true;
    bool returns_late{}; ///< the driver needs the time to learn of buffers that came back
};

/// Two ends with what lies between them.
class world {
  public:
    virtual ~world() = default;
    virtual auto about() const -> traits = 0;
    virtual auto at(std::uint32_t end) -> side& = 0;
    /// Which doorbells, or bytes, or transfers are under way to an end, a bit each; `ring` lets them arrive.
    virtual auto under_way(std::uint32_t end) -> std::uint32_t = 0;
    virtual auto ring(std::uint32_t end, std::uint32_t which) -> void = 0;
};

using maker = std::unique_ptr<world> (*)(listener& whom);

} // namespace state_search
