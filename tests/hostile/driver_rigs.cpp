#include "rig_of.hpp"

namespace hostile {

auto driver_rigs() -> std::vector<std::unique_ptr<rig>> { return rigs<false>(); }

} // namespace hostile
