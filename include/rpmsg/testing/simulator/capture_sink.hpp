#pragma once

#include <rpmsg/core/bytes.hpp>
#include <rpmsg/testing/simulator/event_queue.hpp>
#include <rpmsg/wire/header.hpp>

#include <cstdint>

namespace rpmsg::testing::simulator {

class wire;

/// Receives the messages of all links of a world, for a file.
class capture_sink {
  public:
    virtual ~capture_sink() = default;
    virtual auto add(wire const& line, std::uint32_t end, bool is_sent, nanoseconds at, rpmsg::wire::header const& header,
                     const_bytes payload) -> void = 0;
};

} // namespace rpmsg::testing::simulator
