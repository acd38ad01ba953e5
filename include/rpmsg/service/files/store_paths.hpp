#pragma once

#include <rpmsg/core/cpp20.hpp>

#include <string_view>

namespace rpmsg::detail {

/// Whether a path lies in a directory, or deeper. All paths are relative to the root, which is empty.
[[nodiscard]] constexpr auto is_below(std::string_view front, std::string_view path) -> bool {
    return front.empty() or (path.starts_with(front) and path.size() > front.size() and path[front.size()] == '/');
}
/// The name of what lies in a directory itself, or nothing.
[[nodiscard]] constexpr auto name_in(std::string_view front, std::string_view path) -> std::string_view {
    if (not is_below(front, path)) {
        return {};
    }
    path.remove_prefix(front.empty() ? 0 : front.size() + 1);
    return path.find('/') == path.npos ? path : std::string_view{};
}

} // namespace rpmsg::detail
