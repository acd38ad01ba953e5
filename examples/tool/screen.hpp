#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// The whole terminal, which is as before when this object ends.
class screen {
  public:
    screen();
    screen(screen const&) = delete;
    auto operator=(screen const&) -> screen& = delete;
    ~screen();

    /// Shows a head and rows; what does not fit is cut.
    auto draw(std::string_view head, std::vector<std::string> const& rows) -> void;
    /// Whether the user typed q.
    [[nodiscard]] auto is_left() -> bool;
};

} // namespace tool
