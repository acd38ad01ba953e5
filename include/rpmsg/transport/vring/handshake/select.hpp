#pragma once

#include <rpmsg/transport/vring/config.hpp>
#include <rpmsg/transport/vring/handshake/base_word.hpp>
#include <rpmsg/transport/vring/handshake/boot_words.hpp>
#include <rpmsg/transport/vring/handshake/control_block.hpp>
#include <rpmsg/transport/vring/handshake/first_doorbell.hpp>
#include <rpmsg/transport/vring/handshake/prefilled_ring.hpp>
#include <rpmsg/transport/vring/handshake/status_byte.hpp>
#include <rpmsg/transport/vring/virtqueue.hpp>
#include <rpmsg/wire/virtio/dialect.hpp>

namespace rpmsg::detail {

/// The handshake of a role in a dialect.
template <ring_role Role, vring_config Config> constexpr auto select_handshake() {
    using rule = wire::attach_rule;
    constexpr auto attach = Config.dialect.attach;
    if constexpr (Role == ring_role::device) {
        if constexpr (attach == rule::epochs) {
            return control_block_device<Config>{};
        } else if constexpr (attach == rule::boot_words) {
            return boot_words_device<Config>{};
        } else if constexpr (attach == rule::base_word) {
            return base_word_device<Config>{};
        } else if constexpr (attach == rule::status_byte) {
            return status_byte_device<Config>{};
        } else if constexpr (attach == rule::prefilled_ring) {
            return prefilled_ring_device<Config>{};
        } else {
            return first_doorbell_device<Config>{};
        }
    } else if constexpr (attach == rule::epochs) {
        return control_block_driver<Config>{};
    } else if constexpr (attach == rule::boot_words) {
        return boot_words_driver<Config>{};
    } else if constexpr (attach == rule::base_word) {
        return base_word_driver<Config>{};
    } else if constexpr (Config.dialect.status_in_table) {
        return status_byte_driver<Config>{};
    } else if constexpr (attach == rule::status_byte) {
        return lone_status_driver<Config>{};
    } else if constexpr (attach == rule::prefilled_ring) {
        return prefilled_ring_driver<Config>{};
    } else {
        return first_doorbell_driver<Config>{};
    }
}
template <ring_role Role, vring_config Config> using handshake_of = decltype(select_handshake<Role, Config>());

} // namespace rpmsg::detail
