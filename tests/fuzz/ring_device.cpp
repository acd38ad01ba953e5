#include "ring_play.hpp"

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
    rpmsg::expects(fuzz::play_any<fuzz::device>(data, size));
    return 0;
}
