#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/host/capture/pcapng_block.hpp>
#include <rpmsg/testing/simulator/capture_sink.hpp>
#include <rpmsg/testing/simulator/wire.hpp>
#include <rpmsg/wire/header.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rpmsg::testing::simulator {

/// The messages of all links of a world as a pcapng file in memory, in virtual time: `all.record_to(&made)`. Each end of a wire
/// is an interface of its own, so that what was lost in between shows. It must outlive the run.
class recording final : public capture_sink {
    std::vector<std::byte> content_{};
    std::vector<std::byte> packet_{};
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> interfaces_{};

    /// The number of an interface; a new one is added to the file.
    auto interface_of(wire const& line, std::uint32_t end) -> std::uint32_t {
        using namespace rpmsg::host;
        auto const [place, is_new] =
            interfaces_.emplace(std::pair{line.number(), end}, static_cast<std::uint32_t>(interfaces_.size()));
        if (is_new) {
            constexpr auto nanosecond = std::byte{9};
            pcapng_block{content_, pcapng_code::interface}
                .number(pcapng_code::link_type)
                .number(std::uint16_t{})
                .number(std::uint32_t{})
                .option(pcapng_code::interface_name, std::string_view{line.name() + " at " + line.core_at(end)->name()})
                .option(pcapng_code::time_resolution, const_bytes{&nanosecond, 1})
                .close();
        }
        return place->second;
    }

  public:
    recording() {
        using namespace rpmsg::host;
        pcapng_block{content_, pcapng_code::section}
            .number(pcapng_code::byte_order)
            .number(std::uint16_t{1})
            .number(std::uint16_t{0})
            .number(~std::uint64_t{})
            .option(pcapng_code::application, std::string_view{"rpmsg simulator"})
            .close();
    }

    auto add(wire const& line, std::uint32_t end, bool is_sent, nanoseconds at, rpmsg::wire::header const& header,
             const_bytes payload) -> void override {
        using namespace rpmsg::host;
        auto const number = interface_of(line, end);
        packet_.resize(rpmsg::wire::header_size + payload.size());
        store(packet_, header);
        copy(payload, bytes{packet_}.subspan(rpmsg::wire::header_size));
        auto const size = static_cast<std::uint32_t>(packet_.size());
        pcapng_block{content_, pcapng_code::packet}
            .number(number)
            .time(static_cast<std::uint64_t>(at.count()))
            .number(size)
            .number(size)
            .content(packet_)
            .option(pcapng_code::packet_flags, std::uint32_t{is_sent ? 2u : 1u})
            .close();
    }
    /// The file.
    [[nodiscard]] auto content() const -> const_bytes { return content_; }
};

} // namespace rpmsg::testing::simulator
