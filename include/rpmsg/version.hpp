#pragma once

#include <rpmsg/core/cpp20.hpp>

namespace rpmsg {

/// The version of this library by the rules of Semantic Versioning 2.0.0: as long as the major number is 0, another minor number
/// may change the interface. CMake and every package take the three numbers from here.
inline constexpr unsigned version_major = 0;
inline constexpr unsigned version_minor = 2;
inline constexpr unsigned version_patch = 0;

} // namespace rpmsg
