#pragma once

#include <rpmsg/core/counters.hpp>
#include <rpmsg/framework/channel.hpp>
#include <rpmsg/testing/regions/counting_region.hpp>
#include <rpmsg/testing/regions/hostile_region.hpp>

#include "raw_link.hpp"
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hostile {

using rpmsg::counter;

/// The messages and events that an endpoint of a rig received.
struct inbox {
    struct letter {
        rpmsg::address source;
        std::vector<std::byte> payload;
    };
    std::vector<letter> letters{};
    std::vector<rpmsg::event> events{};
    std::vector<rpmsg::held_message> kept{};
    bool keeps = false;
    std::function<void(rpmsg::message const&)> on_letter{};
    std::function<void(rpmsg::event const&)> on_event{};

    [[nodiscard]] auto count(rpmsg::event_kind kind) const -> std::size_t;
    [[nodiscard]] auto last_down() const -> rpmsg::event;
};

/// A victim of either role, a correct peer, and the memory between them, which the tests tamper with. The victim has an
/// endpoint 0x100 with the fixed peer 0x200, a named one "echo", and one at 0x300 that the first message binds.
class rig {
  public:
    std::string name{};
    bool is_device{}; ///< the victim
    rpmsg::vring_config config{};
    raw_link raw{};
    rpmsg::testing::access_counts counts{};
    using script_type = std::function<void(rpmsg::testing::memory_access const&)>;
    std::function<void()> load_table{}; ///< writes the resource table like a loader of the device's firmware
    script_type script{};               ///< before each access of the victim
    script_type peer_script{};          ///< before each access of the peer
    inbox victim_box{}, peer_box{}, named_box{}, learning_box{};
    bool loses_doorbells{}; ///< in both directions
    bool refuses_doorbells{};
    std::uint32_t rung_by_victim{};
    std::uint32_t rung_by_peer{};
    rpmsg::ticks now{};

    rig() = default;
    rig(rig const&) = delete;
    auto operator=(rig const&) -> rig& = delete;
    virtual ~rig() = default;

    virtual auto poll_victim_unchecked(rpmsg::poll_budget budget) -> std::uint32_t = 0;
    virtual auto poll_peer() -> std::uint32_t = 0;
    virtual auto start_victim() -> rpmsg::status = 0;
    virtual auto start_peer() -> rpmsg::status = 0;
    virtual auto close_victim() -> void = 0;
    virtual auto close_peer() -> void = 0;
    virtual auto notify_victim(std::uint32_t queue) -> void = 0;
    virtual auto victim_is_up() -> bool = 0;
    virtual auto peer_is_up() -> bool = 0;
    /// Sends from 0x200 to `to` of the victim.
    virtual auto send_to_victim(rpmsg::address to, rpmsg::const_bytes payload) -> rpmsg::status = 0;
    virtual auto send_from_victim(rpmsg::const_bytes payload) -> rpmsg::status = 0;
    virtual auto victim_counts() -> rpmsg::counters const& = 0;
    virtual auto victim_echo_peer() -> rpmsg::address = 0;
    // Functions of the victim's transport.
    virtual auto reserve() -> rpmsg::tx_buffer = 0;
    virtual auto discard(rpmsg::tx_buffer const& room) -> void = 0;
    virtual auto next_deadline() -> rpmsg::poll_deadline = 0;
    virtual auto in_flight() -> std::uint32_t = 0;
    // A loan of the victim's endpoint that the rig keeps.
    virtual auto take_loan() -> rpmsg::bytes = 0;
    virtual auto commit_loan(std::size_t size) -> rpmsg::status = 0;
    virtual auto commit_loan_of(rig& other, std::size_t size) -> rpmsg::status = 0; ///< `other` is of the same kind
    virtual auto drop_loan() -> void = 0;
    virtual auto owns_loan() -> bool = 0;
    /// Destroys the victim and builds a new one, like a crash and a restart.
    virtual auto revive_victim() -> void = 0;
    virtual auto revive_peer() -> void = 0;
    virtual auto memory_is_intact() const -> bool = 0;

    [[nodiscard]] auto has_epochs() const -> bool { return config.dialect == rpmsg::wire::dialects::rpmsg; }
    /// Whether the victim reads the offset of a buffer from its descriptor.
    [[nodiscard]] auto reads_descriptors() const -> bool { return is_device and not has_epochs(); }
    [[nodiscard]] auto rx_ring() const -> std::uint32_t { return is_device ? 1 : 0; }
    [[nodiscard]] auto tx_ring() const -> std::uint32_t { return is_device ? 0 : 1; }
    /// Offsets of the index and the entries that the peer writes and the victim reads.
    [[nodiscard]] auto peer_index(std::uint32_t ring) const -> std::uint32_t {
        return is_device ? raw.available_index(ring) : raw.used_index(ring);
    }
    [[nodiscard]] auto own_index(std::uint32_t ring) const -> std::uint32_t {
        return is_device ? raw.used_index(ring) : raw.available_index(ring);
    }
    [[nodiscard]] auto peer_entry(std::uint32_t ring, std::uint32_t position) const -> std::uint32_t {
        return is_device ? raw.available_entry(ring, position) : raw.used_entry(ring, position);
    }
    auto write_peer_entry(std::uint32_t ring, std::uint32_t position, std::uint32_t id) const -> void;
    [[nodiscard]] auto read_peer_entry(std::uint32_t ring, std::uint32_t position) const -> std::uint32_t;
    auto move_peer_index(std::uint32_t ring, std::uint32_t by) const -> void;
    /// The id of the buffer that the peer published last, and the offset of its frame.
    [[nodiscard]] auto last_id(std::uint32_t ring) const -> std::uint32_t;
    [[nodiscard]] auto last_frame(std::uint32_t ring) const -> std::uint32_t { return raw.frame(ring, last_id(ring)); }
    [[nodiscard]] auto counted(counter reason) -> std::uint32_t { return victim_counts()[reason]; }

    /// Polls the victim, and checks that its work is bounded, that it fetches no value twice, and that no byte outside of the
    /// region is written.
    auto poll_victim(std::uint32_t budget = 64) -> std::uint32_t;
    /// Runs both sides until both are idle.
    auto run(std::uint32_t rounds = 12) -> void;
    /// Waits for the link to come up again, and starts both sides where the dialect requires it.
    auto recover() -> void;
    /// Sends `messages` messages each way; returns whether all arrive in order.
    auto carries(std::uint32_t messages) -> bool;
    auto clear_boxes() -> void;
};

using maker = std::function<std::unique_ptr<rig>()>;

/// One rig, with the link up, for each dialect and event mode of the victim's role.
auto device_rigs() -> std::vector<std::unique_ptr<rig>>;
auto driver_rigs() -> std::vector<std::unique_ptr<rig>>;
auto all_rigs() -> std::vector<std::unique_ptr<rig>>;
/// Both roles with rings of other sizes: one buffer, two, batches, a size for each direction.
auto odd_rigs() -> std::vector<std::unique_ptr<rig>>;

/// Tampers with a message of the peer: it must be dropped for this reason, and nothing else may happen.
auto expect_drop(rig& r, counter reason, std::function<void(rig&)> const& tamper) -> void;
/// Tampers with a message of the peer: it must still arrive, and nothing may be counted.
auto expect_no_effect(rig& r, counter reason, std::function<void(rig&)> const& tamper) -> void;
/// Tampers with a descriptor: the message is dropped for this reason, or the victim does not read descriptors.
auto expect_descriptor_drop(rig& r, counter reason, std::function<void(rig&)> const& tamper) -> void;
/// Tampers with the ring: the link must break for this reason, deliver nothing, and come up again.
auto expect_break(rig& r, counter reason, std::function<void(rig&)> const& tamper) -> void;

/// The exception with which a script crashes its side.
struct death {};
/// A script that throws `death` at access number `at`, counted from 0.
auto dies_at(std::uint32_t at) -> rig::script_type;
/// Runs f; false when it threw `death`.
auto survives(std::function<void()> const& f) -> bool;

auto some_bytes(std::uint32_t seed, std::size_t size) -> std::vector<std::byte>;

} // namespace hostile
