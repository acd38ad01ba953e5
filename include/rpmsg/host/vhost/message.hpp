#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/host/descriptor.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace rpmsg::host {

/// The requests of a front end (the vhost-user protocol, "Front-end message types") to a device without migration, logging and
/// packed rings.
enum class vhost_request : std::uint32_t {
    none = 0,
    get_features = 1,
    set_features = 2,
    set_owner = 3,
    reset_owner = 4,
    set_memory_table = 5,
    set_ring_size = 8,
    set_ring_addresses = 9,
    set_ring_base = 10,
    get_ring_base = 11,
    set_ring_kick = 12,
    set_ring_call = 13,
    set_ring_error = 14,
    get_protocol_features = 15,
    set_protocol_features = 16,
    get_queue_count = 17,
    enable_ring = 18,
    set_back_end_channel = 21,
    kick_ring = 35,
};

/// One message of the protocol: a header of three words, a payload of at most a table of 8 memory regions, and file
/// descriptors. The content is not trusted.
struct vhost_message {
    static constexpr std::uint32_t version = 1;
    static constexpr std::uint32_t version_bits = 3;
    static constexpr std::uint32_t is_reply = 4;
    static constexpr std::uint32_t needs_reply = 8;
    static constexpr std::uint32_t call = 4; ///< the request of a back end for "a used buffer", in band

    static constexpr std::size_t most_regions = 8;

    struct head {
        vhost_request request{};
        std::uint32_t flags{};
        std::uint32_t size{}; ///< bytes of the payload
    };
    struct ring_state {
        std::uint32_t ring{};
        std::uint32_t value{};
    };
    struct ring_addresses {
        std::uint32_t ring{};
        std::uint32_t flags{};
        std::uint64_t descriptors{};
        std::uint64_t used{};
        std::uint64_t available{};
        std::uint64_t log{};
    };
    struct region {
        std::uint64_t guest_address{};
        std::uint64_t size{};
        std::uint64_t user_address{};
        std::uint64_t offset{}; ///< within the file that came with it
    };
    struct memory_table {
        std::uint32_t count{};
        std::uint32_t padding{};
        std::array<region, most_regions> regions{};
    };

    head about{};
    std::array<std::byte, sizeof(memory_table)> payload{};
    std::array<descriptor, most_regions> files{};
    std::size_t file_count{};

    /// Returns the payload as a T; bytes that were not sent are zero.
    template <typename T> [[nodiscard]] auto as() const -> T { return load<T>(const_bytes{payload}.first(sizeof(T))); }
};
static_assert(sizeof(vhost_message::head) == 12 and sizeof(vhost_message::memory_table) == 264);
static_assert(sizeof(vhost_message::ring_addresses) == 40 and sizeof(vhost_message::ring_state) == 8);

/// Returns the least payload of a request in bytes.
[[nodiscard]] constexpr auto least_size(vhost_request request) -> std::uint32_t {
    switch (request) {
    case vhost_request::set_features:
    case vhost_request::set_protocol_features:
    case vhost_request::set_memory_table:
    case vhost_request::set_ring_size:
    case vhost_request::set_ring_base:
    case vhost_request::get_ring_base:
    case vhost_request::set_ring_kick:
    case vhost_request::set_ring_call:
    case vhost_request::enable_ring:
    case vhost_request::kick_ring: return 8;
    case vhost_request::set_ring_addresses: return sizeof(vhost_message::ring_addresses);
    default: return 0;
    }
}

} // namespace rpmsg::host
