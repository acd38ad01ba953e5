#include "rig_of.hpp"

namespace hostile {

auto device_rigs() -> std::vector<std::unique_ptr<rig>> { return rigs<true>(); }

} // namespace hostile
