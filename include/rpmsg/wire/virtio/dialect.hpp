#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <cstdint>

namespace rpmsg::wire {

/// How the device detects that the driver's rings are ready.
enum class attach_rule : unsigned char {
    first_doorbell, ///< the first doorbell of ring 0
    status_byte,    ///< driver_ok in the status byte of the resource table
    prefilled_ring, ///< a doorbell of ring 0, or the initial state of rpmsg-lite's rings (rpmsg-lite, rpmsg_lite.c)
    epochs,         ///< the handshake of the control block
    base_word,      ///< the base address before the table, then driver_ok in the status byte (NuttX, rpmsg_virtio_lite.c)
    boot_words,     ///< the handshake of the boot words, then driver_ok in the status byte (NuttX, drivers/rptun/rptun.c)
};

/// The config space after the vring entries of the resource table. It gives the buffer sizes while its feature bit is in
/// effect; otherwise they are 512 bytes.
enum class config_space : unsigned char {
    none,
    versioned,         ///< Linux since the series of 2026, feature bit 1
    openamp_versioned, ///< OpenAMP's: the two sizes stand the other way round, feature bit 1
    rptun,             ///< NuttX and openvela, feature bit 2
};

/// The behaviour of a peer where RPMsg does not specify it.
struct dialect {
    attach_rule attach{};
    bool acknowledged{};         ///< a create is answered with an acknowledge
    bool used_event_word = true; ///< the available ring ends with a used_event word
    bool prefilled{};            ///< the driver fills the used ring of ring 1 at start
    bool always_rings_driver{};  ///< the driver needs every doorbell of ring 0, whatever its flags are
    bool status_in_table{};      ///< the shared block starts with a resource table
    bool compares_table{};       ///< the device compares table and config space with the configuration; the driver always does
    config_space sizes{};
    bool counts_as_openvela{};  ///< the commands in `boot_command` have openvela's values
    std::uint32_t features = 1; ///< feature bits of RPMsg in this dialect
    bool negotiates = true;     ///< features are in effect when both sides have them; else all that the table offers are
    bool operator==(dialect const&) const = default;

    /// Whether the config space has a version, whatever the order of its sizes.
    [[nodiscard]] constexpr auto has_boot_block() const -> bool {
        return attach == attach_rule::boot_words or attach == attach_rule::base_word;
    }
    [[nodiscard]] constexpr auto has_versioned_sizes() const -> bool {
        return sizes == config_space::versioned or sizes == config_space::openamp_versioned;
    }
};

namespace dialects {
/// Linux's virtio_rpmsg_bus before the buffer size series of 2026. Not named `linux`, which is a macro of GNU compilers.
inline constexpr auto linux_virtio = dialect{.attach = attach_rule::first_doorbell};

/// Linux with the buffer size series of 2026, through remoteproc. The feature bits in the table show whether the kernel has the
/// series; without it, buffers have 512 bytes.
inline constexpr auto linux_bufsz = dialect{.attach = attach_rule::status_byte,
                                            .status_in_table = true,
                                            .compares_table = true,
                                            .sizes = config_space::versioned,
                                            .features = 0b11};

/// OpenAMP's open-amp, either role. A restart of the host is detected by the cleared rings. A restart of the remote cannot be
/// detected: call `reset()` after it.
inline constexpr auto openamp = dialect{.attach = attach_rule::status_byte, .status_in_table = true};

/// OpenAMP with buffer sizes in the config space (open-amp, pull request 684), either role. Restarts show as with `openamp`.
inline constexpr auto openamp_bufsz = dialect{.attach = attach_rule::status_byte,
                                              .status_in_table = true,
                                              .compares_table = true,
                                              .sizes = config_space::openamp_versioned,
                                              .features = 0b11};

/// Zephyr's static vrings (subsys/ipc/ipc_service/lib/ipc_static_vrings.c) and TF-M, either role: OpenAMP without a table, the
/// status byte stands alone. Restarts show as with `openamp`.
inline constexpr auto zephyr = dialect{.attach = attach_rule::status_byte};

/// NXP's rpmsg-lite, either role. A master that starts anew is seen by the rings that it clears; a remote that does offers no
/// sign: call `reset()` when it was restarted.
inline constexpr auto rpmsg_lite =
    dialect{.attach = attach_rule::prefilled_ring, .used_event_word = false, .prefilled = true, .always_rings_driver = true};

/// NuttX's rptun, either role: the name service is acknowledged, restarts are detected by the boot words.
inline constexpr auto nuttx = dialect{.attach = attach_rule::boot_words,
                                      .acknowledged = true,
                                      .status_in_table = true,
                                      .compares_table = true,
                                      .sizes = config_space::rptun,
                                      .features = 0b1111};

/// NuttX's lite rptun, either role: the table of openvela without its boot words. A driver that restarts is detected by what it
/// clears; after a restart of the device call `reset()`.
inline constexpr auto nuttx_lite = dialect{.attach = attach_rule::base_word,
                                           .acknowledged = true,
                                           .status_in_table = true,
                                           .compares_table = true,
                                           .sizes = config_space::rptun,
                                           .features = 0b11,
                                           .negotiates = false};

/// openvela's rptun, either role. As NuttX, but CPU names are fixed at build time.
inline constexpr auto openvela = dialect{.attach = attach_rule::boot_words,
                                         .acknowledged = true,
                                         .status_in_table = true,
                                         .compares_table = true,
                                         .sizes = config_space::rptun,
                                         .counts_as_openvela = true,
                                         .features = 0b111};

/// Both ends are this library: restarts are detected by the control block, the name service is acknowledged.
inline constexpr auto rpmsg = dialect{.attach = attach_rule::epochs, .acknowledged = true};
} // namespace dialects

} // namespace rpmsg::wire
